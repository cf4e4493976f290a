#pragma once
/// What `coin` and `pistol` share: linear models without a learning rate, a row of four or eight floats for each feature.
///
/// The score is clipped to the range of labels met, as Vowpal Wabbit does it (logistic loss: -50 to 50). Features are
/// hashed; the constant 1 has a row of its own behind all others. A feature of value 0 is absent. `predict` touches no
/// state (Vowpal Wabbit's does).

#include <cstdint>
#include <span>
#include <string_view>

#include "freshet/base/bits.h"
#include "freshet/core/check.h"
#include "freshet/core/features.h"
#include "freshet/core/learner.h"
#include "freshet/core/table.h"
#include "freshet/learn/linear/loss.h"

namespace freshet {

enum class RatelessLoss : uint8_t { logistic, hinge, squared, quantile };
inline constexpr std::string_view kRatelessLosses[] = {"logistic", "hinge", "squared", "quantile"};

struct RatelessSettings {
  RatelessLoss loss = RatelessLoss::logistic;
  double tau = .5;
  uint32_t bits = 18;
  uint64_t memory = 0;
  uint32_t stride = 4;  // floats of a row: a power of two, so that no row lies in two chunks

  bool operator==(const RatelessSettings&) const = default;
};

class RatelessLinear : public Learner {
 public:
  uint32_t traits() const noexcept override;
  Label label() const noexcept override {
    return is_of_classes() ? Label::one_class : Label::number;
  }
  uint32_t outputs() const noexcept override { return 1; }
  std::size_t bytes() const noexcept override { return rows_.bytes(); }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  Status check(const Example& x) const noexcept override { return check_label(x, *this, texts_); }
  Status learn(const Example& x, std::span<float> before) noexcept override;
  Status explain(const Example& x, std::span<float> parts) const noexcept override;
  void draw(Sink& sink) const noexcept override;
  Status copy_into(Learner& spare) const noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

 protected:
  /// Sums over an example that all its weights share: `coin` divides its score by a mean of lengths.
  struct Shared {
    double lengths = 0;  // S
    double weight = 0;   // T
  };
  /// texts: with static storage.
  RatelessLinear(const RatelessSettings& settings, const Texts& texts) noexcept
      : settings_(settings), texts_(texts) {
    if (settings.loss == RatelessLoss::logistic) {
      low_ = -50;
      high_ = 50;
    }
  }
  Status start() noexcept;
  Status assign(const RatelessLinear& from) noexcept;
  bool is_of_classes() const noexcept {
    return settings_.loss == RatelessLoss::logistic || settings_.loss == RatelessLoss::hinge;
  }

  /// The weight of a row for a feature of value x != 0.
  virtual double weight(const float* row, double x) const noexcept = 0;
  /// The score before clipping; lengths: what the example adds to Shared::lengths, times its weight.
  virtual double score(const Example& x, const Shared& shared, double& lengths) const noexcept = 0;
  /// Moves every row along the slope g.
  virtual void follow(const Example& x, double g) noexcept = 0;

  /// Calls f(row, value) for every feature whose value isn't 0, in order, the constant last.
  template <class F>
  void each(const Example& x, F&& f) const noexcept;
  float* row(uint32_t at) noexcept { return rows_.data() + std::size_t{at} * settings_.stride; }
  const float* row(uint32_t at) const noexcept {
    return rows_.data() + std::size_t{at} * settings_.stride;
  }
  /// Stores a whole row, or, where a number of it isn't finite, none.
  template <std::size_t kFloats>
  void store(uint32_t at, const float (&next)[kFloats]) noexcept;

 private:
  bool same_kind(const Learner& other) const noexcept;
  double clip(double raw) const noexcept { return raw < low_ ? low_ : raw > high_ ? high_ : raw; }
  float link(double raw) const noexcept { return linked(clip(raw), label()); }
  double slope_at(double raw, double y) const noexcept;

  RatelessSettings settings_;
  const Texts& texts_;
  Table rows_;
  Shared shared_;
  double low_ = 0, high_ = 0;  // labels met
  double examples_ = 0;
  uint64_t skipped_ = 0;  // rows left alone because they would have become infinite
};

template <class F>
void RatelessLinear::each(const Example& x, F&& f) const noexcept {
  const uint32_t mask = static_cast<uint32_t>((uint64_t{1} << settings_.bits) - 1);
  each_feature(x, [&](uint32_t index, float value) {
    if (value != 0) f(index & mask, value);
  });
  f(mask + 1, 1.0f);
}

template <std::size_t kFloats>
void RatelessLinear::store(uint32_t at, const float (&next)[kFloats]) noexcept {
  bool good = true;
  for (const float x : next)
    good = good && is_finite(x);
  if (!good) {
    skipped_++;
    return;
  }
  rows_.touch(std::size_t{at} * settings_.stride);
  float* to = row(at);
  for (std::size_t k = 0; k < kFloats; k++)
    to[k] = next[k];
}

}  // namespace freshet
