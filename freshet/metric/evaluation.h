#pragma once
/// Prequential (test-then-train) evaluation: a model's scores beside those of the baselines it must beat.
///
///     FRESHET_TRY_ASSIGN(auto evaluation, Evaluation::make(model.label(), {.metrics = {"accuracy", "f1"}}, registry));
///     before.resize(model.outputs());
///     FRESHET_TRY(model.learn(x, before));
///     FRESHET_TRY(evaluation->observe(x, before));
///     ... evaluation->score(Evaluation::kModel, 0).all ...
///
/// Every metric is kept three ways: over everything, over the last `window` scored examples, and faded. The same goes for
/// the baselines, which learn here: `last_class` and `prior` beside classifiers, `mean` and `last_value` beside regressors,
/// and for rivals, other models on the same stream. A prediction made before any class was known is empty and isn't scored.
///
/// Decisions (core/decision.h) come by functions of their own. Policies are scored by what another policy did; where a
/// metric wants estimates of costs (`dr`), one learner for all contenders is kept here, asked before each decision and
/// taught the cost after it was scored, so that an estimate has never seen the cost it is compared with.
///
/// The command line's `eval` and `train` and the server's trainer all score through this class.
/// Nothing is allocated per example once all classes have come. Threads: one at a time.
/// Source: Gama, Sebastiao, Rodrigues, "On evaluating stream learning algorithms", Machine Learning 2013.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/example_block.h"
#include "freshet/core/learner.h"
#include "freshet/core/registry.h"
#include "freshet/metric/sum_metric.h"
#include "freshet/metric/window.h"

namespace freshet {

struct EvaluationOptions {
  std::vector<std::string> metrics =
      {};                  // specs, such as "auc(bins=1000)"; empty: default_metrics(); "none": no
                           // metric and no baseline, for learners that report their own loss
  uint32_t window = 1000;  // scored examples, 1 to 10^7; 0: no window
  double fading = .999;    // [0.5, 1); 0: no fading
  bool baselines = true;
  std::vector<std::string> rivals = {};  // specs of other models
  uint32_t seed = 0;                     // of rivals
};

/// A metric's three values; NaN before anything was scored, or where it isn't kept.
struct Score {
  double all, window, faded;
};

/// accuracy and log_loss for classes; mae, rmse and r2 for numbers; ips and snips for decisions; none for what learns from
/// no label.
std::span<const std::string_view> default_metrics(Label label) noexcept;
/// last_class and prior, or mean and last_value.
std::span<const std::string_view> default_baselines(Label label) noexcept;

class Evaluation {
 public:
  static constexpr std::size_t kModel =
      0;  // the contender that is scored; baselines, then rivals follow

  /// `invalid_argument`: a metric that doesn't fit the label, an unknown name, a number out of its range.
  static Result<std::unique_ptr<Evaluation>> make(Label label, const EvaluationOptions& options,
                                                  const Registry& registry) noexcept;
  ~Evaluation();

  /// Scores `before`, the model's prediction for x; then baselines and rivals predict x, are scored, and learn it. Of x the
  /// baselines need label and weight only. Fails only if a rival does. Weight 0 scores nothing.
  Status observe(const Example& x, std::span<const float> before) noexcept;
  Status observe(std::span<const float> truth, std::span<const float> before,
                 float weight) noexcept {
    return observe({.label = truth, .weight = weight}, before);
  }

  /// The two halves of observe(), for labels that come later: what baselines and rivals predict for x now, appended to
  /// `asked`; then, with the label, scoring and learning.
  void ask(const Example& x, std::vector<float>& asked) noexcept;
  Status deliver(const Example& x, std::span<const float> before,
                 std::span<const float> asked) noexcept;

  /// The same for decisions, `before` being a probability for each action. deliver_decision() fails if the decision can't
  /// be learned (core/decision_rules.h).
  Status observe_decision(const Decision& decision, std::span<const float> before) noexcept;
  void ask_decision(const Decision& decision, std::vector<float>& asked) noexcept;
  Status deliver_decision(const Decision& decision, std::span<const float> before,
                          std::span<const float> asked) noexcept;

  std::size_t metrics() const noexcept;
  std::string_view metric_name(std::size_t metric) const noexcept;  // as it was asked for
  bool larger_is_better(std::size_t metric) const noexcept;
  std::size_t contenders() const noexcept;  // the model, baselines, rivals
  std::size_t baselines() const noexcept;
  std::string_view contender_name(std::size_t contender) const noexcept;  // "" for the model
  /// The baseline or rival itself; null for the model, which isn't ours.
  const Learner* contender(std::size_t contender) const noexcept;

  Score score(std::size_t contender, std::size_t metric) const noexcept;
  /// Contributions in the window of the model's metrics.
  uint32_t window_count() const noexcept;
  /// Faded McNemar statistic of a rival: (n01 - n10)^2 / (n01 + n10), over examples where only one of the two was right
  /// (numbers: nearer). Of decisions the same with d, the difference of both policies' ips, in place of 1 and -1: (sum
  /// d)^2 / sum d^2. Above 3.84 the two differ at 95 %. NaN before they differed.
  double mcnemar(std::size_t contender) const noexcept;

  uint64_t examples() const noexcept { return examples_; }  // observed
  uint64_t scored() const noexcept { return scored_; }      // of those, with a prediction
  /// The class that precision and its kind look for; call it whenever the schema has got a class.
  void set_positive(uint32_t id) noexcept;

  /// Forgets everything; baselines and rivals begin anew.
  Status reset() noexcept;
  /// Everything, the baselines' knowledge included; load() wants the same options.
  Status save(Writer& writer) const noexcept;
  Status load(Reader& reader) noexcept;
  /// Adds what the other has counted over everything and its baselines' knowledge. Windows and faded values stay this one's:
  /// order is lost. `unsupported` with rivals.
  Status merge(const Evaluation& other) noexcept;

 private:
  struct Tracked;
  struct Contender;
  struct Estimator;
  Evaluation() noexcept;
  Status add_estimators() noexcept;
  Status teach_estimators(const Decision& decision) noexcept;
  Status add_contender(std::string name, std::unique_ptr<Learner> learner) noexcept;
  void score_one(Contender& contender, const Example& x, std::span<const float> predicted) noexcept;
  void score_decision(Contender& contender, const Decision& decision,
                      std::span<const float> predicted, std::span<const float> estimates) noexcept;
  void compare_decision(Contender& rival, const Decision& decision, std::span<const float> model,
                        std::span<const float> other) noexcept;
  void compare(Contender& rival, const Example& x, std::span<const float> model,
               std::span<const float> other) noexcept;

  Label label_ = Label::none;
  EvaluationOptions options_;
  Registry registry_;
  std::vector<Contender> contenders_;
  std::vector<Estimator> estimators_;  // in the order of the metrics that first wanted them
  std::vector<float> asked_, truth_;   // scratch
  ExampleBuffer joined_;               // scratch
  uint64_t examples_ = 0, scored_ = 0;
  uint32_t positive_ = 1;
};

}  // namespace freshet
