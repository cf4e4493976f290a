#pragma once
/// What the passive-aggressive learners share: the smallest move that makes the example right, held back by C.
///
/// l = the loss; n = sum x^2 without the bias; tau = l / n (mode 0), min(C, l / n) (1), l / (n + 1 / (2 C)) (2); w += tau s x,
/// b += tau s, s the direction. Without features modes 0 and 1 learn nothing. The example's weight multiplies tau.
/// Source: Crammer, Dekel, Keshet, Shalev-Shwartz, Singer, "Online Passive-Aggressive Algorithms", JMLR 2006.

#include <array>
#include <cstdint>
#include <span>

#include "freshet/core/check.h"
#include "freshet/core/learner.h"
#include "freshet/learn/linear/linear_weights.h"
#include "freshet/learn/linear/loss.h"

namespace freshet {

struct AggressiveSettings {
  double c = 1;
  uint32_t mode = 1;
  double eps = 0;  // regressors: half width of the tube
  uint32_t bits = 0;
  uint64_t memory = 0;

  bool operator==(const AggressiveSettings&) const = default;
};

class AggressiveLinear : public Learner {
 public:
  uint32_t traits() const noexcept override;
  uint32_t outputs() const noexcept override { return 1; }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  void predict_live(const Example& x, std::span<float> out) const noexcept override;
  Status check(const Example& x) const noexcept override { return check_label(x, *this, texts_); }
  Status learn(const Example& x, std::span<float> before) noexcept override;
  Status explain(const Example& x, std::span<float> parts) const noexcept override;
  void draw(Sink& sink) const noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;
  Status copy_into(Learner& spare) const noexcept override;
  /// Weights by examples learned.
  Status merge(const Learner& same_kind) noexcept override;
  /// The bias, then the weights by row or hash.  shape [1 + n]
  std::span<const float> parameters() const noexcept override;
  Status replace(std::span<const float> parameters) noexcept override;
  std::span<Table* const> live_tables() noexcept override;
  std::size_t bytes() const noexcept override { return weights_.bytes(); }

 protected:
  /// texts: with static storage.
  AggressiveLinear(const AggressiveSettings& settings, const Texts& texts) noexcept;
  Status start() noexcept { return weights_.start(texts_.memory); }
  Status assign(const AggressiveLinear& from) noexcept;

  /// How wrong `raw` is, and which way w must go.
  struct Wrong {
    double loss, direction;
  };
  virtual Wrong wrong(double raw, const Example& x) const noexcept = 0;
  double eps() const noexcept { return settings_.eps; }

 private:
  float link(double raw) const noexcept { return linked(raw, label()); }
  bool same_kind(const Learner& other) const noexcept;
  double length(double loss, double squares) const noexcept;
  void add(std::size_t at, double delta) noexcept;

  AggressiveSettings settings_;
  const Texts& texts_;
  LinearWeights weights_;
  double examples_ = 0;
  uint64_t skipped_ = 0;  // steps left out because a weight would have become infinite
  Table* table_ = nullptr;
};

}  // namespace freshet
