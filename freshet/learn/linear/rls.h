#pragma once
#include <array>
#include <memory>

#include "freshet/core/dictionary.h"
#include "freshet/core/learner.h"

namespace freshet {

struct RlsOptions {
  double lambda = .999;
  double delta = 1;
  double cap = 1;
  uint64_t memory = 0;
};
inline constexpr std::array kRlsOptions{
    option<&RlsOptions::lambda>(
        "lambda", "How much the past counts, per example; 1: forgets nothing.", 1e-3, 1),
    option<&RlsOptions::delta>(
        "delta", "Penalty on squared weights at the start: P begins as I / delta.", 1e-12, 1e6),
    option<&RlsOptions::cap>("cap", "No forgetting while trace(P) > cap * weights / delta.", 1e-6,
                             1e6),
    option<&RlsOptions::memory>("memory", "Most bytes its state may take; 0: no limit.", 0, 1e15,
                                "bytes")};

/// Recursive least squares: the exact least-squares line through all examples, those long past counting less.
///
/// k = P x / (lambda / w + x'Px); weights += k (y - weights'x); P = (P - k x'P) / lambda. The bias is a feature of value 1.
/// While trace(P) is past `cap` nothing is forgotten: inputs that don't vary would blow P up.
/// O(d^2) an example and 4 d^2 bytes, d <= 4096 weights; f64. A feature may come at any time.
/// Source: Plackett, Biometrika 1950; Haykin, Adaptive Filter Theory, chapter 10.
class Rls final : public Learner {
 public:
  using Options = RlsOptions;
  static constexpr std::span<const OptionSpec> kOptions = kRlsOptions;
  static constexpr uint32_t kMostWeights = 4096;

  explicit Rls(const RlsOptions& options = {}) noexcept;

  const Info& info() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  Label label() const noexcept override { return Label::number; }
  uint32_t outputs() const noexcept override { return 1; }
  std::size_t bytes() const noexcept override { return pool_.bytes(); }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  Status check(const Example& x) const noexcept override;
  Status learn(const Example& x, std::span<float> before) noexcept override;
  Status explain(const Example& x, std::span<float> parts) const noexcept override;
  void draw(Sink& sink) const noexcept override;
  Result<std::unique_ptr<Learner>> clone() const noexcept override;
  Status copy_into(Learner& spare) const noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

 private:
  double raw(const Example& x) const noexcept;
  bool admit(const Example& x) noexcept;
  bool fit(std::size_t weights) noexcept;
  void spread(const Example& x) noexcept;
  double trace() const noexcept;
  bool assign(const Rls& from) noexcept;

  RlsOptions options_;
  Pool pool_;
  Dictionary dictionary_;
  PoolArray<double> weights_;  // the bias, then by row
  PoolArray<double> p_;        // the lower triangle by rows: p(i, j) at i (i + 1) / 2 + j, j <= i
  PoolArray<double> x_, px_;   // of the example being learned
  uint64_t skipped_ = 0;  // examples left out because rounding had eaten P or the step was infinite
};

}  // namespace freshet
