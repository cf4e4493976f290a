#include "freshet/runtime/scores.h"

#include "freshet/metric/evaluation.h"

namespace freshet {

namespace {

std::vector<MetricScores> scores_of(const Evaluation& evaluation, std::size_t contender) {
  std::vector<MetricScores> all;
  for (std::size_t metric = 0; metric < evaluation.metrics(); ++metric) {
    const Score score = evaluation.score(contender, metric);
    all.push_back({std::string(evaluation.metric_name(metric)), score.all, score.window, score.faded});
  }
  return all;
}

}  // namespace

std::shared_ptr<const Scores> scores_of(const Evaluation& evaluation) noexcept {
  auto scores = std::make_shared<Scores>();
  scores->scored = evaluation.scored();
  scores->window = evaluation.metrics() == 0 ? 0 : evaluation.window_count();
  scores->metrics = scores_of(evaluation, Evaluation::kModel);
  for (std::size_t k = 1; k < evaluation.contenders(); ++k)
    scores->baselines.push_back({std::string(evaluation.contender_name(k)), scores_of(evaluation, k)});
  return scores;
}

}  // namespace freshet
