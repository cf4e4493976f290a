#include "freshet/learn/baseline/last_class.h"

#include "freshet/core/make_entry.h"

namespace freshet {

extern const Entry<Learner> last_class_entry;
constinit const Entry<Learner> last_class_entry{
    .info = {.name = kLastClass,
             .summary = "Predicts the class of the example before: a baseline.",
             .paper = "Bifet et al., ECML PKDD 2013",
             .cost = "O(classes)",
             .memory = "8 bytes",
             .format = 1,
             .oldest_format = 1,
             .traits = kCheap,
             .options = {},
             .options_size = sizeof(NoOptions),
             .defaults = default_options<NoOptions>},
    .make = make_entry<LastClass>};

const Info& LastClass::info() const noexcept {
  return last_class_entry.info;
}

void LastClass::predict(const Example&, std::span<float> out) const noexcept {
  for (std::size_t k = 0; k < out.size(); k++)
    out[k] = k == last_ ? 1 : 0;
}

void LastClass::update(const Example& x) noexcept {
  if (x.weight == 0) return;
  last_ = static_cast<uint32_t>(x.label[0]);
  if (last_ >= classes_) classes_ = last_ + 1;
}

void LastClass::draw(Sink& sink) const noexcept {
  sink.number("last", static_cast<double>(last_));
}

void LastClass::add(const LastClass& other) noexcept {
  if (classes_ == 0) last_ = other.last_;
  if (classes_ < other.classes_) classes_ = other.classes_;
}

Status LastClass::save(Writer& writer) const noexcept {
  const uint32_t state[] = {last_, classes_};
  return put_array<uint32_t>(writer, "state", state);
}

Status LastClass::load(Reader& reader) noexcept {
  uint32_t state[2];
  FRESHET_TRY(get_into<uint32_t>(reader, "state", state));
  last_ = state[0];
  classes_ = state[1];
  if (classes_ > kMaxClasses || (classes_ > 0 && last_ >= classes_))
    return {Code::corrupt, Says::kState};
  return {};
}

}  // namespace freshet
