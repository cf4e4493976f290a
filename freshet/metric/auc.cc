#include "freshet/core/registry.h"
#include "freshet/metric/ranked_scores.h"

namespace freshet {

extern const Entry<Metric> auc_metric_entry;

namespace {

struct AucOptions {
  uint32_t window = 10000;
  uint32_t bins = 0;
};
constexpr std::array kAucOptions{
    option<&AucOptions::window>("window", "Exact over the last so many examples.", 2, 1e6,
                                "examples"),
    option<&AucOptions::bins>("bins", "Instead over everything, by two histograms; 0: exact.", 0,
                              1e6)};

/// Exact by ranks over a window, ties counting half.
class ExactAuc final : public RankedMetric {
 public:
  explicit ExactAuc(const AucOptions& options) noexcept
      : RankedMetric(options.window), options_(options) {}
  const Info& info() const noexcept override { return auc_metric_entry.info; }
  const void* options() const noexcept override { return &options_; }
  double value() const noexcept override { return scores().area_under_roc(); }
  Result<std::unique_ptr<Metric>> clone() const noexcept override {
    return std::unique_ptr<Metric>(new ExactAuc(*this));
  }

 private:
  AucOptions options_;
};

/// Two histograms of scores, trapezoids between bins: scores of one bin count as ties.
class BinnedAuc final : public SumMetric {
 public:
  explicit BinnedAuc(const AucOptions& options) : options_(options), bins_(options.bins) {}
  const Info& info() const noexcept override { return auc_metric_entry.info; }
  const void* options() const noexcept override { return &options_; }
  Label label() const noexcept override { return Label::one_class; }
  void set_positive(uint32_t id) noexcept override { positive_ = id; }

  double value() const noexcept override {
    double positives = 0, negatives = 0, area = 0;
    for (std::size_t k = bins_.size(); k-- > 0;) {
      area += bins_[k].negative * (positives + bins_[k].positive / 2);
      positives += bins_[k].positive;
      negatives += bins_[k].negative;
    }
    return positives > 0 && negatives > 0 ? area / (positives * negatives) : __builtin_nan("");
  }
  Contribution contribution(std::span<const float> truth, std::span<const float> predicted,
                            float weight) noexcept override {
    const double place = class_probability(predicted, positive_) * options_.bins;
    const uint32_t last = options_.bins - 1;
    return {.truth = true_class(truth) == positive_ ? 1u : 0u,
            .weight = static_cast<double>(weight),
            .value = place >= last ? last
                     : place > 0   ? static_cast<double>(static_cast<uint32_t>(place))
                                   : 0};
  }
  void add(const Contribution& c, double times) noexcept override {
    Bin& bin = bins_[static_cast<std::size_t>(c.value)];
    (c.truth != 0 ? bin.positive : bin.negative) += times * c.weight;
  }
  void multiply(double factor) noexcept override {
    for (Bin& bin : bins_)
      bin = {bin.positive * factor, bin.negative * factor};
  }
  Status merge(const Metric& same_kind) noexcept override {
    if (&same_kind.info() != &info() ||
        static_cast<const AucOptions*>(same_kind.options())->bins != options_.bins)
      return {Code::invalid_argument, "auc: only those of the same bins can be merged"};
    const auto& other = static_cast<const BinnedAuc&>(same_kind);
    for (std::size_t k = 0; k < bins_.size(); k++)
      bins_[k] = {bins_[k].positive + other.bins_[k].positive,
                  bins_[k].negative + other.bins_[k].negative};
    return {};
  }
  Result<std::unique_ptr<Metric>> clone() const noexcept override {
    return std::unique_ptr<Metric>(new BinnedAuc(*this));
  }
  void reset() noexcept override {
    for (Bin& bin : bins_)
      bin = {};
  }
  Status save(Writer& writer) const noexcept override {
    std::vector<double> flat;
    for (const Bin& bin : bins_)
      flat.insert(flat.end(), {bin.positive, bin.negative});
    FRESHET_TRY(put_array<double>(writer, "bins", flat));
    return put_value<uint32_t>(writer, "positive", positive_);
  }
  Status load(Reader& reader) noexcept override {
    FRESHET_TRY_ASSIGN(const auto flat, get_array<double>(reader, "bins"));
    if (flat.size() != 2 * bins_.size())
      return {Code::corrupt, "auc: its bins in the model file have another size than they should"};
    for (std::size_t k = 0; k < bins_.size(); k++)
      bins_[k] = {flat[2 * k], flat[2 * k + 1]};
    return get_value<uint32_t>(reader, "positive", positive_);
  }

 private:
  struct Bin {
    double positive = 0, negative = 0;
  };
  AucOptions options_;
  std::vector<Bin> bins_;
  uint32_t positive_ = 1;
};

Result<std::unique_ptr<Metric>> make_auc(const void* options, const Registry&) noexcept {
  const auto& o = *static_cast<const AucOptions*>(options);
  if (o.bins == 0) return std::unique_ptr<Metric>(new ExactAuc(o));
  return std::unique_ptr<Metric>(new BinnedAuc(o));
}

}  // namespace

constinit const Entry<Metric> auc_metric_entry{
    .info = {.name = "auc",
             .summary = "Chance that a positive scores above a negative, ties counting half.",
             .paper = "Hanley, McNeil, Radiology 1982",
             .cost = "O(1); a look O(window ln window), or O(bins)",
             .memory = "24 bytes an example of the window, or 16 a bin",
             .format = 1,
             .oldest_format = 1,
             .traits = 0,
             .options = kAucOptions,
             .options_size = sizeof(AucOptions),
             .defaults = default_options<AucOptions>},
    .make = make_auc};

}  // namespace freshet
