#pragma once
#include <array>
#include <memory>

#include "freshet/core/dictionary.h"
#include "freshet/core/transformer.h"

namespace freshet {

struct ScaleOptions {
  bool center = true;
  uint64_t memory = 0;
};
inline constexpr std::array kScaleOptions{
    option<&ScaleOptions::center>("center",
                                  "Subtract the mean; false keeps sparse features sparse."),
    option<&ScaleOptions::memory>("memory", "Most bytes its state may take; 0: no limit.", 0, 1e15,
                                  "bytes")};

/// Brings every numeric feature to mean 0 and deviation 1, by the moments of what it has learned so far.
///
/// n += w; m += w (x - m_old) / n; v += w ((x - m_old)(x - m) - v) / n; out: (x - m) / sqrt(v), 0 where v is 0. A feature
/// that is absent from an example keeps its moments; a feature never learned passes as 0. Nominal features pass as they
/// are. Without room for new names, those features pass as 0.
/// O(features present); 40 bytes a feature in f64, and 16 for its name.
/// Source: Welford 1962; West 1979 (weights); Chan, Golub, LeVeque 1979 (merge).
class Scale final : public Transformer {
 public:
  using Options = ScaleOptions;
  static constexpr std::span<const OptionSpec> kOptions = kScaleOptions;

  explicit Scale(const ScaleOptions& options = {}) noexcept;

  const Info& info() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  std::size_t bytes() const noexcept override { return pool_.bytes(); }
  void learn(const Example& x) noexcept override;
  Status apply(const Example& in, ExampleBuffer& out) const noexcept override;
  Result<std::unique_ptr<Transformer>> clone() const noexcept override;
  Status copy_into(Transformer& spare) const noexcept override;
  /// Exact, to rounding.
  Status merge(const Transformer& same_kind) noexcept override;
  void draw(Sink& sink) const noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

 private:
  void update(std::size_t row, double x, double weight) noexcept;
  void update_row(std::size_t first, const float* values, std::size_t n, double weight) noexcept;
  void scale_row(const float* in, float* out, std::size_t n) const noexcept;
  float scaled(std::size_t row, float x) const noexcept;
  bool grow(std::size_t rows) noexcept;
  bool assign(const Scale& from) noexcept;
  void refresh(std::size_t row) noexcept;

  ScaleOptions options_;
  Pool pool_;
  Dictionary dictionary_;
  PoolArray<double> count_, mean_, variance_;
  PoolArray<double> factor_;  // 1 / sqrt(variance), 0 where that is 0: derived, not saved
};

}  // namespace freshet
