#include "freshet/learn/baseline/prior.h"

#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "prior";
using Says = Complaints<kName>;

}  // namespace

extern const Entry<Learner> prior_entry;
constinit const Entry<Learner> prior_entry{
    .info = {.name = kName,
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
Status Prior::check(const Example& x) const noexcept {
  return check_class<kName>(x, false);
}

Result<std::unique_ptr<Learner>> Prior::clone() const noexcept {
  return std::unique_ptr<Learner>(new Prior(*this));
}

Status Prior::copy_into(Learner& spare) const noexcept {
  if (!is_same_learner(*this, spare)) return {Code::invalid_argument, Says::kOtherKind};
  static_cast<Prior&>(spare) = *this;
  return {};
}

void Prior::predict(const Example&, std::span<float> out) const noexcept {
  for (std::size_t k = 0; k < out.size(); k++)
    out[k] = total_ > 0 && k < weight_.size() ? static_cast<float>(weight_[k] / total_) : 0;
}

Status Prior::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  if (!before.empty()) predict(x, before);
  if (x.weight == 0) return {};
  const auto id = static_cast<std::size_t>(x.label[0]);
  if (id >= weight_.size()) weight_.resize(id + 1);
  weight_[id] += static_cast<double>(x.weight);
  total_ += static_cast<double>(x.weight);
  return {};
}

void Prior::draw(Sink& sink) const noexcept {
  for (const double weight : weight_)
    sink.number("class", weight);
}

Status Prior::merge(const Learner& same_kind) noexcept {
  if (!is_same_learner(*this, same_kind)) return {Code::invalid_argument, Says::kOtherKind};
  const auto& other = static_cast<const Prior&>(same_kind);
  if (weight_.size() < other.weight_.size()) weight_.resize(other.weight_.size());
  for (std::size_t k = 0; k < other.weight_.size(); k++)
    weight_[k] += other.weight_[k];
  total_ += other.total_;
  return {};
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
