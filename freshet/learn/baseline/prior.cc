#include "freshet/learn/baseline/prior.h"

#include "freshet/core/make_entry.h"

namespace freshet {

extern const Entry<Learner> prior_entry;
constinit const Entry<Learner> prior_entry{
    .info = {.name = kPrior,
             .summary = "Predicts how often each class has come so far: a baseline.",
             .paper = "Laplace, Essai philosophique sur les probabilites, 1814",
             .cost = "O(classes)",
             .memory = "8 bytes a class",
             .format = 1,
             .oldest_format = 1,
             .traits = kCheap | kWeightIsCount,
             .options = {},
             .options_size = sizeof(NoOptions),
             .defaults = default_options<NoOptions>},
    .make = make_entry<Prior>};

const Info& Prior::info() const noexcept {
  return prior_entry.info;
}

void Prior::predict(const Example&, std::span<float> out) const noexcept {
  for (std::size_t k = 0; k < out.size(); k++)
    out[k] = total_ > 0 && k < weight_.size() ? static_cast<float>(weight_[k] / total_) : 0;
}

void Prior::update(const Example& x) noexcept {
  if (x.weight == 0) return;
  const auto id = static_cast<std::size_t>(x.label[0]);
  if (id >= weight_.size()) weight_.resize(id + 1);
  weight_[id] += static_cast<double>(x.weight);
  total_ += static_cast<double>(x.weight);
}

void Prior::draw(Sink& sink) const noexcept {
  for (const double weight : weight_)
    sink.number("class", weight);
}

void Prior::add(const Prior& other) noexcept {
  if (weight_.size() < other.weight_.size()) weight_.resize(other.weight_.size());
  for (std::size_t k = 0; k < other.weight_.size(); k++)
    weight_[k] += other.weight_[k];
  total_ += other.total_;
}

Status Prior::save(Writer& writer) const noexcept {
  FRESHET_TRY(put_array<double>(writer, "weight", weight_));
  return put_value<double>(writer, "total", total_);
}

Status Prior::load(Reader& reader) noexcept {
  FRESHET_TRY_ASSIGN(const auto weight, get_array<double>(reader, "weight"));
  if (weight.size() > kMaxClasses) return {Code::corrupt, Says::kState};
  weight_.assign(weight.begin(), weight.end());
  return get_value<double>(reader, "total", total_);
}

}  // namespace freshet
