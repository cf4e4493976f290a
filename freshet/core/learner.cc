#include "freshet/core/learner.h"

#include "freshet/base/bits.h"
#include "freshet/core/transformer.h"

namespace freshet {
namespace {

uint32_t first_not_finite(std::span<const float> values) noexcept {
  // Infinities and NaN have all exponent bits. Whole rows by vectors: no sum whose steps wait for each other.
  constexpr uint32_t kExponent = 0x7f800000;
  const float* at = values.data();
  uint32_t bad = 0;
  for (std::size_t k = 0; k < values.size(); ++k)
    bad |= (bit_cast<uint32_t>(at[k]) & kExponent) == kExponent ? 1u : 0u;
  if (bad == 0) return kNone;
  for (std::size_t k = 0; k < values.size(); ++k)
    if (!is_finite(values[k])) return static_cast<uint32_t>(k);
  return kNone;
}

}  // namespace

uint32_t first_bad(const Example& x) noexcept {
  if (const uint32_t bad = first_not_finite(x.dense); bad != kNone) return bad;
  if (const uint32_t bad = first_not_finite(x.numeric.value); bad != kNone)
    return x.numeric.index[bad];
  if (!is_finite(x.weight) || x.weight < 0) return kBadWeight;
  if (first_not_finite(x.label) != kNone) return kBadLabel;
  return kNone;
}

void Learner::predict_live(const Example& x, std::span<float> out) const noexcept {
  predict(x, out);
}

Status Learner::check(const Example& x) const noexcept {
  if (label() != Label::none && x.label.empty())
    return {Code::invalid_argument, "learner: the example has no label to learn from"};
  return {};
}

Status Learner::explain(const Example&, std::span<float>) const noexcept {
  return {Code::unsupported, "learner: it can't say what each feature contributed"};
}

void Learner::predict_many(std::span<const Example> examples, std::span<float> out) const noexcept {
  const std::size_t width = outputs();
  for (std::size_t k = 0; k < examples.size(); ++k)
    predict(examples[k], out.subspan(k * width, width));
}

Status Learner::learn_many(std::span<const Example> asked, std::span<const Example> taught,
                           std::span<float> before) noexcept {
  for (std::size_t k = 0; k < taught.size(); ++k) {
    const std::size_t width = before.empty() ? 0 : outputs();
    const std::span<float> out = before.empty() ? before : before.subspan(k * width, width);
    if (!before.empty()) predict(asked[k], out);
    if (Status learned = learn(taught[k], {}); !learned.ok())
      return {learned.code(), "learner: an example was refused; at() is its place",
              static_cast<uint32_t>(k)};
  }
  return {};
}

void Learner::predict_decision(const Decision&, std::span<float>) const noexcept {}
Status Learner::learn_decision(const Decision&, std::span<float>) noexcept {
  return {Code::unsupported, "learner: it learns from labels, not from decisions"};
}
Result<std::unique_ptr<Learner>> Learner::snapshot() const noexcept {
  return clone();
}
Status Learner::copy_into(Learner&) const noexcept {
  return {Code::unsupported, "learner: it can't be copied into another; clone it"};
}
Status Learner::merge(const Learner&) noexcept {
  return {Code::unsupported, "learner: it can't be merged"};
}
void Learner::prefetch(const Example&) const noexcept {}
void Learner::end_pass() noexcept {}
const Progress* Learner::progress() const noexcept {
  return nullptr;
}
std::span<const float> Learner::parameters() const noexcept {
  return {};
}
Status Learner::replace(std::span<const float>) noexcept {
  return {Code::unsupported, "learner: it has no flat parameters to replace"};
}

void Transformer::learn(const Example&) noexcept {}
Status Transformer::explain(const Example&, std::span<float>) const noexcept {
  return {};
}
Status Transformer::copy_into(Transformer&) const noexcept {
  return {Code::unsupported, "transform: it can't be copied into another; clone it"};
}
Status Transformer::merge(const Transformer&) noexcept {
  return {Code::unsupported, "transform: it can't be merged"};
}

}  // namespace freshet
