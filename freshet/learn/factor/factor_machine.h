#pragma once
/// What `fm` and `ffm` share: all but how pairs of features are summed.
///
/// y = b + w'x + pairs; g = (d loss / d y) times the example's weight, clipped; the rows of present features follow g by the
/// optimizer (factor_rows.h), b -= intercept_rate g. Predicts P(positive), or the number.
/// A row that would not stay finite is left alone and counted.

#include <cstdint>
#include <span>
#include <string_view>

#include "freshet/core/check.h"
#include "freshet/core/learner.h"
#include "freshet/learn/factor/factor_rows.h"
#include "freshet/learn/linear/gradient_step.h"

namespace freshet {

enum class FactorLoss : uint8_t { logistic, squared };
inline constexpr std::string_view kFactorLosses[] = {"logistic", "squared"};

struct FactorMachineSettings {
  FactorSettings rows;
  uint32_t fields = 1;  // vectors of a row
  FactorLoss loss = FactorLoss::logistic;
  double intercept_rate = .01;
  double clip = 1e12;
  uint64_t memory = 0;

  bool operator==(const FactorMachineSettings&) const = default;
};

/// The options of either, in one form.
template <class Options>
FactorMachineSettings factor_settings(const Options& o, uint32_t fields) noexcept {
  return {.rows = {.optimizer = o.optimizer,
                   .bits = o.bits,
                   .width = fields * o.factors,
                   .learning_rate = o.learning_rate,
                   .factor_rate = o.factor_rate,
                   .l2 = o.l2,
                   .factor_l2 = o.factor_l2,
                   .init = o.init,
                   .seed = o.seed},
          .fields = fields,
          .loss = o.loss,
          .intercept_rate = o.intercept_rate,
          .clip = o.clip,
          .memory = o.memory};
}

class FactorMachine : public Learner {
 public:
  static constexpr uint32_t kMostFactors = 256;

  uint32_t traits() const noexcept override;
  Label label() const noexcept override {
    return settings_.loss == FactorLoss::logistic ? Label::one_class : Label::number;
  }
  uint32_t outputs() const noexcept override { return 1; }
  std::size_t bytes() const noexcept override { return rows_.bytes(); }
  Status check(const Example& x) const noexcept override { return check_label(x, *this, texts_); }
  void draw(Sink& sink) const noexcept override;
  Status copy_into(Learner& spare) const noexcept override;
  /// By examples learned; adagrad's sums are added.
  Status merge(const Learner& same_kind) noexcept override;
  /// The bias, then {w, v[fields][factors]} by row.
  std::span<const float> parameters() const noexcept override { return rows_.parameters(); }
  Status replace(std::span<const float> parameters) noexcept override;
  std::span<Table* const> live_tables() noexcept override { return rows_.tables(); }
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

 protected:
  /// texts: with static storage.
  FactorMachine(const FactorMachineSettings& settings, const TableMemory* memory,
                const Texts& texts) noexcept;
  /// `exhausted` when 2^bits rows are more than memory or the machine has.
  Status start() noexcept { return rows_.start(settings_.memory, memory_, texts_.memory); }
  /// REQUIRES: of the same class and settings.
  virtual Status assign(const FactorMachine& from) noexcept;

  const TableMemory* memory() const noexcept { return memory_; }
  FactorRows& rows() noexcept { return rows_; }
  const FactorRows& rows() const noexcept { return rows_; }
  float link(double raw) const noexcept;
  /// g of a checked example; counts it.
  double gradient(const Example& x, double score) noexcept;
  void step_bias(double g) noexcept;
  void skip_unless(bool stepped) noexcept { skipped_ += stepped ? 0 : 1; }
  bool same_kind(const Learner& other) const noexcept;
  Status save_state(Writer& writer) const noexcept;
  Status load_state(Reader& reader) noexcept;

 private:
  FactorMachineSettings settings_;
  const TableMemory* memory_;
  const Texts& texts_;
  FactorRows rows_;
  GradientClip clip_;
  double examples_ = 0;
  uint64_t skipped_ = 0;  // rows left alone
};

}  // namespace freshet
