#include "freshet/learn/baseline/last_value.h"

#include "freshet/core/make_entry.h"

namespace freshet {

extern const Entry<Learner> last_value_entry;
constinit const Entry<Learner> last_value_entry{
    .info = {.name = kLastValue,
             .summary = "Predicts the target of the example before: a baseline.",
             .paper = "Bifet et al., ECML PKDD 2013",
             .cost = "O(1)",
             .memory = "4 bytes",
             .format = 1,
             .oldest_format = 1,
             .traits = kCheap,
             .options = {},
             .options_size = sizeof(NoOptions),
             .defaults = default_options<NoOptions>},
    .make = make_entry<LastValue>};

const Info& LastValue::info() const noexcept {
  return last_value_entry.info;
}

void LastValue::predict(const Example&, std::span<float> out) const noexcept {
  out[0] = last_;
}

void LastValue::update(const Example& x) noexcept {
  if (x.weight > 0) last_ = x.label[0];
}

void LastValue::draw(Sink& sink) const noexcept {
  sink.number("last", static_cast<double>(last_));
}

void LastValue::add(const LastValue& other) noexcept {
  if (last_ == 0) last_ = other.last_;
}

Status LastValue::save(Writer& writer) const noexcept {
  return put_value<float>(writer, "last", last_);
}

Status LastValue::load(Reader& reader) noexcept {
  return get_value<float>(reader, "last", last_);
}

}  // namespace freshet
