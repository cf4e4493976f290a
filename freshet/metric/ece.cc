#include <vector>

#include "freshet/base/math.h"
#include "freshet/core/registry.h"
#include "freshet/metric/sum_metric.h"

namespace freshet {

extern const Entry<Metric> ece_metric_entry;

namespace {

struct EceOptions {
  uint32_t bins = 15;
};
constexpr std::array kEceOptions{option<&EceOptions::bins>(
    "bins", "Equal parts of [0, 1] that confidences are sorted into.", 1, 10000)};

/// Expected calibration error: by bins of confidence, how far accuracy is from it.
class Ece final : public SumMetric {
 public:
  explicit Ece(const EceOptions& options) : options_(options), bins_(options.bins) {}
  const Info& info() const noexcept override { return ece_metric_entry.info; }
  const void* options() const noexcept override { return &options_; }
  Label label() const noexcept override { return Label::one_class; }
  bool larger_is_better() const noexcept override { return false; }

  double value() const noexcept override {
    double total = 0, gap = 0;
    for (const Bin& bin : bins_) {
      total += bin.weight;
      gap += math_abs(bin.hits - bin.confidence);
    }
    return total > 0 ? gap / total : __builtin_nan("");
  }
  Contribution contribution(std::span<const float> truth, std::span<const float> predicted,
                            float weight) noexcept override {
    const uint32_t guess = guessed_class(predicted);
    return {.truth = true_class(truth),
            .guess = guess,
            .weight = static_cast<double>(weight),
            .value = class_probability(predicted, guess)};
  }
  void add(const Contribution& c, double times) noexcept override {
    const double place = c.value * options_.bins;
    Bin& bin = bins_[place < options_.bins ? static_cast<std::size_t>(place) : options_.bins - 1];
    const double w = times * c.weight;
    bin.weight += w;
    bin.confidence += w * c.value;
    if (c.truth == c.guess) bin.hits += w;
  }
  void multiply(double factor) noexcept override {
    for (Bin& bin : bins_)
      bin = {bin.weight * factor, bin.confidence * factor, bin.hits * factor};
  }
  Status merge(const Metric& same_kind) noexcept override {
    if (&same_kind.info() != &info() ||
        static_cast<const EceOptions*>(same_kind.options())->bins != options_.bins)
      return {Code::invalid_argument, "ece: only those of the same bins can be merged"};
    const auto& other = static_cast<const Ece&>(same_kind);
    for (std::size_t k = 0; k < bins_.size(); k++) {
      bins_[k].weight += other.bins_[k].weight;
      bins_[k].confidence += other.bins_[k].confidence;
      bins_[k].hits += other.bins_[k].hits;
    }
    return {};
  }
  Result<std::unique_ptr<Metric>> clone() const noexcept override {
    return std::unique_ptr<Metric>(new Ece(*this));
  }
  void reset() noexcept override {
    for (Bin& bin : bins_)
      bin = {};
  }
  Status save(Writer& writer) const noexcept override {
    std::vector<double> flat;
    for (const Bin& bin : bins_)
      flat.insert(flat.end(), {bin.weight, bin.confidence, bin.hits});
    return put_array<double>(writer, "bins", flat);
  }
  Status load(Reader& reader) noexcept override {
    FRESHET_TRY_ASSIGN(const auto flat, get_array<double>(reader, "bins"));
    if (flat.size() != 3 * bins_.size())
      return {Code::corrupt, "ece: its bins in the model file have another size than they should"};
    for (std::size_t k = 0; k < bins_.size(); k++)
      bins_[k] = {flat[3 * k], flat[3 * k + 1], flat[3 * k + 2]};
    return {};
  }

 private:
  struct Bin {
    double weight = 0, confidence = 0, hits = 0;
  };
  EceOptions options_;
  std::vector<Bin> bins_;
};

Result<std::unique_ptr<Metric>> make_ece(const void* options, const Registry&) noexcept {
  return std::unique_ptr<Metric>(new Ece(*static_cast<const EceOptions*>(options)));
}

}  // namespace

constinit const Entry<Metric> ece_metric_entry{
    .info = {.name = "ece",
             .summary = "How far confidence is from accuracy, averaged over bins of confidence.",
             .paper = "Naeini, Cooper, Hauskrecht, AAAI 2015",
             .cost = "O(classes)",
             .memory = "24 bytes a bin",
             .format = 1,
             .oldest_format = 1,
             .traits = kWeightIsCount,
             .options = kEceOptions,
             .options_size = sizeof(EceOptions),
             .defaults = default_options<EceOptions>},
    .make = make_ece};

}  // namespace freshet
