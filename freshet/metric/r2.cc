#include "freshet/base/moments.h"
#include "freshet/metric/mean_metric.h"

namespace freshet {

extern const Entry<Metric> r2_metric_entry;

namespace {

/// 1 - SSE / sum w (y - mean)^2, the mean over everything scored.
class R2 final : public SumMetric {
 public:
  const Info& info() const noexcept override { return r2_metric_entry.info; }
  const void* options() const noexcept override { return &options_; }
  Label label() const noexcept override { return Label::number; }
  double value() const noexcept override {
    if (!(truth_.weight() > 0)) return __builtin_nan("");
    return truth_.deviations() > 0 ? 1 - squares_ / truth_.deviations() : 0;
  }
  Contribution contribution(std::span<const float> truth, std::span<const float> predicted,
                            float weight) noexcept override {
    const double y = static_cast<double>(truth[0]);
    return {.weight = static_cast<double>(weight),
            .value = y,
            .other = static_cast<double>(predicted[0]) - y};
  }
  void add(const Contribution& c, double times) noexcept override {
    if (times > 0)
      truth_.update(c.value, times * c.weight);
    else
      truth_.revert(c.value, -times * c.weight);
    squares_ += times * c.weight * c.other * c.other;
  }
  void multiply(double factor) noexcept override {
    truth_.fade(factor);
    squares_ *= factor;
  }
  Status merge(const Metric& same_kind) noexcept override {
    if (&same_kind.info() != &info())
      return {Code::invalid_argument, "metric: only metrics of one kind can be merged"};
    const auto& other = static_cast<const R2&>(same_kind);
    truth_.merge(other.truth_);
    squares_ += other.squares_;
    return {};
  }
  Result<std::unique_ptr<Metric>> clone() const noexcept override {
    return std::unique_ptr<Metric>(new R2(*this));
  }
  void reset() noexcept override {
    truth_ = {};
    squares_ = 0;
  }
  Status save(Writer& writer) const noexcept override {
    const double state[] = {truth_.weight(), truth_.mean(), truth_.deviations(), squares_};
    return put_array<double>(writer, "sums", state);
  }
  Status load(Reader& reader) noexcept override {
    double state[4];
    FRESHET_TRY(get_into<double>(reader, "sums", state));
    truth_ = Moments(state[0], state[1], state[2]);
    squares_ = state[3];
    return {};
  }

 private:
  NoOptions options_;
  Moments truth_;
  double squares_ = 0;
};

Result<std::unique_ptr<Metric>> make_r2(const void*, const Registry&) noexcept {
  return std::unique_ptr<Metric>(new R2());
}

}  // namespace

constinit const Entry<Metric> r2_metric_entry{
    .info = metric_info("r2", "Share of the target's variance that is explained; 0 is the mean's.",
                        "Wright, Journal of Agricultural Research 1921", "32 bytes"),
    .make = make_r2};

}  // namespace freshet
