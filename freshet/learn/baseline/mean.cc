#include "freshet/learn/baseline/mean.h"

#include "freshet/core/make_entry.h"

namespace freshet {

extern const Entry<Learner> mean_entry;
constinit const Entry<Learner> mean_entry{
    .info = {.name = kMean,
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

void Mean::predict(const Example&, std::span<float> out) const noexcept {
  out[0] = clamp_to_float(moments_.mean());
}

void Mean::update(const Example& x) noexcept {
  moments_.update(static_cast<double>(x.label[0]), static_cast<double>(x.weight));
}

void Mean::draw(Sink& sink) const noexcept {
  sink.number("mean", moments_.mean());
}

void Mean::add(const Mean& other) noexcept {
  moments_.merge(other.moments_);
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
