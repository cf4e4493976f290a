#include "freshet/cli/loss_report.h"

#include <cmath>
#include <limits>

#include "freshet/base/chars.h"
#include "freshet/cli/plain_text.h"
#include "freshet/core/options.h"

namespace freshet {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

std::string known(double value, int decimals) {
  return std::isfinite(value) ? fixed(value, decimals) : "n.a.";
}

// The value of option `loss`; empty where there is none.
std::string loss_name(const Learner& learner) {
  const OptionSpec* loss = find_option(learner.info().options, "loss");
  if (loss == nullptr) return {};
  char text[64];
  return {text, format_option(*loss, learner.options(), text)};
}

double mean_loss(const Progress& progress) noexcept {
  return progress.weight > 0 ? progress.loss_sum / progress.weight : kUnknown;
}

}  // namespace

void LossReport::after(const Learner& learner, const Example& x, std::span<const float> before,
                       Console& console) {
  const Progress* now = learner.progress();
  if (now == nullptr) return;
  examples_++;
  weight_ += static_cast<double>(x.weight);
  const uint64_t features = now->features - features_;
  features_ = now->features;
  if (weight_ < due_) return;
  while (due_ <= weight_)
    due_ *= 2;
  if (console.stderr_is_terminal() || console.is_quiet()) return;
  if (!has_header_) {
    console.note("average   since       example     example    current    current   current");
    console.note("loss      last        counter     weight     label      predict   features");
    has_header_ = true;
  }
  const double since = now->weight > last_weight_
                           ? (now->loss_sum - last_loss_) / (now->weight - last_weight_)
                           : kUnknown;
  last_loss_ = now->loss_sum;
  last_weight_ = now->weight;
  const bool is_class = learner.label() == Label::one_class;
  const double said = is_class ? (before.empty() ? kUnknown : static_cast<double>(before[0]))
                               : static_cast<double>(now->prediction);
  console.note(
      aligned_right(known(mean_loss(*now), 6), 8) + "  " + aligned_right(known(since, 6), 8) +
      aligned_right(std::to_string(examples_), 11) + aligned_right(known(weight_, 1), 11) +
      aligned_right(x.label.empty() ? "unknown" : known(static_cast<double>(now->label), 4), 11) +
      aligned_right(known(said, 4), 11) + aligned_right(std::to_string(features), 10));
}

BestConstant best_constant(const Learner& learner) noexcept {
  const Progress* p = learner.progress();
  if (p == nullptr || !(p->weight > 0)) return {kUnknown, kUnknown};
  const std::string loss = loss_name(learner);
  if (loss == "squared") {
    const double mean = p->label_sum / p->weight;
    return {mean, std::fmax(0, p->label_squares / p->weight - mean * mean)};
  }
  if (loss == "logistic") {
    const double yes = (p->weight + p->label_sum) / 2 / p->weight, no = 1 - yes;
    if (!(yes > 0 && no > 0)) return {kUnknown, kUnknown};
    return {std::log(yes / no), -yes * std::log(yes) - no * std::log(no)};
  }
  return {kUnknown, kUnknown};
}

void put_loss(JsonText& json, const Learner& learner) {
  const Progress* p = learner.progress();
  if (p == nullptr) return;
  const BestConstant best = best_constant(learner);
  json.number("weight", p->weight)
      .number("label_sum", p->label_sum)
      .number("loss", mean_loss(*p))
      .number("best_constant", best.value)
      .number("best_constant_loss", best.loss)
      .count("features", p->features);
}

std::vector<std::string> loss_lines(const Learner& learner) {
  const Progress* p = learner.progress();
  if (p == nullptr) return {};
  const BestConstant best = best_constant(learner);
  std::vector<std::string> lines;
  lines.push_back("weighted examples " + known(p->weight, 6) + ", weighted label sum " +
                  known(p->label_sum, 6) + ", features " + std::to_string(p->features));
  std::string loss = "average loss " + known(mean_loss(*p), 6);
  if (std::isfinite(best.loss))
    loss += ", best constant " + known(best.value, 6) + " with loss " + known(best.loss, 6);
  lines.push_back(std::move(loss));
  return lines;
}

}  // namespace freshet
