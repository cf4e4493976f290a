#pragma once
/// The refusals every learner has in common, each with the component's own name in front.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "freshet/base/bits.h"
#include "freshet/base/status.h"
#include "freshet/core/example.h"
#include "freshet/core/features.h"
#include "freshet/core/learner.h"

namespace freshet {

/// Two static texts as one, at compile time: the name of a component and what it says.
template <const auto& A, const auto& B>
struct Joined {
  static constexpr auto make() noexcept {
    std::array<char, sizeof(A) + sizeof(B) - 1> all{};
    for (std::size_t k = 0; k + 1 < sizeof(A); k++)
      all[k] = A[k];
    for (std::size_t k = 0; k < sizeof(B); k++)
      all[sizeof(A) - 1 + k] = B[k];
    return all;
  }
  static constexpr auto kAll = make();
  static constexpr const char* text = kAll.data();
};

namespace complaint {
inline constexpr char kValue[] = ": value is not finite; leave the feature out instead";
inline constexpr char kWeight[] = ": the weight is negative or not finite; give a number from 0 up";
inline constexpr char kLabelValue[] = ": the label is not finite; leave it out instead";
inline constexpr char kNoLabel[] = ": no label to learn from; give one, or only predict";
inline constexpr char kLabels[] = ": several labels; this learner takes one";
inline constexpr char kClass[] = ": the label is not a class id (a whole number from 0 up)";
inline constexpr char kThird[] = ": a third class; use softmax or one_vs_rest";
inline constexpr char kMany[] = ": more classes than 65536; is the label a number? use a regressor";
inline constexpr char kFull[] = ": no room for new names; raise memory, or hash them (bits)";
inline constexpr char kMemory[] =
    ": its fixed size is larger than memory; raise memory or lower bits";
inline constexpr char kOtherKind[] = ": only models of one kind and the same options can be merged";
inline constexpr char kParameters[] = ": another number of parameters than this model has";
inline constexpr char kParts[] = ": explain wants one part for each feature and one for the bias";
inline constexpr char kState[] = ": its state in the model file has another size than it should";
}  // namespace complaint

/// The texts of one component as values: for base classes that several share.
struct Texts {
  const char *value, *weight, *label_value, *no_label, *labels, *class_id, *third, *many;
  const char *full, *memory, *other_kind, *parameters, *parts, *state;
};

/// The texts of the component called `Name`, a constexpr char array with static storage.
template <const auto& Name>
struct Complaints {
  static constexpr const char* kValue = Joined<Name, complaint::kValue>::text;
  static constexpr const char* kWeight = Joined<Name, complaint::kWeight>::text;
  static constexpr const char* kLabelValue = Joined<Name, complaint::kLabelValue>::text;
  static constexpr const char* kNoLabel = Joined<Name, complaint::kNoLabel>::text;
  static constexpr const char* kLabels = Joined<Name, complaint::kLabels>::text;
  static constexpr const char* kClass = Joined<Name, complaint::kClass>::text;
  static constexpr const char* kThird = Joined<Name, complaint::kThird>::text;
  static constexpr const char* kMany = Joined<Name, complaint::kMany>::text;
  static constexpr const char* kFull = Joined<Name, complaint::kFull>::text;
  static constexpr const char* kMemory = Joined<Name, complaint::kMemory>::text;
  static constexpr const char* kOtherKind = Joined<Name, complaint::kOtherKind>::text;
  static constexpr const char* kParameters = Joined<Name, complaint::kParameters>::text;
  static constexpr const char* kParts = Joined<Name, complaint::kParts>::text;
  static constexpr const char* kState = Joined<Name, complaint::kState>::text;
  static constexpr Texts kAll{kValue,     kWeight,     kLabelValue, kNoLabel, kLabels,
                              kClass,     kThird,      kMany,       kFull,    kMemory,
                              kOtherKind, kParameters, kParts,      kState};
};

/// Class ids above are mistakes, not classes: nothing may allocate by them.
inline constexpr uint32_t kMaxClasses = 65536;

/// Learner::outputs() of a learner of many classes that has met ids below `classes`.
constexpr uint32_t class_outputs(std::size_t classes) noexcept {
  return classes == 1 ? 2 : static_cast<uint32_t>(classes);
}

/// Refuses values and weights that are not finite, with the feature in at(), and examples without exactly one label.
inline Status check_target(const Example& x, const Texts& says) noexcept {
  if (const uint32_t bad = first_bad(x); bad != kNone) {
    if (bad == kBadWeight) return {Code::invalid_argument, says.weight, bad};
    if (bad == kBadLabel) return {Code::invalid_argument, says.label_value, bad};
    return {Code::invalid_argument, says.value, bad};
  }
  if (x.label.empty()) return {Code::invalid_argument, says.no_label, kBadLabel};
  if (x.label.size() != 1) return {Code::invalid_argument, says.labels, kBadLabel};
  return {};
}
template <const auto& Name>
Status check_target(const Example& x) noexcept {
  return check_target(x, Complaints<Name>::kAll);
}

/// The same, and the label is a class id. Binary: 0 or 1, -1 being an alias of 0.
inline Status check_class(const Example& x, bool binary, const Texts& says) noexcept {
  FRESHET_TRY(check_target(x, says));
  const float y = x.label[0];
  if (binary) {
    if (y == 0 || y == 1 || y == -1) return {};
    return {Code::invalid_argument, y > 1 && y < kMaxClasses ? says.third : says.class_id,
            kBadLabel};
  }
  if (!(y >= 0) || y > 16777216.0f || static_cast<float>(static_cast<uint32_t>(y)) != y)
    return {Code::invalid_argument, says.class_id, kBadLabel};
  if (y >= static_cast<float>(kMaxClasses)) return {Code::exhausted, says.many, kBadLabel};
  return {};
}
template <const auto& Name>
Status check_class(const Example& x, bool binary) noexcept {
  return check_class(x, binary, Complaints<Name>::kAll);
}

/// check_class() of two classes, or check_target(): what the learner's label() asks for.
inline Status check_label(const Example& x, const Learner& learner, const Texts& says) noexcept {
  return learner.label() == Label::one_class ? check_class(x, true, says) : check_target(x, says);
}

/// Whether both are the same learner by name, and no pipeline: one may then be cast to the other's type.
inline bool is_same_learner(const Learner& a, const Learner& b) noexcept {
  return a.pipeline() == nullptr && b.pipeline() == nullptr && &a.info() == &b.info();
}

/// Learner::explain: whether there is a part for each feature and one for the bias. wrong: Complaints::kParts.
inline Status check_parts(const Example& x, std::span<const float> parts,
                          const char* wrong) noexcept {
  if (parts.size() != feature_count(x) + 1) return {Code::invalid_argument, wrong};
  return {};
}

/// A double as a prediction: infinities become the largest float. In the two forms that are one instruction each.
inline float clamp_to_float(double x) noexcept {
  constexpr double kMost = 3.4028234663852886e38;
  x = x < kMost ? x : kMost;
  return static_cast<float>(x > -kMost ? x : -kMost);
}

}  // namespace freshet
