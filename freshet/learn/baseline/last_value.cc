#include "freshet/learn/baseline/last_value.h"

#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "last_value";
using Says = Complaints<kName>;

}  // namespace

extern const Entry<Learner> last_value_entry;
constinit const Entry<Learner> last_value_entry{
    .info = {.name = kName,
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
Status LastValue::check(const Example& x) const noexcept {
  return check_target<kName>(x);
}

Result<std::unique_ptr<Learner>> LastValue::clone() const noexcept {
  return std::unique_ptr<Learner>(new LastValue(*this));
}

Status LastValue::copy_into(Learner& spare) const noexcept {
  if (!is_same_learner(*this, spare)) return {Code::invalid_argument, Says::kOtherKind};
  static_cast<LastValue&>(spare) = *this;
  return {};
}

void LastValue::predict(const Example&, std::span<float> out) const noexcept {
  out[0] = last_;
}

Status LastValue::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  if (!before.empty()) predict(x, before);
  if (x.weight > 0) last_ = x.label[0];
  return {};
}

void LastValue::draw(Sink& sink) const noexcept {
  sink.number("last", static_cast<double>(last_));
}

Status LastValue::merge(const Learner& same_kind) noexcept {
  if (!is_same_learner(*this, same_kind)) return {Code::invalid_argument, Says::kOtherKind};
  if (last_ == 0) last_ = static_cast<const LastValue&>(same_kind).last_;
  return {};
}

Status LastValue::save(Writer& writer) const noexcept {
  return put_value<float>(writer, "last", last_);
}
Status LastValue::load(Reader& reader) noexcept {
  return get_value<float>(reader, "last", last_);
}

}  // namespace freshet
