#include "freshet/metric/class_counts.h"

namespace freshet {

extern const Entry<Metric> kappa_t_metric_entry;

namespace {

/// (po - pe) / (1 - pe), pe the accuracy of always naming the class before.
class KappaTemporal final : public SumMetric {
 public:
  const Info& info() const noexcept override { return kappa_t_metric_entry.info; }
  const void* options() const noexcept override { return &options_; }
  Label label() const noexcept override { return Label::one_class; }
  double value() const noexcept override {
    if (!(total_ > 0)) return __builtin_nan("");
    return ratio(hits_ / total_ - repeats_ / total_, 1 - repeats_ / total_);
  }
  Contribution contribution(std::span<const float> truth, std::span<const float> predicted,
                            float weight) noexcept override {
    const uint32_t y = true_class(truth), before = last_;
    last_ = y;
    return {.truth = y,
            .guess = guessed_class(predicted),
            .weight = static_cast<double>(weight),
            .value = before == y ? 1.0 : 0.0};
  }
  void add(const Contribution& c, double times) noexcept override {
    const double w = times * c.weight;
    total_ += w;
    if (c.truth == c.guess) hits_ += w;
    repeats_ += w * c.value;
  }
  void multiply(double factor) noexcept override {
    total_ *= factor;
    hits_ *= factor;
    repeats_ *= factor;
  }
  Status merge(const Metric& same_kind) noexcept override {
    if (&same_kind.info() != &info())
      return {Code::invalid_argument, "metric: only metrics of one kind can be merged"};
    const auto& other = static_cast<const KappaTemporal&>(same_kind);
    total_ += other.total_;
    hits_ += other.hits_;
    repeats_ += other.repeats_;
    return {};
  }
  Result<std::unique_ptr<Metric>> clone() const noexcept override {
    return std::unique_ptr<Metric>(new KappaTemporal(*this));
  }
  void reset() noexcept override {
    total_ = hits_ = repeats_ = 0;
    last_ = kNone;
  }
  Status save(Writer& writer) const noexcept override {
    const double sums[] = {total_, hits_, repeats_};
    FRESHET_TRY(put_array<double>(writer, "sums", sums));
    return put_value<uint32_t>(writer, "last", last_);
  }
  Status load(Reader& reader) noexcept override {
    double sums[3];
    FRESHET_TRY(get_into<double>(reader, "sums", sums));
    total_ = sums[0];
    hits_ = sums[1];
    repeats_ = sums[2];
    return get_value<uint32_t>(reader, "last", last_);
  }

 private:
  NoOptions options_;
  double total_ = 0, hits_ = 0, repeats_ = 0;
  uint32_t last_ = kNone;  // the class of the example scored before
};

Result<std::unique_ptr<Metric>> make_kappa_t(const void*, const Registry&) noexcept {
  return std::unique_ptr<Metric>(new KappaTemporal());
}

}  // namespace

constexpr Info kInfo = [] {
  Info info = metric_info("kappa_t", "Accuracy beyond that of always naming the class before.",
                          "Bifet et al., ECML PKDD 2013", "28 bytes");
  info.traits = 0;  // the class before twice the same is another stream
  return info;
}();

constinit const Entry<Metric> kappa_t_metric_entry{.info = kInfo, .make = make_kappa_t};

}  // namespace freshet
