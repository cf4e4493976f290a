#pragma once
/// Metrics of classes that need, for each class, how often it was true, guessed, and both.

#include <vector>

#include "freshet/core/registry.h"
#include "freshet/metric/mean_metric.h"
#include "freshet/metric/sum_metric.h"

namespace freshet {

/// Weights by class.
struct ClassCounts {
  struct Row {
    double truth = 0, guess = 0, hit = 0;
  };
  std::vector<Row> rows;  // by class id, up to the largest met
  double total = 0, hits = 0;
  uint32_t positive = 1;

  Row row(uint32_t id) const noexcept { return id < rows.size() ? rows[id] : Row{}; }
};

/// a / b, 0 where b is 0.
inline double ratio(double a, double b) noexcept {
  return b > 0 ? a / b : 0;
}

/// What several classes' scores become one by.
enum class Average : uint8_t { positive, macro, micro, weighted };

/// State and plumbing; a metric is its value().  O(1) an example, 24 bytes a class.
class ClassMetric : public SumMetric {
 public:
  Label label() const noexcept final { return Label::one_class; }
  void set_positive(uint32_t id) noexcept final { counts_.positive = id; }
  Contribution contribution(std::span<const float> truth, std::span<const float> predicted,
                            float weight) noexcept override;
  void add(const Contribution& c, double times) noexcept override;
  void multiply(double factor) noexcept override;
  Status merge(const Metric& same_kind) noexcept override;
  void reset() noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

 protected:
  const ClassCounts& counts() const noexcept { return counts_; }

 private:
  ClassCounts counts_;
};

/// Rule: `static const Info& info()`, `Options options`, `double of(const ClassCounts&) const` (total > 0).
template <class Rule>
class CountsMetric final : public ClassMetric {
 public:
  using Options = typename Rule::Options;
  explicit CountsMetric(const Options& options = {}) noexcept : rule_{options} {}
  const Info& info() const noexcept override { return Rule::info(); }
  const void* options() const noexcept override { return &rule_.options; }
  double value() const noexcept override {
    return counts().total > 0 ? rule_.of(counts()) : __builtin_nan("");
  }
  Result<std::unique_ptr<Metric>> clone() const noexcept override {
    return std::unique_ptr<Metric>(new CountsMetric(*this));
  }
  static Result<std::unique_ptr<Metric>> make(const void* options, const Registry&) noexcept {
    return std::unique_ptr<Metric>(new CountsMetric(*static_cast<const Options*>(options)));
  }

 private:
  Rule rule_;
};

}  // namespace freshet
