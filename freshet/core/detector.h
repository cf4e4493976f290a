#pragma once
/// A drift detector: watches one number per example, usually the error.

#include <cstdint>

#include "freshet/core/component.h"

namespace freshet {

class Detector : public Component {
 public:
  enum class Signal : uint8_t { none, warning, rise, fall };
  virtual Signal update(double value) noexcept = 0;
};

}  // namespace freshet
