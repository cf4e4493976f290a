#pragma once
/// A tiny transform and learner for tests of the core: their arithmetic can be done by hand.

#include <memory>
#include <vector>

#include "freshet/core/example_block.h"
#include "freshet/core/learner.h"
#include "freshet/core/registry.h"
#include "freshet/core/transformer.h"

namespace freshet::testing {

struct AverageOptions {
  float start = 0;
  uint32_t seed = 0;
};
inline constexpr std::array kAverageOptions{
    option<&AverageOptions::start>("start|begin", "Prediction before any label.", -100, 100),
    option<&AverageOptions::seed>("seed", "Draws.", 0, 4294967295.0)};

/// Predicts the mean label so far plus the sum of the dense features.
class Average final : public Learner {
 public:
  explicit Average(const AverageOptions& options) noexcept : options_(options) {}
  const Info& info() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  Label label() const noexcept override { return Label::number; }
  uint32_t outputs() const noexcept override { return 1; }
  void predict(const Example& x, std::span<float> out) const noexcept override {
    out[0] = count_ == 0 ? options_.start : static_cast<float>(sum_ / static_cast<double>(count_));
    for (const float value : x.dense)
      out[0] += value;
  }
  Status learn(const Example& x, std::span<float> before) noexcept override {
    if (const uint32_t bad = first_bad(x); bad != kNone)
      return {Code::invalid_argument, "average: not finite", bad};
    FRESHET_TRY(check(x));
    if (!before.empty()) predict(x, before);
    if (x.weight == 0) return {};
    sum_ += static_cast<double>(x.label[0]);
    ++count_;
    return {};
  }
  Result<std::unique_ptr<Learner>> clone() const noexcept override {
    return std::unique_ptr<Learner>(std::make_unique<Average>(*this));
  }
  Status save(Writer& out) const noexcept override {
    FRESHET_TRY(put_value(out, "sum", sum_));
    return put_value(out, "count", count_);
  }
  Status load(Reader& in) noexcept override {
    FRESHET_TRY(get_value(in, "sum", sum_));
    return get_value(in, "count", count_);
  }

 private:
  AverageOptions options_;
  double sum_ = 0;
  uint64_t count_ = 0;
};

struct PlusOptions {
  float by = 1;
};
inline constexpr std::array kPlusOptions{option<&PlusOptions::by>("by", "What is added.", -10, 10)};

/// Adds `by` for each example learned to every dense feature.
class Plus final : public Transformer {
 public:
  explicit Plus(const PlusOptions& options) noexcept : options_(options) {}
  const Info& info() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  void learn(const Example&) noexcept override { ++count_; }
  Status apply(const Example& in, ExampleBuffer& out) const noexcept override {
    out.assign(in);
    for (float& value : out.dense)
      value += options_.by * static_cast<float>(count_);
    return {};
  }
  Result<std::unique_ptr<Transformer>> clone() const noexcept override {
    return std::unique_ptr<Transformer>(std::make_unique<Plus>(*this));
  }
  Status save(Writer& out) const noexcept override { return put_value(out, "count", count_); }
  Status load(Reader& in) noexcept override { return get_value(in, "count", count_); }

 private:
  PlusOptions options_;
  uint64_t count_ = 0;
};

inline const Entry<Learner> average_entry{
    {"average", "Mean of the labels.", "", "O(d)", "16", 1, 1, kCheap, kAverageOptions,
     sizeof(AverageOptions), &default_options<AverageOptions>},
    [](const void* options, const Registry&) noexcept -> Result<std::unique_ptr<Learner>> {
      return std::unique_ptr<Learner>(
          std::make_unique<Average>(*static_cast<const AverageOptions*>(options)));
    }};
inline const Entry<Transformer> plus_entry{
    {"plus", "Adds.", "", "O(d)", "8", 1, 1, 0, kPlusOptions, sizeof(PlusOptions),
     &default_options<PlusOptions>},
    [](const void* options, const Registry&) noexcept -> Result<std::unique_ptr<Transformer>> {
      return std::unique_ptr<Transformer>(
          std::make_unique<Plus>(*static_cast<const PlusOptions*>(options)));
    }};
inline const Info& Average::info() const noexcept {
  return average_entry.info;
}
inline const Info& Plus::info() const noexcept {
  return plus_entry.info;
}

inline constexpr const Entry<Learner>* kLearners[] = {&average_entry};
inline constexpr const Entry<Transformer>* kTransforms[] = {&plus_entry};
inline constexpr Registry kRegistry{kLearners, kTransforms, {}, {}, nullptr, nullptr};

}  // namespace freshet::testing
