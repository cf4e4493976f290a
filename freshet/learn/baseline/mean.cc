#include "freshet/learn/baseline/mean.h"

#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "mean";
using Says = Complaints<kName>;

}  // namespace

extern const Entry<Learner> mean_entry;
constinit const Entry<Learner> mean_entry{
    .info = {.name = kName,
             .summary = "Predicts the mean of the targets so far: a baseline.",
             .paper = "Welford, Technometrics 1962",
             .cost = "O(1)",
             .memory = "24 bytes",
             .format = 1,
             .oldest_format = 1,
             .traits = kCheap | kWeightIsCount,
             .options = {},
             .options_size = sizeof(NoOptions),
             .defaults = default_options<NoOptions>},
    .make = make_entry<Mean>};

const Info& Mean::info() const noexcept {
  return mean_entry.info;
}
Status Mean::check(const Example& x) const noexcept {
  return check_target<kName>(x);
}

Result<std::unique_ptr<Learner>> Mean::clone() const noexcept {
  return std::unique_ptr<Learner>(new Mean(*this));
}

Status Mean::copy_into(Learner& spare) const noexcept {
  if (!is_same_learner(*this, spare)) return {Code::invalid_argument, Says::kOtherKind};
  static_cast<Mean&>(spare) = *this;
  return {};
}

void Mean::predict(const Example&, std::span<float> out) const noexcept {
  out[0] = clamp_to_float(moments_.mean());
}

Status Mean::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  if (!before.empty()) predict(x, before);
  moments_.update(static_cast<double>(x.label[0]), static_cast<double>(x.weight));
  return {};
}

void Mean::draw(Sink& sink) const noexcept {
  sink.number("mean", moments_.mean());
}

Status Mean::merge(const Learner& same_kind) noexcept {
  if (!is_same_learner(*this, same_kind)) return {Code::invalid_argument, Says::kOtherKind};
  moments_.merge(static_cast<const Mean&>(same_kind).moments_);
  return {};
}

Status Mean::save(Writer& writer) const noexcept {
  const double state[] = {moments_.weight(), moments_.mean(), moments_.deviations()};
  return put_array<double>(writer, "moments", state);
}

Status Mean::load(Reader& reader) noexcept {
  double state[3];
  FRESHET_TRY(get_into<double>(reader, "moments", state));
  moments_ = Moments(state[0], state[1], state[2]);
  return {};
}

}  // namespace freshet
