#pragma once
/// Two learners for the tests of this folder, one for each mode of publication. Each makes a torn read visible.

#include <algorithm>
#include <memory>
#include <vector>

#include "freshet/base/live.h"
#include "freshet/core/learner.h"

namespace freshet::tiny {

inline constexpr Info kInfo{.name = "tiny", .summary = "", .paper = "", .cost = "", .memory = "",
                            .format = 1, .oldest_format = 1, .traits = kCheap, .options = {},
                            .options_size = 0, .defaults = nullptr};

/// An example with feature 0 = *value, and the label 0.
inline Example example(const float& value) {
  static constexpr float kLabel[] = {0};
  Example x;
  x.dense = std::span(&value, 1);
  x.label = kLabel;
  return x;
}

class Base : public Learner {
 public:
  const Info& info() const noexcept override { return kInfo; }
  const void* options() const noexcept override { return nullptr; }
  Label label() const noexcept override { return Label::number; }
  uint32_t outputs() const noexcept override { return 2; }
};

/// Live: cell k of 4,096 holds how often it was taught. Learning an example with feature 0 = v adds 1 to every 64th cell
/// from v on. Predicts {a cell, the cell again}: the second is never below the first, since cells only grow.
class Live final : public Base {
 public:
  static constexpr uint32_t kCells = 4096;
  Live() : cells_(kCells) {}
  uint32_t traits() const noexcept override { return kCheap | kLive; }
  void predict(const Example& x, std::span<float> out) const noexcept override { read<PlainLoad>(x, out); }
  void predict_live(const Example& x, std::span<float> out) const noexcept override { read<LiveLoad>(x, out); }
  Status learn(const Example& x, std::span<float> before) noexcept override {
    if (const uint32_t bad = first_bad(x); bad != kNone)
      return {Code::invalid_argument, "tiny: value is not finite", bad};
    if (!before.empty()) predict(x, before);
    for (uint32_t k = cell(x) % 64; k < kCells; k += 64) live_store(cells_[k], cells_[k] + 1);
    return {};
  }
  Result<std::unique_ptr<Learner>> clone() const noexcept override { return std::make_unique<Live>(*this); }
  Status save(Writer& writer) const noexcept override { return put_array<float>(writer, "cells", cells_); }
  Status load(Reader& reader) noexcept override { return get_into<float>(reader, "cells", cells_); }

 private:
  static uint32_t cell(const Example& x) noexcept { return static_cast<uint32_t>(x.dense[0]) % kCells; }
  template <class Load>
  void read(const Example& x, std::span<float> out) const noexcept {
    out[0] = Load::load(cells_[cell(x)]);
    out[1] = Load::load(cells_[cell(x)]);
  }
  std::vector<float> cells_;
};

/// Snapshot: every cell of a dense vector holds the number of examples learned. Predicts {smallest, largest} cell: they
/// differ only in a torn read.
class Dense final : public Base {
 public:
  explicit Dense(std::size_t cells = 1000, bool copies = true) : cells_(cells), copies_(copies) {}
  void predict(const Example&, std::span<float> out) const noexcept override {
    const auto [low, high] = std::minmax_element(cells_.begin(), cells_.end());
    out[0] = *low;
    out[1] = *high;
  }
  Status learn(const Example& x, std::span<float> before) noexcept override {
    if (const uint32_t bad = first_bad(x); bad != kNone)
      return {Code::invalid_argument, "tiny: value is not finite", bad};
    if (!before.empty()) predict(x, before);
    for (float& cell : cells_) cell += 1;
    return {};
  }
  Result<std::unique_ptr<Learner>> clone() const noexcept override { return std::make_unique<Dense>(*this); }
  Status copy_into(Learner& spare) const noexcept override {
    if (!copies_) return Learner::copy_into(spare);
    static_cast<Dense&>(spare).cells_ = cells_;
    return {};
  }
  Status save(Writer& writer) const noexcept override { return put_array<float>(writer, "cells", cells_); }
  Status load(Reader& reader) noexcept override { return get_into<float>(reader, "cells", cells_); }
  const float* address() const noexcept { return cells_.data(); }

 private:
  std::vector<float> cells_;
  bool copies_;
};

}  // namespace freshet::tiny
