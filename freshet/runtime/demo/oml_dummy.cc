#include "freshet/runtime/demo/oml_dummy.h"

#include <chrono>
#include <thread>

#include "freshet/base/bits.h"
#include "freshet/core/component.h"

namespace freshet {

namespace {

Result<std::unique_ptr<Learner>> make_entry(const void* options, const Registry&) noexcept {
  return std::make_unique<OmlDummy>(*static_cast<const OmlDummyOptions*>(options));
}

float value_of(const Example& x) noexcept {
  if (!x.dense.empty()) return x.dense[0];
  for (std::size_t k = 0; k < x.numeric.index.size(); ++k)
    if (x.numeric.index[k] == 0) return x.numeric.value[k];
  return 0;
}

void sleep_for(float seconds) noexcept {
  if (seconds > 0) std::this_thread::sleep_for(std::chrono::duration<float>(seconds));
}

}  // namespace

extern const Entry<Learner> oml_dummy_entry;
constinit const Entry<Learner> oml_dummy_entry{
    .info = {.name = "oml_dummy",
             .summary = "Two parameters, multiplied by x with a pause between: shows that no read is torn.",
             .paper = {},
             .cost = "what its delays say",
             .memory = "8 bytes",
             .format = 1,
             .oldest_format = 1,
             .traits = kCheap,
             .options = kOmlDummyOptions,
             .options_size = sizeof(OmlDummyOptions),
             .defaults = default_options<OmlDummyOptions>},
    .make = make_entry};

const Info& OmlDummy::info() const noexcept { return oml_dummy_entry.info; }

void OmlDummy::draw(Sink& sink) const noexcept {
  sink.number("first", static_cast<double>(parameters_[0]));
  sink.number("second", static_cast<double>(parameters_[1]));
}

void OmlDummy::predict(const Example& x, std::span<float> out) const noexcept {
  sleep_for(options_.predict_delay_s);
  out[0] = value_of(x) * (parameters_[0] + parameters_[1]);
}

Status OmlDummy::learn(const Example& x, std::span<float> before) noexcept {
  if (const uint32_t bad = first_bad(x); bad != kNone)
    return {Code::invalid_argument, "oml_dummy: value is not finite; send a number", bad};
  const float by = value_of(x);
  if (!before.empty()) before[0] = by * (parameters_[0] + parameters_[1]);
  if (x.weight == 0) return {};
  if (!is_finite(parameters_[0] * by) || !is_finite(parameters_[1] * by))
    return {Code::invalid_argument, "oml_dummy: the parameters would be infinite; send a smaller number"};
  parameters_[0] *= by;
  sleep_for(options_.train_delay_s);
  parameters_[1] *= by;
  return {};
}

Status OmlDummy::save(Writer& writer) const noexcept {
  return put_array<float>(writer, "parameters", parameters_);
}

Status OmlDummy::load(Reader& reader) noexcept { return get_into<float>(reader, "parameters", parameters_); }

Result<std::unique_ptr<Learner>> OmlDummy::clone() const noexcept { return std::make_unique<OmlDummy>(*this); }

Status OmlDummy::copy_into(Learner& spare) const noexcept {
  static_cast<OmlDummy&>(spare).parameters_ = parameters_;
  return {};
}

}  // namespace freshet
