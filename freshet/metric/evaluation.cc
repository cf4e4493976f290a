#include "freshet/metric/evaluation.h"

#include <utility>

#include "freshet/base/math.h"
#include "freshet/core/decision_rules.h"
#include "freshet/core/nested.h"
#include "freshet/core/spec.h"
#include "freshet/metric/decision_truth.h"

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
constexpr char kEstimators[] = "estimator";  // prefix of their tensors. Written to files.

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
  std::size_t estimator = kNoEstimator;
  static constexpr std::size_t kNoEstimator = ~std::size_t{0};

  void add(const Contribution& c) noexcept {
    all->add(c, 1);
    if (window != nullptr) window->add(c);
    if (faded != nullptr) faded->add(c);
  }
};

/// What expects the costs of actions, for metrics that want to know.
struct Evaluation::Estimator {
  std::string spec;
  std::unique_ptr<Learner> learner;
};

struct Evaluation::Contender {
  std::string name;
  std::unique_ptr<Learner> learner;  // null for the model
  bool rival = false;
  std::vector<Tracked> metrics;
  double model_only = 0,
         other_only = 0;               // faded: examples only the model, only the rival got right
  double difference = 0, squares = 0;  // of decisions, faded: sums of d and d^2, see mcnemar()
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
  for (const std::string& spec : options.rivals) {
    FRESHET_TRY_ASSIGN(auto learner, make_learner(spec, registry, options.seed));
    if (learner->label() != label)
      return {Code::invalid_argument,
              "evaluation: a rival must learn from the same kind of label as the model"};
    FRESHET_TRY(made->add_contender(spec, std::move(learner)));
    made->contenders_.back().rival = true;
  }
  FRESHET_TRY(made->add_estimators());
  return made;
}

/// One for each spec that a metric names; what the model's metrics use, the others' do.
Status Evaluation::add_estimators() noexcept {
  for (std::size_t m = 0; m < metrics(); m++) {
    const std::string_view spec = contenders_[kModel].metrics[m].all->estimator();
    if (spec.empty()) continue;
    std::size_t k = 0;
    while (k < estimators_.size() && estimators_[k].spec != spec)
      k++;
    if (k == estimators_.size()) {
      FRESHET_TRY_ASSIGN(auto learner, make_learner(spec, registry_, options_.seed));
      if (learner->label() != Label::number)
        return {Code::invalid_argument,
                "evaluation: dr's model must learn numbers, the costs; take vw or linear"};
      estimators_.push_back({std::string(spec), std::move(learner)});
    }
    for (Contender& contender : contenders_)
      contender.metrics[m].estimator = k;
  }
  return {};
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
              tracked.all->label() == Label::decision
                  ? "evaluation: a metric scores decisions, which only cb makes; try accuracy for "
                    "classes, mae for numbers"
              : label_ == Label::one_class
                  ? "evaluation: a metric scores numbers, but the model names classes; try "
                    "accuracy, log_loss or f1"
              : label_ == Label::number
                  ? "evaluation: a metric scores classes, but the model predicts numbers; try "
                    "mae, rmse or r2"
              : label_ == Label::decision
                  ? "evaluation: this model learns decisions; its metrics are ips, snips and dr"
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
  for (Tracked& metric : contender.metrics)
    metric.add(metric.all->contribution(x.label, predicted, x.weight));
}

/// estimates: of each estimator, one for each action.
void Evaluation::score_decision(Contender& contender, const Decision& decision,
                                std::span<const float> predicted,
                                std::span<const float> estimates) noexcept {
  const std::size_t actions = decision.actions.size();
  for (Tracked& metric : contender.metrics) {
    truth_.assign({static_cast<float>(decision.chosen), decision.cost, decision.probability});
    if (metric.estimator != Tracked::kNoEstimator) {
      const auto own = estimates.subspan(metric.estimator * actions, actions);
      truth_.insert(truth_.end(), own.begin(), own.end());
    }
    metric.add(metric.all->contribution(truth_, predicted, 1));
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

void Evaluation::compare_decision(Contender& rival, const Decision& decision,
                                  std::span<const float> model,
                                  std::span<const float> other) noexcept {
  const float truth[] = {static_cast<float>(decision.chosen), decision.cost, decision.probability};
  const DecisionTruth mine(truth, model), theirs(truth, other);
  const double d = (mine.ratio() - theirs.ratio()) * mine.cost;
  const double fading = options_.fading > 0 ? options_.fading : 1;
  rival.difference = d + fading * rival.difference;
  rival.squares = d * d + (rival.squares < 1e-200 ? 0 : fading * rival.squares);
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
  const bool is_alias = label_ == Label::one_class && x.label[0] < 0;  // -1
  // All that scores and baselines look at.
  const Example truth{.label = is_alias ? std::span<const float>(&zero, 1) : x.label,
                      .weight = x.weight,
                      .time_us = x.time_us};
  examples_++;
  if (!before.empty() && x.weight > 0) scored_++;
  score_one(contenders_[kModel], truth, before);
  for (std::size_t k = 1; k < contenders_.size(); k++) {
    Contender& contender = contenders_[k];
    const std::size_t width = asked.empty() ? 0 : static_cast<std::size_t>(asked[0]);
    const std::span<const float> predicted =
        asked.empty() ? std::span<const float>() : asked.subspan(1, width);
    if (!asked.empty()) asked = asked.subspan(1 + width);
    score_one(contender, truth, predicted);
    if (!contender.rival) {
      FRESHET_TRY(contender.learner->learn(truth, {}));
      continue;
    }
    compare(contender, truth, before, predicted);
    Example labelled = x;
    labelled.label = truth.label;
    FRESHET_TRY(contender.learner->learn(labelled, {}));
  }
  return {};
}

Status Evaluation::observe(const Example& x, std::span<const float> before) noexcept {
  asked_.clear();
  ask(x, asked_);
  return deliver(x, before, asked_);
}

void Evaluation::ask_decision(const Decision& decision, std::vector<float>& asked) noexcept {
  for (const Estimator& estimator : estimators_) {
    for (const Example& action : decision.actions) {
      join_action(decision.shared, action, joined_);
      asked.push_back(0);
      estimator.learner->predict(joined_.view(), {&asked.back(), 1});
    }
  }
  for (std::size_t k = 1; k < contenders_.size(); k++) {
    const std::size_t at = asked.size();
    asked.resize(at + decision.actions.size());
    contenders_[k].learner->predict_decision(decision, std::span(asked).subspan(at));
  }
}

Status Evaluation::deliver_decision(const Decision& decision, std::span<const float> before,
                                    std::span<const float> asked) noexcept {
  FRESHET_TRY(check_decision(decision));
  const std::size_t actions = decision.actions.size();
  if (asked.size() != (estimators_.size() + contenders_.size() - 1) * actions)
    return {Code::invalid_argument, "evaluation: what was asked was asked of other contenders"};
  const auto part = [&](std::size_t k) { return asked.subspan(k * actions, actions); };
  const std::span<const float> estimates = asked.first(estimators_.size() * actions);
  examples_++;
  scored_++;
  score_decision(contenders_[kModel], decision, before, estimates);
  for (std::size_t k = 1; k < contenders_.size(); k++) {
    Contender& contender = contenders_[k];
    const std::span<const float> predicted = part(estimators_.size() + k - 1);
    score_decision(contender, decision, predicted, estimates);
    if (contender.rival) compare_decision(contender, decision, before, predicted);
    FRESHET_TRY(contender.learner->learn_decision(decision, {}));
  }
  return teach_estimators(decision);
}

/// They learn what the chosen action cost.
Status Evaluation::teach_estimators(const Decision& decision) noexcept {
  const auto chosen = static_cast<std::size_t>(decision.chosen);
  for (const Estimator& estimator : estimators_) {
    join_action(decision.shared, decision.actions[chosen], joined_);
    Example x = joined_.view();
    x.label = {&decision.cost, 1};
    FRESHET_TRY(estimator.learner->learn(x, {}));
  }
  return {};
}

Status Evaluation::observe_decision(const Decision& decision,
                                    std::span<const float> before) noexcept {
  asked_.clear();
  ask_decision(decision, asked_);
  return deliver_decision(decision, before, asked_);
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
  if (label_ == Label::decision)
    return rival.squares > 0 ? rival.difference * rival.difference / rival.squares : kNaN;
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
  estimators_ = std::move((*fresh)->estimators_);
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
  PrefixWriter inside(writer, kEstimators);
  for (uint32_t k = 0; k < estimators_.size(); k++)
    FRESHET_TRY(save_nested(inside, k, *estimators_[k].learner));
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
  PrefixReader inside(reader, kEstimators);
  for (uint32_t k = 0; k < estimators_.size(); k++)
    FRESHET_TRY(load_nested(inside, k, *estimators_[k].learner));
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
  for (std::size_t k = 0; k < estimators_.size(); k++)
    FRESHET_TRY(estimators_[k].learner->merge(*other.estimators_[k].learner));
  examples_ += other.examples_;
  scored_ += other.scored_;
  return {};
}

}  // namespace freshet
