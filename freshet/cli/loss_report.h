#pragma once
/// The progressive loss that some learners keep themselves (Learner::progress): the lines of Vowpal Wabbit on the way, and
/// its figures at the end.
///
///     average   since       example     example    current    current   current
///     loss      last        counter     weight     label      predict   features
///     1.000000  1.000000          1        1.0     1.0000     0.0000        51

#include <span>
#include <string>
#include <vector>

#include "freshet/cli/console.h"
#include "freshet/cli/json_text.h"
#include "freshet/core/learner.h"

namespace freshet {

/// Prints a line on stderr whenever the sum of weights, unlabelled examples included, reaches 1 and then each time it has
/// doubled. Silent on a terminal (which has a line that moves), with --quiet, and for learners without progress().
class LossReport {
 public:
  /// After each example. before: what was predicted for it; empty: nothing.
  void after(const Learner& learner, const Example& x, std::span<const float> before,
             Console& console);

 private:
  uint64_t examples_ = 0, features_ = 0;
  double weight_ = 0, due_ = 1;
  double last_loss_ = 0, last_weight_ = 0;
  bool has_header_ = false;
};

/// The best constant prediction and its loss; NaN where none is known.
struct BestConstant {
  double value, loss;
};
BestConstant best_constant(const Learner& learner) noexcept;

/// "weight label_sum loss best_constant best_constant_loss features", for learners with progress().
void put_loss(JsonText& json, const Learner& learner);
/// The same as lines for people; none without progress().
std::vector<std::string> loss_lines(const Learner& learner);

}  // namespace freshet
