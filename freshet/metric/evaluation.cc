#include "freshet/metric/evaluation.h"

#include <utility>

#include "freshet/base/math.h"
#include "freshet/core/spec.h"

namespace freshet {
namespace {

/// Puts a component's tensors under "<prefix>/".
class PrefixWriter final : public Writer {
 public:
  PrefixWriter(Writer& to, std::string prefix) : to_(to), prefix_(std::move(prefix)) {}
  Status put(std::string_view name, const TensorRef& tensor) noexcept override {
    return to_.put(prefix_ + "/" + std::string(name), tensor);
  }

 private:
  Writer& to_;
  std::string prefix_;
};

class PrefixReader final : public Reader {
 public:
  PrefixReader(Reader& from, std::string prefix) : from_(from), prefix_(std::move(prefix)) {}
  uint32_t format() const noexcept override { return from_.format(); }
  Result<TensorRef> get(std::string_view name) noexcept override {
    return from_.get(prefix_ + "/" + std::string(name));
  }

 private:
  Reader& from_;
  std::string prefix_;
};

std::string place(std::size_t contender, std::size_t metric, const char* kind) {
  return std::to_string(contender) + "." + std::to_string(metric) + "." + kind;
}

std::unique_ptr<SumMetric> sums_of(std::unique_ptr<Metric> metric) noexcept {
  return std::unique_ptr<SumMetric>(metric.release()->sums());
}

Result<std::unique_ptr<SumMetric>> make_sums(std::string_view spec,
                                             const Registry& registry) noexcept {
  FRESHET_TRY_ASSIGN(std::unique_ptr<Metric> metric, make_metric(spec, registry));
  if (metric->sums() == nullptr)
    return {Code::unsupported, "metric: it can't be kept over a window"};
  return sums_of(std::move(metric));
}

constexpr double kNaN = __builtin_nan("");

}  // namespace

std::span<const std::string_view> default_metrics(Label label) noexcept {
  static constexpr std::string_view kClasses[] = {"accuracy", "log_loss"};
  static constexpr std::string_view kNumbers[] = {"mae", "rmse", "r2"};
  if (label == Label::one_class) return kClasses;
  static constexpr std::string_view kDecisions[] = {"ips", "snips"};
  if (label == Label::number) return kNumbers;
  if (label == Label::decision) return kDecisions;
  return {};
}

std::span<const std::string_view> default_baselines(Label label) noexcept {
  static constexpr std::string_view kClasses[] = {"last_class", "prior"};
  static constexpr std::string_view kNumbers[] = {"mean", "last_value"};
  if (label == Label::one_class) return kClasses;
  if (label == Label::number) return kNumbers;
  return {};
}

/// One metric of one contender.
struct Evaluation::Tracked {
  std::unique_ptr<SumMetric> all;
  std::unique_ptr<WindowedMetric> window;  // null: none
  std::unique_ptr<FadedMetric> faded;
};

struct Evaluation::Contender {
  std::string name;
  std::unique_ptr<Learner> learner;  // null for the model
  bool rival = false;
  std::vector<Tracked> metrics;
  double model_only = 0,
         other_only = 0;  // faded: examples only the model, only the rival got right
};

Evaluation::Evaluation() noexcept = default;
Evaluation::~Evaluation() = default;

Result<std::unique_ptr<Evaluation>> Evaluation::make(Label label, const EvaluationOptions& options,
                                                     const Registry& registry) noexcept {
  if (options.window > 10'000'000)
    return {Code::invalid_argument, "evaluation: a window holds 1 to 10000000 examples (0: none)"};
  if (options.fading != 0 && !(options.fading >= .5 && options.fading < 1))
    return {Code::invalid_argument, "evaluation: fading is 0.5 or more and below 1 (0: none)"};
  std::unique_ptr<Evaluation> made(new Evaluation());
  made->label_ = label;
  made->options_ = options;
  made->registry_ = registry;
  if (options.metrics.empty())
    for (const std::string_view name : default_metrics(label))
      made->options_.metrics.emplace_back(name);
  const bool is_scored = made->options_.metrics != std::vector<std::string>{"none"};
  if (!is_scored) made->options_.metrics.clear();
  FRESHET_TRY(made->add_contender("", nullptr));
  if (options.baselines && is_scored) {
    for (const std::string_view name : default_baselines(label)) {
      FRESHET_TRY_ASSIGN(auto learner, make_learner(name, registry));
      FRESHET_TRY(made->add_contender(std::string(name), std::move(learner)));
    }
  }
  if (label == Label::decision && !options.rivals.empty())
    return {Code::unsupported, "evaluation: decisions have no rivals; compare two runs by ips"};
  for (const std::string& spec : options.rivals) {
    FRESHET_TRY_ASSIGN(auto learner, make_learner(spec, registry, options.seed));
    if (learner->label() != label)
      return {Code::invalid_argument,
              "evaluation: a rival must learn from the same kind of label as the model"};
    FRESHET_TRY(made->add_contender(spec, std::move(learner)));
    made->contenders_.back().rival = true;
  }
  return made;
}

Status Evaluation::add_contender(std::string name, std::unique_ptr<Learner> learner) noexcept {
  Contender contender;
  contender.name = std::move(name);
  contender.learner = std::move(learner);
  for (const std::string& spec : options_.metrics) {
    Tracked tracked;
    FRESHET_TRY_ASSIGN(tracked.all, make_sums(spec, registry_));
    if (tracked.all->label() != Label::none && tracked.all->label() != label_)
      return {Code::invalid_argument,
              label_ == Label::one_class
                  ? "evaluation: a metric scores numbers, but the model names classes; try "
                    "accuracy, log_loss or f1"
              : label_ == Label::number
                  ? "evaluation: a metric scores classes, but the model predicts numbers; try "
                    "mae, rmse or r2"
              : label_ == Label::decision
                  ? "evaluation: this model learns decisions; its metrics are ips and snips"
                  : "evaluation: this model learns from no label, so no metric scores it"};
    if (options_.window > 0) {
      FRESHET_TRY_ASSIGN(auto now, make_sums(spec, registry_));
      FRESHET_TRY_ASSIGN(auto fresh, make_sums(spec, registry_));
      tracked.window =
          std::make_unique<WindowedMetric>(std::move(now), std::move(fresh), options_.window);
    }
    if (options_.fading > 0) {
      FRESHET_TRY_ASSIGN(auto sums, make_sums(spec, registry_));
      tracked.faded = std::make_unique<FadedMetric>(std::move(sums), options_.fading);
    }
    contender.metrics.push_back(std::move(tracked));
  }
  contenders_.push_back(std::move(contender));
  return {};
}

void Evaluation::score_one(Contender& contender, const Example& x,
                           std::span<const float> predicted) noexcept {
  if (predicted.empty() || !(x.weight > 0)) return;
  for (Tracked& metric : contender.metrics) {
    const Contribution c = metric.all->contribution(x.label, predicted, x.weight);
    metric.all->add(c, 1);
    if (metric.window != nullptr) metric.window->add(c);
    if (metric.faded != nullptr) metric.faded->add(c);
  }
}

void Evaluation::compare(Contender& rival, const Example& x, std::span<const float> model,
                         std::span<const float> other) noexcept {
  if (model.empty() || other.empty() || !(x.weight > 0)) return;
  bool model_better = false, other_better = false;
  if (label_ == Label::one_class) {
    const uint32_t y = true_class(x.label);
    const bool model_right = guessed_class(model) == y, other_right = guessed_class(other) == y;
    model_better = model_right && !other_right;
    other_better = other_right && !model_right;
  } else {
    const double y = static_cast<double>(x.label[0]);
    const double mine = math_abs(static_cast<double>(model[0]) - y);
    const double theirs = math_abs(static_cast<double>(other[0]) - y);
    model_better = mine < theirs;
    other_better = theirs < mine;
  }
  const double fading = options_.fading > 0 ? options_.fading : 1;
  const auto fade = [fading](double sum) { return sum < 1e-200 ? 0 : fading * sum; };
  rival.model_only = (model_better ? 1 : 0) + fade(rival.model_only);
  rival.other_only = (other_better ? 1 : 0) + fade(rival.other_only);
}

void Evaluation::ask(const Example& x, std::vector<float>& asked) noexcept {
  for (std::size_t k = 1; k < contenders_.size(); k++) {
    const Learner& learner = *contenders_[k].learner;
    const uint32_t width = learner.outputs();
    const std::size_t at = asked.size() + 1;
    asked.resize(at + width);
    asked[at - 1] = static_cast<float>(width);
    if (width > 0) learner.predict(x, std::span(asked).subspan(at));
  }
}

Status Evaluation::deliver(const Example& x, std::span<const float> before,
                           std::span<const float> asked) noexcept {
  if (label_ == Label::none || x.label.empty()) return {};
  const float zero = 0;
  Example labelled = x;
  if (label_ == Label::one_class && x.label[0] < 0) labelled.label = {&zero, 1};  // -1, the alias
  examples_++;
  if (!before.empty() && x.weight > 0) scored_++;
  score_one(contenders_[kModel], labelled, before);
  for (std::size_t k = 1; k < contenders_.size(); k++) {
    Contender& contender = contenders_[k];
    const std::size_t width = asked.empty() ? 0 : static_cast<std::size_t>(asked[0]);
    const std::span<const float> predicted =
        asked.empty() ? std::span<const float>() : asked.subspan(1, width);
    if (!asked.empty()) asked = asked.subspan(1 + width);
    score_one(contender, labelled, predicted);
    if (contender.rival) compare(contender, labelled, before, predicted);
    FRESHET_TRY(contender.learner->learn(labelled, {}));
  }
  return {};
}

Status Evaluation::observe(const Example& x, std::span<const float> before) noexcept {
  asked_.clear();
  ask(x, asked_);
  return deliver(x, before, asked_);
}

std::size_t Evaluation::metrics() const noexcept {
  return options_.metrics.size();
}
std::string_view Evaluation::metric_name(std::size_t metric) const noexcept {
  return options_.metrics[metric];
}
bool Evaluation::larger_is_better(std::size_t metric) const noexcept {
  return contenders_[kModel].metrics[metric].all->larger_is_better();
}
std::size_t Evaluation::contenders() const noexcept {
  return contenders_.size();
}
std::size_t Evaluation::baselines() const noexcept {
  return contenders_.size() - 1 - options_.rivals.size();
}
std::string_view Evaluation::contender_name(std::size_t contender) const noexcept {
  return contenders_[contender].name;
}
const Learner* Evaluation::contender(std::size_t contender) const noexcept {
  return contenders_[contender].learner.get();
}

Score Evaluation::score(std::size_t contender, std::size_t metric) const noexcept {
  const Tracked& tracked = contenders_[contender].metrics[metric];
  return {tracked.all->value(), tracked.window == nullptr ? kNaN : tracked.window->value(),
          tracked.faded == nullptr ? kNaN : tracked.faded->value()};
}

uint32_t Evaluation::window_count() const noexcept {
  const Contender& model = contenders_[kModel];
  return model.metrics.empty() || model.metrics[0].window == nullptr
             ? 0
             : model.metrics[0].window->count();
}

double Evaluation::mcnemar(std::size_t contender) const noexcept {
  const Contender& rival = contenders_[contender];
  const double both = rival.model_only + rival.other_only,
               difference = rival.other_only - rival.model_only;
  return both > 0 ? difference * difference / both : kNaN;
}

void Evaluation::set_positive(uint32_t id) noexcept {
  if (id == positive_) return;
  positive_ = id;
  for (Contender& contender : contenders_) {
    for (Tracked& metric : contender.metrics) {
      metric.all->set_positive(id);
      if (metric.window != nullptr) metric.window->set_positive(id);
      if (metric.faded != nullptr) metric.faded->set_positive(id);
    }
  }
}

Status Evaluation::reset() noexcept {
  auto fresh = make(label_, options_, registry_);
  if (!fresh.ok()) return std::move(fresh).status();
  contenders_ = std::move((*fresh)->contenders_);
  examples_ = scored_ = 0;
  const uint32_t positive = std::exchange(positive_, 1);
  set_positive(positive);
  return {};
}

Status Evaluation::save(Writer& writer) const noexcept {
  if (!options_.rivals.empty()) return {Code::unsupported, "evaluation: rivals can't be saved"};
  for (std::size_t c = 0; c < contenders_.size(); c++) {
    if (contenders_[c].learner != nullptr) {
      PrefixWriter to(writer, std::to_string(c) + ".learner");
      FRESHET_TRY(contenders_[c].learner->save(to));
    }
    for (std::size_t m = 0; m < contenders_[c].metrics.size(); m++) {
      const Tracked& metric = contenders_[c].metrics[m];
      PrefixWriter all(writer, place(c, m, "all"));
      FRESHET_TRY(metric.all->save(all));
      PrefixWriter window(writer, place(c, m, "window"));
      if (metric.window != nullptr) FRESHET_TRY(metric.window->save(window));
      PrefixWriter faded(writer, place(c, m, "faded"));
      if (metric.faded != nullptr) FRESHET_TRY(metric.faded->save(faded));
    }
  }
  const uint64_t counts[] = {examples_, scored_, positive_};
  return put_array<uint64_t>(writer, "counts", counts);
}

Status Evaluation::load(Reader& reader) noexcept {
  for (std::size_t c = 0; c < contenders_.size(); c++) {
    if (contenders_[c].learner != nullptr) {
      PrefixReader from(reader, std::to_string(c) + ".learner");
      FRESHET_TRY(contenders_[c].learner->load(from));
    }
    for (std::size_t m = 0; m < contenders_[c].metrics.size(); m++) {
      Tracked& metric = contenders_[c].metrics[m];
      PrefixReader all(reader, place(c, m, "all"));
      FRESHET_TRY(metric.all->load(all));
      PrefixReader window(reader, place(c, m, "window"));
      if (metric.window != nullptr) FRESHET_TRY(metric.window->load(window));
      PrefixReader faded(reader, place(c, m, "faded"));
      if (metric.faded != nullptr) FRESHET_TRY(metric.faded->load(faded));
    }
  }
  uint64_t counts[3];
  FRESHET_TRY(get_into<uint64_t>(reader, "counts", counts));
  examples_ = counts[0];
  scored_ = counts[1];
  set_positive(static_cast<uint32_t>(counts[2]));
  return {};
}

Status Evaluation::merge(const Evaluation& other) noexcept {
  if (!options_.rivals.empty()) return {Code::unsupported, "evaluation: rivals can't be merged"};
  if (other.label_ != label_ || other.options_.metrics != options_.metrics ||
      other.contenders_.size() != contenders_.size())
    return {Code::invalid_argument, "evaluation: only those of the same metrics can be merged"};
  for (std::size_t c = 0; c < contenders_.size(); c++) {
    const Contender& from = other.contenders_[c];
    if (from.learner != nullptr) FRESHET_TRY(contenders_[c].learner->merge(*from.learner));
    for (std::size_t m = 0; m < from.metrics.size(); m++)
      FRESHET_TRY(contenders_[c].metrics[m].all->merge(*from.metrics[m].all));
  }
  examples_ += other.examples_;
  scored_ += other.scored_;
  return {};
}

}  // namespace freshet
