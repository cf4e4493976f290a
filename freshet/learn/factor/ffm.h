#pragma once
#include <array>
#include <memory>

#include "freshet/learn/factor/factor_machine.h"

namespace freshet {

struct FfmOptions {
  uint32_t factors = 4;
  uint32_t fields = 16;
  uint32_t bits = 18;
  FactorLoss loss = FactorLoss::logistic;
  FactorOptimizer optimizer = FactorOptimizer::adagrad;
  double learning_rate = .1;
  double factor_rate = .01;
  double intercept_rate = .01;
  double l2 = 0, factor_l2 = 0;
  double init = .01;
  double clip = 1e12;
  uint32_t seed = 0;
  uint64_t memory = 0;
};
inline constexpr std::array kFfmOptions{
    option<&FfmOptions::factors>("factors", "Length of a feature's vector for each field.", 1, 256),
    option<&FfmOptions::fields>("fields", "Fields there may be.", 2, 64),
    option<&FfmOptions::bits>("bits", "Rows held: 2^bits, hashed.", 1, 30, "log2"),
    option<&FfmOptions::loss>("loss", "logistic: two classes; squared: numbers.", kFactorLosses),
    option<&FfmOptions::optimizer>("optimizer", "How weights and factors follow the gradient.",
                                   kFactorOptimizers),
    option<&FfmOptions::learning_rate>("learning_rate", "Step size of the weights.", 1e-9, 1e3),
    option<&FfmOptions::factor_rate>("factor_rate", "Step size of the factors.", 1e-9, 1e3),
    option<&FfmOptions::intercept_rate>("intercept_rate",
                                        "Step size of the bias, which is plain sgd.", 0, 1),
    option<&FfmOptions::l2>("l2", "Penalty on squared weights.", 0, 1e6),
    option<&FfmOptions::factor_l2>("factor_l2", "Penalty on squared factors.", 0, 1e6),
    option<&FfmOptions::init>("init", "Deviation of a factor when its feature is first learned.", 0,
                              1e3),
    option<&FfmOptions::clip>("clip", "Largest gradient; 0: 10 times its faded mean.", 0, 1e30),
    option<&FfmOptions::seed>("seed", "Of the first factors.", 0, 4294967295.0),
    option<&FfmOptions::memory>("memory", "Most bytes its state may take; 0: no limit.", 0, 1e15,
                                "bytes")};

/// Field-aware factorization machine: a feature has a vector of its own for every field that it may meet.
///
/// y = b + w'x + sum over pairs of different fields of <v_i,f(j), v_j,f(i)> x_i x_j. Summed by pairs of fields, not of features:
/// for fields a and b the product of sum_i v_i,b x_i over a and sum_j v_j,a x_j over b: O(features present times fields times
/// factors). A field is a group of features (VW's namespaces), numbered by first appearance; in rows without groups, and in
/// the default one below index 65536, a column. Past `fields`: `exhausted`. Rows are drawn and kept as those of `fm`;
/// 4 (1 + fields factors) 2^bits bytes, twice that with adagrad, thrice with ftrl.
/// Source: Juan, Zhuang, Chin, Lin, "Field-aware Factorization Machines for CTR Prediction", RecSys 2016.
class Ffm final : public FactorMachine {
 public:
  using Options = FfmOptions;
  static constexpr std::span<const OptionSpec> kOptions = kFfmOptions;

  /// `exhausted` when 2^bits rows are more than memory or the machine has.
  static Result<std::unique_ptr<Ffm>> make(const FfmOptions& options = {},
                                           const TableMemory* memory = nullptr) noexcept;

  const Info& info() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  void predict_live(const Example& x, std::span<float> out) const noexcept override;
  Status learn(const Example& x, std::span<float> before) noexcept override;
  Status explain(const Example& x, std::span<float> parts) const noexcept override;
  void draw(Sink& sink) const noexcept override;
  Result<std::unique_ptr<Learner>> clone() const noexcept override;
  /// By examples learned. `unsupported` where fields have other numbers.
  Status merge(const Learner& same_kind) noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

 private:
  static constexpr uint32_t kMostFields = 64, kMostRuns = 128;
  /// Features of one field that stand together: positions [begin, end) of dense, numeric, nominal in order.
  struct Run {
    std::size_t begin, end;
    uint32_t field;
  };
  struct Runs {
    Run run[kMostRuns];
    uint32_t count = 0;
  };

  Ffm(const FfmOptions& options, const TableMemory* memory) noexcept;
  uint32_t field_of(uint64_t key) const noexcept;
  template <class F>
  void each_run(const Example& x, F&& f) const noexcept;
  Runs runs_of(const Example& x) const noexcept;
  bool admit(const Example& x) noexcept;
  template <class Load>
  void sum(const Example& x, const Run& run, uint32_t field, double* s) const noexcept;
  template <class Load>
  double raw(const Example& x, const Runs& runs) const noexcept;
  void follow(const Example& x, const Runs& runs, double g) noexcept;
  void step(const Example& x, const Run& run, uint32_t field, const double* s, double g) noexcept;
  Status assign(const FactorMachine& from) noexcept override;

  FfmOptions options_;
  uint64_t fields_[kMostFields] = {};  // keys by number; readers look at those below count_
  uint32_t count_ = 0;
};

}  // namespace freshet
