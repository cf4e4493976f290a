#include <vector>

#include "freshet/core/check.h"
#include "freshet/learn/linear/row_columns.h"
#include "freshet/learn/linear/vw_model.h"
#include "freshet/learn/linear/vw_row.h"

/// What of a VwModel is written to files, read from them, shown and joined. Tensors: `w`, `G` (adaptive), `N` (normalized),
/// with `rows` where under an eighth of them is in use; `state`, `rate`, `skipped`, `met`.

namespace freshet {
namespace {

constexpr char kState[] = "vw: its state in the model file has another size than it should";
constexpr char kRows[] =
    "vw: its rows in the model file are out of order or range, or of another size, or not finite";
constexpr std::size_t kClassNumbers = 7;  // of a class in tensor `state`

std::vector<RowColumn> columns(const VwSettings& settings) {
  std::vector<RowColumn> all{{"w", kWeight, settings.initial_weight}};
  if (settings.adaptive) all.push_back({"G", kSquares, static_cast<float>(settings.initial_t)});
  if (settings.normalized) all.push_back({"N", kLargest});
  return all;
}

}  // namespace

Status VwModel::save(Writer& writer) const noexcept {
  if (only_predicts())
    return {Code::unsupported,
            "vw: it was opened to predict only; load it to learn before it is saved"};
  std::vector<double> state;
  for (const ClassState& s : states_) {
    const double numbers[kClassNumbers] = {s.norm_sum,
                                           s.weight_sum,
                                           s.time,
                                           s.gravity,
                                           s.contraction,
                                           static_cast<double>(s.low),
                                           static_cast<double>(s.high)};
    state.insert(state.end(), numbers, numbers + kClassNumbers);
  }
  FRESHET_TRY(put_array<double>(writer, "state", state));
  FRESHET_TRY(put_value<float>(writer, "rate", rate_));
  FRESHET_TRY(put_value<uint64_t>(writer, "skipped", skipped_));
  FRESHET_TRY(put_array<uint64_t>(writer, "met", interactions_.met()));

  return save_rows(writer, table_, kVwRow, columns(settings_));
}

Status VwModel::load(Reader& reader) noexcept {
  std::vector<double> state(states_.size() * kClassNumbers);
  FRESHET_TRY(get_into<double>(reader, "state", state));
  for (const double number : state)
    if (!is_finite(number)) return {Code::corrupt, kState};
  for (std::size_t k = 0; k < states_.size(); k++) {
    const double* from = state.data() + k * kClassNumbers;
    ClassState& s = states_[k];
    s = {.norm_sum = from[0],
         .weight_sum = from[1],
         .time = from[2],
         .gravity = from[3],
         .contraction = from[4],
         .low = static_cast<float>(from[5]),
         .high = static_cast<float>(from[6]),
         .live_gravity = static_cast<float>(from[3]),
         .live_contraction = static_cast<float>(from[4])};
  }
  FRESHET_TRY(get_value<float>(reader, "rate", rate_));
  FRESHET_TRY(get_value<uint64_t>(reader, "skipped", skipped_));
  uint64_t met[2];
  FRESHET_TRY(get_into<uint64_t>(reader, "met", met));
  if (Status widened = interactions_.set_met(met); !widened.ok())
    return {Code::corrupt, "vw: the groups met in the model file are more than can be"};
  const std::vector<RowColumn> all = columns(settings_);
  if (!reader.stays()) return load_rows(reader, table_, kVwRow, all, kRows);
  FRESHET_TRY_ASSIGN(mapped_, load_column(reader, all[0], row_count(), weights_, memory_, kRows));
  table_ = Table();
  return {};
}

void VwModel::draw(Sink& sink) const noexcept {
  const auto show = [&](std::size_t row, float w) {
    const auto index = static_cast<uint32_t>(row);
    const float now = effective(w, states_[row & ((uint32_t{1} << shift_) - 1)]);
    if (now != 0) sink.weight(index, kNone, static_cast<double>(now));
  };
  if (only_predicts()) {
    for (std::size_t row = 0; row < row_count(); row++)
      show(row, mapped_[row]);
    return;
  }
  for (uint32_t chunk = 0; chunk < table_.chunk_count(); chunk++) {
    if (!table_.touched(chunk)) continue;
    const std::span<const float> floats = table_.chunk(chunk);
    const std::size_t first = static_cast<std::size_t>(floats.data() - table_.data()) / kVwRow;
    for (std::size_t i = 0; i < floats.size(); i += kVwRow)
      show(first + i / kVwRow, floats[i]);
  }
}

// Weights by their sums of squared gradients, without adaptive by time; sums are added.
Status VwModel::merge(const VwModel& other) noexcept {
  if (only_predicts() || other.only_predicts())
    return {Code::unsupported, "vw: a model opened to predict only can't be merged"};
  uint64_t met[2] = {interactions_.met()[0] | other.interactions_.met()[0],
                     interactions_.met()[1] | other.interactions_.met()[1]};
  FRESHET_TRY(interactions_.set_met(met));
  const uint32_t class_mask = (uint32_t{1} << shift_) - 1;
  for (uint32_t chunk = 0; chunk < table_.chunk_count(); chunk++) {
    if (!table_.touched(chunk) && !other.table_.touched(chunk)) continue;
    const std::size_t first = std::size_t{chunk} << Table::kChunkBits;
    const std::size_t end = first + table_.chunk(chunk).size();
    for (std::size_t at = first; at < end; at += kVwRow) {
      const std::size_t k = (at / kVwRow) & class_mask;
      if (k >= states_.size()) continue;
      float* mine = table_.data() + at;
      const float* theirs = other.table_.data() + at;
      double a = static_cast<double>(mine[kSquares]), b = static_cast<double>(theirs[kSquares]);
      if (!settings_.adaptive) {
        a = states_[k].time;
        b = other.states_[k].time;
      }
      const double w = static_cast<double>(effective(mine[kWeight], states_[k]));
      const double v = static_cast<double>(other.effective(theirs[kWeight], other.states_[k]));
      const double joined = a + b > 0 ? w + (v - w) * (b / (a + b)) : w;
      table_.touch(at);
      live_store(mine[kWeight], clamp_to_float(joined));
      if (settings_.adaptive) live_store(mine[kSquares], clamp_to_float(a + b));
      const float most = theirs[kLargest];
      if (mine[kLargest] < most) live_store(mine[kLargest], most);
    }
  }
  for (std::size_t k = 0; k < states_.size(); k++) {
    ClassState& s = states_[k];
    const ClassState& t = other.states_[k];
    s.norm_sum += t.norm_sum;
    s.weight_sum += t.weight_sum;
    s.time += t.time;
    s.gravity = 0;
    s.contraction = 1;
    live_store(s.live_gravity, 0.0f);
    live_store(s.live_contraction, 1.0f);
    live_store(s.low, s.low < t.low ? s.low : t.low);
    live_store(s.high, s.high > t.high ? s.high : t.high);
  }
  skipped_ += other.skipped_;
  return {};
}

}  // namespace freshet
