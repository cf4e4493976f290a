#include "freshet/learn/search/search_linear.h"

#include <cstring>

#include "freshet/base/bits.h"
#include "freshet/core/check.h"
#include "freshet/core/features.h"

namespace freshet {

SearchLinear::SearchLinear(const SearchSettings& settings, const Texts& texts,
                           const char* full) noexcept
    : settings_(settings),
      texts_(texts),
      full_(full),
      pool_(pool_limit(settings.memory)),
      objective_(settings.objective, pool_),
      model_(pool_),
      now_(pool_),
      point_(pool_),
      history_(pool_) {}

uint32_t SearchLinear::traits() const noexcept {
  return objective_.is_of_classes() ? info().traits : info().traits & ~uint32_t{kBinary};
}

void SearchLinear::predict(const Example& x, std::span<float> out) const noexcept {
  out[0] = link(objective_.raw(model_.span(), x));
}

/// Room for everything that has a number for each feature named.
bool SearchLinear::reserve_all() noexcept {
  const std::size_t width = std::size_t{objective_.features()} + 1;
  return reserve(objective_.dimensions()) && model_.reserve(width) && now_.reserve(width) &&
         point_.reserve(width) && history_.reserve(settings_.history * width);
}

void SearchLinear::fit_all() noexcept {
  objective_.fit();
  const std::size_t had = model_.size(), width = std::size_t{objective_.features()} + 1;
  if (had == width) return;
  widen(objective_.dimensions());
  const std::size_t models = had == 0 ? 0 : history_.size() / had;
  (void)model_.resize(width);  // there is room
  (void)now_.resize(width);
  (void)point_.resize(width);
  (void)history_.resize(models * width);
  for (std::size_t k = models; k-- > 0;) {  // from the back: models only move upwards
    std::memmove(history_.data() + k * width, history_.data() + k * had, had * sizeof(float));
    std::memset(history_.data() + k * width + had, 0, (width - had) * sizeof(float));
  }
}

bool SearchLinear::admit(const Example& x) noexcept {
  const uint32_t had = objective_.features();
  if (!objective_.add_names(x)) return false;
  if (reserve_all()) {
    fit_all();
    return true;
  }
  objective_.drop_names(had);
  return false;
}

/// A model that replace() put in the best point's place becomes a point.
void SearchLinear::take_replaced() noexcept {
  if (best().empty()) return;
  objective_.model_at(best(), now_.span());
  bool same = true;
  for (std::size_t k = 0; k < model_.size(); k++)
    same = same && now_[k] == model_[k];
  if (same) return;
  const std::span<double> point = point_.span().first(objective_.dimensions());
  objective_.point_of(model_.span(), point);
  suggest(point);
}

void SearchLinear::show_best() noexcept {
  if (best().empty()) return;
  objective_.model_at(best(), model_.span());
}

void SearchLinear::remember() noexcept {
  const std::size_t width = model_.size();
  if (settings_.history == 0) return;
  if (history_.size() == settings_.history * width)
    std::memmove(history_.data(), history_.data() + width,
                 (history_.size() - width) * sizeof(float));
  else
    (void)history_.resize(history_.size() + width);  // there is room
  std::memcpy(history_.data() + history_.size() - width, model_.data(), width * sizeof(float));
}

Status SearchLinear::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  if (!before.empty()) before[0] = link(objective_.raw(model_.span(), x));
  if (x.weight == 0) return {};
  if (!admit(x)) return {Code::exhausted, full_};
  take_replaced();
  objective_.add(x, target_of(x, label()));
  examples_++;
  if (!objective_.uses_rows() || examples_ % settings_.every == 0) {
    search();
    show_best();
    remember();
  } else {
    show_best();  // the moments moved it
  }
  return {};
}

Status SearchLinear::explain(const Example& x, std::span<float> parts) const noexcept {
  FRESHET_TRY(check_parts(x, parts, texts_.parts));
  std::size_t k = 0;
  each_feature(x, [&](uint32_t index, float value) {
    const uint32_t row = objective_.dictionary().find(index);
    parts[k++] =
        row == kNone || row + 1 >= model_.size()
            ? 0
            : clamp_to_float(static_cast<double>(model_[row + 1]) * static_cast<double>(value));
  });
  parts[k] = model_.size() == 0 ? 0 : model_[0];
  return {};
}

void SearchLinear::draw(Sink& sink) const noexcept {
  sink.number("evaluations", static_cast<double>(evaluations()));
  if (model_.size() == 0) return;
  sink.number("bias", static_cast<double>(model_[0]));
  for (uint32_t row = 0; row < objective_.features(); row++)
    sink.weight(objective_.dictionary().keys()[row], kNone, static_cast<double>(model_[row + 1]));
}

bool SearchLinear::same_kind(const Learner& other) const noexcept {
  return is_same_learner(*this, other) &&
         static_cast<const SearchLinear&>(other).settings_ == settings_;
}

Status SearchLinear::assign(const SearchLinear& from) noexcept {
  examples_ = from.examples_;
  if (!objective_.assign(from.objective_) || !assign_points(from) ||
      !model_.assign(from.model_.span()) || !now_.resize(from.now_.size()) ||
      !point_.resize(from.point_.size()) ||
      !history_.reserve(settings_.history * from.model_.size()) ||
      !history_.assign(from.history_.span()))
    return {Code::exhausted, full_};
  return {};
}

Status SearchLinear::copy_into(Learner& spare) const noexcept {
  if (!same_kind(spare)) return {Code::invalid_argument, texts_.other_kind};
  return static_cast<SearchLinear&>(spare).assign(*this);
}

Status SearchLinear::merge(const Learner& other_learner) noexcept {
  if (!same_kind(other_learner)) return {Code::invalid_argument, texts_.other_kind};
  const auto& other = static_cast<const SearchLinear&>(other_learner);
  take_replaced();
  if (!objective_.merge(other.objective_) || !reserve_all()) return {Code::exhausted, full_};
  fit_all();
  examples_ += other.examples_;
  if (other.model_.size() == 0) return {};
  for (float& value : now_.span())
    value = 0;
  now_[0] = other.model_[0];
  for (uint32_t row = 0; row < other.objective_.features(); row++)
    now_[objective_.row_of(other.objective_, row) + 1] = other.model_[row + 1];
  const std::span<double> point = point_.span().first(objective_.dimensions());
  objective_.point_of(now_.span(), point);
  suggest(point);
  search();
  show_best();
  remember();
  return {};
}

Status SearchLinear::replace(std::span<const float> parameters) noexcept {
  if (parameters.size() != model_.size()) return {Code::invalid_argument, texts_.parameters};
  for (const float p : parameters)
    if (!is_finite(p)) return {Code::invalid_argument, texts_.parameters};
  (void)model_.assign(parameters);  // of the same size
  return {};
}

Status SearchLinear::save(Writer& writer) const noexcept {
  FRESHET_TRY(objective_.save(writer));
  FRESHET_TRY(save_points(writer));
  FRESHET_TRY(put_array<float>(writer, "model", model_.span()));
  FRESHET_TRY(put_array<float>(writer, "history", history_.span()));
  return put_value<uint64_t>(writer, "examples", examples_);
}

Status SearchLinear::load(Reader& reader) noexcept {
  FRESHET_TRY(objective_.load(reader, texts_.state));
  FRESHET_TRY(load_points(reader, texts_.state));
  FRESHET_TRY_ASSIGN(const auto model, get_array<float>(reader, "model"));
  FRESHET_TRY_ASSIGN(const auto history, get_array<float>(reader, "history"));
  FRESHET_TRY(get_value<uint64_t>(reader, "examples", examples_));
  if (model.empty() && history.empty() && objective_.features() == 0 && examples_ == 0) return {};
  if (model.size() != std::size_t{objective_.features()} + 1 ||
      history.size() % model.size() != 0 || history.size() / model.size() > settings_.history)
    return {Code::corrupt, texts_.state};
  if (!reserve_all()) return {Code::exhausted, full_};
  fit_all();
  (void)history_.assign(history);
  (void)model_.assign(model);
  return {};
}

}  // namespace freshet
