#include "freshet/learn/linear/ftrl.h"

#include <utility>
#include <vector>

#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"
#include "freshet/learn/linear/progress.h"
#include "freshet/learn/linear/row_columns.h"
#include "freshet/learn/linear/row_passes.h"

namespace freshet {
namespace {

constexpr char kName[] = "ftrl";
using Says = Complaints<kName>;
constexpr char kRowsWrong[] =
    "ftrl: its rows in the model file are out of order or range, or of another size, or not finite";
constexpr char kOnlyPredicts[] = "ftrl: it was opened to predict only; load it to learn";

constexpr std::size_t kRow = 3;
enum Cell : std::size_t { kZ, kN, kW };
// Written to files; the weights come first.
constexpr RowColumn kColumns[] = {{"w", kW}, {"z", kZ}, {"n", kN}};
constexpr float kLarge = 1e18f;  // its square is still a float

template <class Load>
using RowWeights = WeightAt<Load, OnlyRows, kRow>;

inline float root_of(float x) noexcept {
  return math_sqrt(x);
}
inline Four root_of(Four x) noexcept {
  return Four{math_sqrt(x[0]), math_sqrt(x[1]), math_sqrt(x[2]), math_sqrt(x[3])};
}
inline float size_of(float x) noexcept {
  return math_abs(x);
}
inline Four size_of(Four x) noexcept {
  return Four{math_abs(x[0]), math_abs(x[1]), math_abs(x[2]), math_abs(x[3])};
}

// far with the sign that z hasn't: a coin's toss, so no branch.
inline float against(float z, float far) noexcept {
  return -__builtin_copysignf(far, z);
}
inline Four against(Four z, Four far) noexcept {
  return Four{against(z[0], far[0]), against(z[1], far[1]), against(z[2], far[2]),
              against(z[3], far[3])};
}

/// A row, or four as columns.
template <class F>
struct Cells {
  F z, n, w;
};

/// The proximal step along g x.
struct Step {
  float g, one_over_alpha, beta, l1, l2;
  template <class F>
  [[gnu::always_inline]] Cells<F> operator()(const Cells<F>& row, F x) const noexcept {
    const F gradient = g * x;
    const F n = row.n + gradient * gradient, root = root_of(n);
    const F sigma = (root - root_of(row.n)) * one_over_alpha;
    const F z = row.z + (gradient - sigma * row.w);
    const F size = size_of(z) - l1;
    const F below = (beta + root) * one_over_alpha + l2;
    // below is 0 only where no gradient was: then size is not above 0 either, or the quotient is no number to keep.
    const F far = size > 0.0f ? size / below : F{};
    return {z, n, against(z, far)};
  }
};

/// That step of each weight, of four at a time; one by one and in order where a row is new, or repeats among the four, or
/// somebody watches the table.
class FtrlPass {
 public:
  FtrlPass(Table& table, uint32_t mask, const FtrlOptions& options, float g) noexcept
      : table_(table),
        row_of_{mask},
        step_{g, static_cast<float>(1 / options.alpha), static_cast<float>(options.beta),
              static_cast<float>(options.l1), static_cast<float>(options.l2)} {
    if (table.is_watched()) watched_ = ~watched_;
  }
  void prefetch(uint32_t index) const noexcept {
    __builtin_prefetch(table_.data() + row_of_(index) * kRow, 1);
  }
  void whole(const uint32_t* index, const float* value, std::size_t n) noexcept {
    float* const rows = table_.data();
    const OnlyRows row_of = row_of_;
    const Step step = step_;
    const FourBits watched = watched_;
    for (std::size_t k = 0; k < n; k += 4)
      if (!four(rows, row_of, step, watched, index + k, value + k)) [[unlikely]]
        one_by_one(index + k, value + k, 4);
  }
  void rest(const uint32_t* index, const float* value, std::size_t n) noexcept {
    const std::size_t by_fours = n & ~std::size_t{3};
    whole(index, value, by_fours);
    one_by_one(index + by_fours, value + by_fours, n - by_fours);
  }
  void single(uint32_t index, float value, std::size_t) noexcept { one_by_one(&index, &value, 1); }
  uint64_t skipped() const noexcept { return skipped_; }

 private:
  /// False: nothing was done.
  [[gnu::always_inline]] static bool four(float* rows, OnlyRows row_of, const Step& step,
                                          FourBits watched, const uint32_t* index,
                                          const float* value) noexcept {
    float* const a = rows + row_of(index[0]) * kRow;
    float* const b = rows + row_of(index[1]) * kRow;
    float* const c = rows + row_of(index[2]) * kRow;
    float* const d = rows + row_of(index[3]) * kRow;
    const Cells<Four> old{
        {a[kZ], b[kZ], c[kZ], d[kZ]}, {a[kN], b[kN], c[kN], d[kN]}, {a[kW], b[kW], c[kW], d[kW]}};
    Four x;
    __builtin_memcpy(&x, value, sizeof(x));
    const Cells<Four> next = step(old, x);
    // Only a row whose n isn't 0 is known to have been touched. An n that isn't finite makes a z that isn't.
    const FourBits kept = (size_of(next.z) <= kMost) & (size_of(next.w) <= kMost);
    if (any((old.n == 0.0f) | same_rows(row_of, index) | watched | ~kept)) [[unlikely]]
      return false;
    float* const row[] = {a, b, c, d};
#pragma GCC unroll 4
    for (std::size_t k = 0; k < 4; k++)
      store(row[k], {next.z[k], next.n[k], next.w[k]});
    return true;
  }
  static void store(float* row, const Cells<float>& cells) noexcept {
    live_store(row[kZ], cells.z);
    live_store(row[kN], cells.n);
    live_store(row[kW], cells.w);
  }
  [[gnu::noinline]] void one_by_one(const uint32_t* index, const float* value,
                                    std::size_t n) noexcept {
    for (std::size_t k = 0; k < n; k++) {
      const std::size_t at = row_of_(index[k]) * kRow;
      float* const row = table_.data() + at;
      const Cells<float> next = step_(Cells<float>{row[kZ], row[kN], row[kW]}, value[k]);
      if (!(math_abs(next.z) <= kMost && math_abs(next.w) <= kMost)) [[unlikely]] {
        skipped_++;
        continue;
      }
      // A row may lie across two chunks.
      table_.touch(at);
      table_.touch(at + kRow - 1);
      store(row, next);
    }
  }

  Table& table_;
  const OnlyRows row_of_;
  const Step step_;
  FourBits watched_ = {};  // whether somebody watches the table, in every lane
  uint64_t skipped_ = 0;
};

}  // namespace

extern const Entry<Learner> ftrl_entry;
constinit const Entry<Learner> ftrl_entry{
    .info = {.name = kName,
             .summary = "Follow-the-regularised-leader: sparse linear models of hashed events.",
             .paper = "McMahan et al., KDD 2013",
             .cost = "O(features present)",
             .memory = "12 times 2^bits",
             .format = 1,
             .oldest_format = 1,
             .traits = kLive | kCheap | kBinary,
             .options = kFtrlOptions,
             .options_size = sizeof(FtrlOptions),
             .defaults = default_options<FtrlOptions>},
    .make = make_entry<Ftrl>};

Ftrl::Ftrl(const FtrlOptions& options, Interactions interactions,
           const TableMemory* memory) noexcept
    : interactions_text_(options.interactions),
      options_(options),
      interactions_(std::move(interactions)),
      memory_(memory),
      mask_(static_cast<uint32_t>((uint64_t{1} << options.bits) - 1)) {
  options_.interactions = interactions_text_;
  high_ = options.loss == ImportanceLoss::logistic ? 50 : 0;
  low_ = -high_;
}

Status Ftrl::start() noexcept {
  const uint64_t floats = uint64_t{row_count()} * kRow;
  if (!Table::fit(floats, options_.memory)) return {Code::exhausted, Says::kMemory};
  FRESHET_TRY_ASSIGN(table_, Table::make(static_cast<std::size_t>(floats), memory_));
  return {};
}

Result<std::unique_ptr<Ftrl>> Ftrl::make(const FtrlOptions& options,
                                         const TableMemory* memory) noexcept {
  FRESHET_TRY_ASSIGN(Interactions crosses, Interactions::make(options.interactions));
  std::unique_ptr<Ftrl> made(new Ftrl(options, std::move(crosses), memory));
  FRESHET_TRY(made->start());
  return made;
}

const Info& Ftrl::info() const noexcept {
  return ftrl_entry.info;
}

uint32_t Ftrl::traits() const noexcept {
  uint32_t traits = info().traits;
  if (!is_of_classes(options_.loss)) traits &= ~uint32_t{kBinary};
  if (mapped_ != nullptr) traits &= ~uint32_t{kLive};
  return traits;
}

Label Ftrl::label() const noexcept {
  return is_of_classes(options_.loss) ? Label::one_class : Label::number;
}

template <class F>
void Ftrl::with_view(const Example& x, F&& f) const noexcept {
  FeatureView view;
  (void)look_at(x, kLarge, view);
  if (!needs_flat(view)) {
    f(view);
    return;
  }
  ScratchPool::Loan loan(scratch_);
  f(flatten(view, loan->a));
}

template <class Load>
float Ftrl::sum(const FeatureView& view, uint64_t* features) const noexcept {
  const auto over = [&](auto weight_of) {
    SumPass pass(weight_of);
    const uint64_t count =
        visit_features(view, options_.bias == ConstantRule::feature, interactions_, pass);
    if (features != nullptr) *features = count;
    return view.initial + pass.sum();
  };
  if (mapped_ != nullptr) return over(WeightAt<PlainLoad, OnlyRows, 1>{mapped_, {mask_}});
  return over(RowWeights<Load>{table_.data() + kW, {mask_}});
}

float Ftrl::weight(uint32_t index) const noexcept {
  const std::size_t row = index & mask_;
  return mapped_ != nullptr ? mapped_[row] : live_load(table_.data()[row * kRow + kW]);
}

float Ftrl::clip(float sum) const noexcept {
  const float low = live_load(low_), high = live_load(high_);
  return sum < low ? low : sum > high ? high : sum == sum ? sum : 0;
}

float Ftrl::said(float sum) const noexcept {
  return is_of_classes(options_.loss) ? probability(clip(sum)) : clip(sum);
}

void Ftrl::predict(const Example& x, std::span<float> out) const noexcept {
  out[0] = said(score(x));
}

void Ftrl::predict_live(const Example& x, std::span<float> out) const noexcept {
  with_view(x, [&](const FeatureView& view) { out[0] = said(sum<LiveLoad>(view, nullptr)); });
}

float Ftrl::score(const Example& x) const noexcept {
  float all = 0;
  with_view(x, [&](const FeatureView& view) { all = sum<PlainLoad>(view, nullptr); });
  return all;
}

Status Ftrl::check(const Example& x) const noexcept {
  return is_of_classes(options_.loss) ? check_class<kName>(x, true) : check_target<kName>(x);
}

Status Ftrl::learn(const Example& x, std::span<float> before) noexcept {
  FeatureView view;
  const bool is_of_two = is_of_classes(options_.loss);
  const auto is_label = [&](float y) {
    return is_of_two ? y == 1 || y == 0 || y == -1 : is_finite(y);
  };
  const bool is_fine = look_at(x, kLarge, view) == Looked::fine && x.label.size() == 1 &&
                       is_label(x.label[0]) && is_finite(x.weight) && x.weight >= 0;
  if (!is_fine) return check(x);
  if (mapped_ != nullptr) return {Code::unsupported, kOnlyPredicts};
  if (needs_flat(view)) view = flatten(view, flat_);
  uint64_t features = 0;
  float all = sum<PlainLoad>(view, &features);
  const float asked = clip(all);
  const float y = is_of_two && x.label[0] != 1 ? -1 : x.label[0];
  if (x.weight != 0) {
    if (interactions_.would_meet(view.x)) {
      FRESHET_TRY(interactions_.meet(view.x));
      all = sum<PlainLoad>(view, &features);
    }
    if (options_.loss != ImportanceLoss::logistic) {
      if (y < low_) live_store(low_, y);
      if (y > high_) live_store(high_, y);
    }
  }
  const float p = clip(all);
  const LossAt loss(options_.loss, static_cast<float>(options_.tau), p, y);
  if (!before.empty())
    before[0] = !is_of_two ? asked : asked == p ? loss.chance() : probability(asked);
  const float g = loss.slope() * x.weight;
  if (g != 0) step(view, g);
  count_example(progress_, y, x.weight, p, loss.value(), features);
  return {};
}

void Ftrl::step(const FeatureView& view, float g) noexcept {
  FtrlPass pass(table_, mask_, options_, g);
  visit_features(view, options_.bias == ConstantRule::feature, interactions_, pass);
  skipped_ += pass.skipped();
}

Status Ftrl::learn_many(std::span<const Example> asked, std::span<const Example> taught,
                        std::span<float> before) noexcept {
  if (mapped_ != nullptr || (asked.data() != taught.data() && !before.empty()))
    return Learner::learn_many(asked, taught, before);
  for (std::size_t k = 0; k < taught.size(); k++) {
    if (k + 1 < taught.size()) prefetch(taught[k + 1]);
    const std::span<float> out = before.empty() ? before : before.subspan(k, 1);
    if (Status learned = learn(taught[k], out); !learned.ok())
      return {learned.code(), "ftrl: an example was refused; at() is its place",
              static_cast<uint32_t>(k)};
  }
  return {};
}

void Ftrl::prefetch(const Example& x) const noexcept {
  for (const uint32_t index : x.numeric.index)
    __builtin_prefetch(table_.data() + std::size_t{index & mask_} * kRow, 1);
}

Status Ftrl::explain(const Example& x, std::span<float> parts) const noexcept {
  FRESHET_TRY(check_parts(x, parts, Says::kParts));
  FeatureView view;
  (void)look_at(x, kLarge, view);
  Explanation all(view, parts.size());
  all.add_features([&](uint32_t index) { return weight(index); });
  all.add_constant(options_.bias == ConstantRule::feature ? weight(kConstantFeature) : 0,
                   view.initial);
  if (!interactions_.empty())
    with_view(x, [&](const FeatureView& flat) {
      all.add_interactions(interactions_, flat, [&](uint32_t index) { return weight(index); });
    });
  all.write(parts);
  return {};
}

bool Ftrl::is_same_kind(const Learner& other) const noexcept {
  if (!is_same_learner(*this, other)) return false;
  const FtrlOptions& a = options_;
  const FtrlOptions& b = static_cast<const Ftrl&>(other).options_;
  return a.alpha == b.alpha && a.beta == b.beta && a.l1 == b.l1 && a.l2 == b.l2 &&
         a.bits == b.bits && a.loss == b.loss && a.tau == b.tau && a.bias == b.bias &&
         a.interactions == b.interactions;
}

Status Ftrl::assign(const Ftrl& from) noexcept {
  FRESHET_TRY(interactions_.set_met(from.interactions_.met()));
  FRESHET_TRY_ASSIGN(Table rows, from.table_.clone());
  FRESHET_TRY_ASSIGN(Table weights, from.weights_.clone());
  table_ = std::move(rows);
  weights_ = std::move(weights);
  mapped_ = from.mapped_ == from.weights_.data() ? weights_.data() : from.mapped_;
  low_ = from.low_;
  high_ = from.high_;
  skipped_ = from.skipped_;
  return {};
}

Result<std::unique_ptr<Learner>> Ftrl::clone() const noexcept {
  FRESHET_TRY_ASSIGN(Interactions crosses, interactions_.clone());
  std::unique_ptr<Ftrl> copy(new Ftrl(options_, std::move(crosses), memory_));
  FRESHET_TRY(copy->assign(*this));
  return std::unique_ptr<Learner>(std::move(copy));
}

Status Ftrl::copy_into(Learner& spare) const noexcept {
  if (!is_same_kind(spare)) return {Code::invalid_argument, Says::kOtherKind};
  return static_cast<Ftrl&>(spare).assign(*this);
}

Status Ftrl::merge(const Learner& same_kind) noexcept {
  if (!is_same_kind(same_kind)) return {Code::invalid_argument, Says::kOtherKind};
  const auto& other = static_cast<const Ftrl&>(same_kind);
  if (mapped_ != nullptr || other.mapped_ != nullptr) return {Code::unsupported, kOnlyPredicts};
  const uint64_t met[2] = {interactions_.met()[0] | other.interactions_.met()[0],
                           interactions_.met()[1] | other.interactions_.met()[1]};
  FRESHET_TRY(interactions_.set_met(met));
  for (std::size_t row = 0; row < row_count(); row++) {
    const std::size_t at = row * kRow;
    if (!other.table_.touched(static_cast<uint32_t>(at >> Table::kChunkBits)) &&
        !other.table_.touched(static_cast<uint32_t>((at + kN) >> Table::kChunkBits)))
      continue;
    float* mine = table_.data() + at;
    const float* theirs = other.table_.data() + at;
    const double a = static_cast<double>(mine[kN]), b = static_cast<double>(theirs[kN]);
    if (b == 0) continue;
    const double share = b / (a + b), n = a + b;
    const double w = static_cast<double>(mine[kW]) +
                     share * (static_cast<double>(theirs[kW]) - static_cast<double>(mine[kW]));
    const double z = -w * ((options_.beta + math_sqrt(n)) / options_.alpha + options_.l2) -
                     (w > 0   ? options_.l1
                      : w < 0 ? -options_.l1
                              : 0);
    table_.touch(at);
    table_.touch(at + kRow - 1);
    live_store(mine[kZ], clamp_to_float(z));
    live_store(mine[kN], clamp_to_float(n));
    live_store(mine[kW], clamp_to_float(w));
  }
  live_store(low_, low_ < other.low_ ? low_ : other.low_);
  live_store(high_, high_ > other.high_ ? high_ : other.high_);
  skipped_ += other.skipped_;
  return {};
}

void Ftrl::draw(Sink& sink) const noexcept {
  for (std::size_t row = 0; row < row_count(); row++) {
    if (mapped_ == nullptr &&
        !table_.touched(static_cast<uint32_t>((row * kRow + kW) >> Table::kChunkBits)))
      continue;
    const auto index = static_cast<uint32_t>(row);
    if (const float w = weight(index); w != 0) sink.weight(index, kNone, static_cast<double>(w));
  }
}

Status Ftrl::save(Writer& writer) const noexcept {
  if (mapped_ != nullptr) return {Code::unsupported, kOnlyPredicts};
  const float range[] = {low_, high_};
  FRESHET_TRY(put_array<float>(writer, "range", range));
  FRESHET_TRY(put_value<uint64_t>(writer, "skipped", skipped_));
  FRESHET_TRY(put_array<uint64_t>(writer, "met", interactions_.met()));
  return save_rows(writer, table_, kRow, kColumns);
}

Status Ftrl::load(Reader& reader) noexcept {
  float range[2];
  FRESHET_TRY(get_into<float>(reader, "range", range));
  if (!is_finite(range[0]) || !is_finite(range[1])) return {Code::corrupt, Says::kState};
  low_ = range[0];
  high_ = range[1];
  FRESHET_TRY(get_value<uint64_t>(reader, "skipped", skipped_));
  uint64_t met[2];
  FRESHET_TRY(get_into<uint64_t>(reader, "met", met));
  if (!interactions_.set_met(met).ok()) return {Code::corrupt, Says::kState};
  if (!reader.stays()) return load_rows(reader, table_, kRow, kColumns, kRowsWrong);
  FRESHET_TRY_ASSIGN(mapped_,
                     load_column(reader, kColumns[0], row_count(), weights_, memory_, kRowsWrong));
  table_ = Table();
  return {};
}

std::span<Table* const> Ftrl::live_tables() noexcept {
  tables_[0] = &table_;
  return tables_;
}

}  // namespace freshet
