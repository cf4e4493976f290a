#pragma once
/// Late labels: the ids they come under, and what became of them.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace freshet {

/// Bytes of the id of a prediction, at most; at least 1.
inline constexpr std::size_t kMaxId = 64;

enum class LabelStatus : uint8_t {
  applied,     // learned; of an activation: the decision counts from now on
  unknown_id,  // no prediction was remembered under this id
  expired,     // it was, and its time or the space for it ran out
  duplicate,   // a label came before: the first one wins; of an activation: it counted already
  pending      // appended, not learned yet; of a deferred decision: kept until it is activated
};

/// "unknown_id": as doors spell it.
constexpr std::string_view label_status_name(LabelStatus status) noexcept {
  constexpr std::string_view kNames[] = {"applied", "unknown_id", "expired", "duplicate", "pending"};
  return kNames[static_cast<uint8_t>(status)];
}

}  // namespace freshet
