#pragma once
/// Metrics that are a weighted mean of one number per example: losses and errors.

#include "freshet/base/math.h"
#include "freshet/core/check.h"
#include "freshet/core/registry.h"
#include "freshet/metric/sum_metric.h"

namespace freshet {

/// Rule: `static constexpr Label kLabel`, `static const Info& info()`, `Options`, `double of(truth, predicted) const`, and
/// `double finish(double mean) const`; where examples count differently, `double share(truth, predicted) const`; where it
/// needs estimates, `std::string_view estimator() const`.
template <class Rule>
class MeanMetric final : public SumMetric {
 public:
  using Options = typename Rule::Options;
  explicit MeanMetric(const Options& options = {}) noexcept : rule_{options} {}

  const Info& info() const noexcept override { return Rule::info(); }
  const void* options() const noexcept override { return &rule_.options; }
  Label label() const noexcept override { return Rule::kLabel; }
  bool larger_is_better() const noexcept override { return false; }
  std::string_view estimator() const noexcept override {
    if constexpr (requires { rule_.estimator(); }) return rule_.estimator();
    return {};
  }
  double value() const noexcept override {
    return weight_ > 0 ? rule_.finish(sum_ / weight_) : __builtin_nan("");
  }
  Contribution contribution(std::span<const float> truth, std::span<const float> predicted,
                            float weight) noexcept override {
    double share = static_cast<double>(weight);
    if constexpr (requires { rule_.share(truth, predicted); })
      share *= rule_.share(truth, predicted);
    return {.weight = share, .value = rule_.of(truth, predicted)};
  }
  void add(const Contribution& c, double times) noexcept override {
    weight_ += times * c.weight;
    sum_ += times * c.weight * c.value;
  }
  void multiply(double factor) noexcept override {
    weight_ *= factor;
    sum_ *= factor;
  }
  Status merge(const Metric& same_kind) noexcept override {
    if (&same_kind.info() != &info())
      return {Code::invalid_argument, "metric: only metrics of one kind can be merged"};
    const auto& other = static_cast<const MeanMetric&>(same_kind);
    weight_ += other.weight_;
    sum_ += other.sum_;
    return {};
  }
  Result<std::unique_ptr<Metric>> clone() const noexcept override {
    return std::unique_ptr<Metric>(new MeanMetric(*this));
  }
  void reset() noexcept override { weight_ = sum_ = 0; }
  Status save(Writer& writer) const noexcept override {
    const double state[] = {weight_, sum_};
    return put_array<double>(writer, "sums", state);
  }
  Status load(Reader& reader) noexcept override {
    double state[2];
    FRESHET_TRY(get_into<double>(reader, "sums", state));
    weight_ = state[0];
    sum_ = state[1];
    return {};
  }

  static Result<std::unique_ptr<Metric>> make(const void* options, const Registry&) noexcept {
    return std::unique_ptr<Metric>(new MeanMetric(*static_cast<const Options*>(options)));
  }

 private:
  Rule rule_;
  double weight_ = 0, sum_ = 0;
};

/// The Info of a metric without options.
constexpr Info metric_info(std::string_view name, std::string_view summary, std::string_view paper,
                           std::string_view memory = "16 bytes") noexcept {
  return {.name = name,
          .summary = summary,
          .paper = paper,
          .cost = "O(1)",
          .memory = memory,
          .format = 1,
          .oldest_format = 1,
          .traits = kWeightIsCount,
          .options = {},
          .options_size = sizeof(NoOptions),
          .defaults = default_options<NoOptions>};
}

}  // namespace freshet
