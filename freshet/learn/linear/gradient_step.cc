#include "freshet/learn/linear/gradient_step.h"

#include "freshet/base/bits.h"
#include "freshet/base/live.h"
#include "freshet/optim/adagrad.h"
#include "freshet/optim/adam.h"
#include "freshet/optim/ftrl.h"
#include "freshet/optim/rmsprop.h"
#include "freshet/optim/sgd.h"

namespace freshet {
namespace {

constexpr double kFading = .999;     // of the mean gradient that clip = 0 looks at
constexpr double kNothing = 1e-200;  // a faded sum below is 0, before it becomes denormal and slow
constexpr double kClipFactor = 10;
constexpr double kFirstClip = 1e12;  // while there is no mean

/// Stores for a dictionary's weights, which no reader sees.
struct PlainStore {
  static constexpr bool kLive = false;
  static void store(float& to, float value) noexcept { to = value; }
};
struct LiveStore {
  static constexpr bool kLive = true;
  static void store(float& to, float value) noexcept { live_store(to, value); }
};

/// Cumulative l1: w moves towards zero, at most to it, by what it still owes; paid is what it has paid.
float pay_penalty(float w, float owed, float& paid) noexcept {
  float next = w;
  if (w > 0) {
    const float less = w - (owed + paid);
    next = less > 0 ? less : 0;
  } else if (w < 0) {
    const float more = w + (owed - paid);
    next = more < 0 ? more : 0;
  }
  paid += next - w;
  return next;
}

template <class Rule, bool kPenalty, class Store>
uint32_t step(LinearWeights& weights, uint32_t vector, const Example& x, const Rule& rule, float g,
              const GradientStep& plan) noexcept {
  constexpr uint32_t kSlots = Rule::kSlots;
  const float l2 = static_cast<float>(plan.l2);
  const float owed = static_cast<float>(plan.penalty);
  float* __restrict w = weights.array(0, vector);
  float* __restrict a = kSlots > 0 ? weights.array(1, vector) : nullptr;
  float* __restrict b = kSlots > 1 ? weights.array(2, vector) : nullptr;
  float* __restrict q = kPenalty ? weights.array(1 + kSlots, vector) : nullptr;
  uint32_t skipped = 0;
  // Without a branch per weight: the loop over a dense row becomes vector code.
  const auto one = [&](std::size_t at, float value) __attribute__((always_inline)) {
    const float old = w[at];
    float first = kSlots > 0 ? a[at] : 0, second = kSlots > 1 ? b[at] : 0;
    float paid = kPenalty ? q[at] : 0;
    float next = rule(old, g * value + l2 * old, first, second);
    if constexpr (kPenalty) next = pay_penalty(next, owed, paid);
    const bool good = is_finite(next) && is_finite(first) && is_finite(second) && is_finite(paid);
    skipped += good ? 0u : 1u;
    const auto put = [&](uint32_t array, float* to, float fresh) {
      if constexpr (Store::kLive) weights.table(array, vector).touch(at);
      Store::store(to[at], good ? fresh : to[at]);
    };
    put(0, w, next);
    if constexpr (kSlots > 0) put(1, a, first);
    if constexpr (kSlots > 1) put(2, b, second);
    if constexpr (kPenalty) put(1 + kSlots, q, paid);
  };
  if (plan.bias_feature) one(0, 1);
  const bool plain_row = !Store::kLive && x.numeric.index.empty() && x.nominal.index.empty() &&
                         weights.run(x) == x.dense.size();
  if (plain_row)
    for (std::size_t k = 0; k < x.dense.size(); k++)
      one(k + 1, x.dense[k]);
  else
    weights.each(x, one);
  return skipped;
}

template <class Rule>
uint32_t follow(LinearWeights& weights, uint32_t vector, const Example& x, double g,
                const GradientStep& plan) noexcept {
  Rule rule = Rule::at(plan.clock, plan.rate);
  GradientStep own = plan;
  if constexpr (requires { rule.l1; }) {
    rule.l1 = static_cast<float>(plan.l1);
    rule.l2 = static_cast<float>(plan.l2);
    own.l2 = 0;
  }
  const float slope = static_cast<float>(g);
  if (weights.hashed())
    return plan.pays ? step<Rule, true, LiveStore>(weights, vector, x, rule, slope, own)
                     : step<Rule, false, LiveStore>(weights, vector, x, rule, slope, own);
  return plan.pays ? step<Rule, true, PlainStore>(weights, vector, x, rule, slope, own)
                   : step<Rule, false, PlainStore>(weights, vector, x, rule, slope, own);
}

}  // namespace

uint32_t slot_count(LinearOptimizer optimizer) noexcept {
  switch (optimizer) {
    case LinearOptimizer::sgd:
      return Sgd::kSlots;
    case LinearOptimizer::adagrad:
      return Adagrad::kSlots;
    case LinearOptimizer::adam:
      return Adam::kSlots;
    case LinearOptimizer::rmsprop:
      return RmsProp::kSlots;
    case LinearOptimizer::ftrl:
      return FollowLeader::kSlots;
  }
  return 0;
}

double own_rate(LinearOptimizer optimizer) noexcept {
  switch (optimizer) {
    case LinearOptimizer::sgd:
      return static_cast<double>(Sgd::kLearningRate);
    case LinearOptimizer::adagrad:
      return static_cast<double>(Adagrad::kLearningRate);
    case LinearOptimizer::adam:
      return static_cast<double>(Adam::kLearningRate);
    case LinearOptimizer::rmsprop:
      return static_cast<double>(RmsProp::kLearningRate);
    case LinearOptimizer::ftrl:
      return static_cast<double>(FollowLeader::kLearningRate);
  }
  return 0;
}

std::span<const std::string_view> array_names(LinearOptimizer optimizer) noexcept {
  static constexpr std::string_view kSgd[] = {"w", "l1"};
  static constexpr std::string_view kAdagrad[] = {"w", "sum", "l1"};
  static constexpr std::string_view kAdam[] = {"w", "m", "v", "l1"};
  static constexpr std::string_view kRmsProp[] = {"w", "average", "l1"};
  static constexpr std::string_view kFtrl[] = {"w", "z", "n"};
  switch (optimizer) {
    case LinearOptimizer::sgd:
      return kSgd;
    case LinearOptimizer::adagrad:
      return kAdagrad;
    case LinearOptimizer::adam:
      return kAdam;
    case LinearOptimizer::rmsprop:
      return kRmsProp;
    case LinearOptimizer::ftrl:
      return kFtrl;
  }
  return kSgd;
}

uint32_t take_step(LinearWeights& weights, uint32_t vector, const Example& x, double g,
                   const GradientStep& plan) noexcept {
  switch (plan.optimizer) {
    case LinearOptimizer::sgd:
      return follow<Sgd>(weights, vector, x, g, plan);
    case LinearOptimizer::adagrad:
      return follow<Adagrad>(weights, vector, x, g, plan);
    case LinearOptimizer::adam:
      return follow<Adam>(weights, vector, x, g, plan);
    case LinearOptimizer::rmsprop:
      return follow<RmsProp>(weights, vector, x, g, plan);
    case LinearOptimizer::ftrl:
      return follow<FollowLeader>(weights, vector, x, g, plan);
  }
  return 0;
}

bool pays_penalty(LinearOptimizer optimizer, double l1) noexcept {
  return l1 > 0 && optimizer != LinearOptimizer::ftrl;
}

double GradientJoin::operator()(const LinearWeights& mine, const LinearWeights& theirs,
                                const LinearWeights::Place& at) const noexcept {
  const double a = static_cast<double>(at.mine), b = static_cast<double>(at.theirs);
  const bool adagrad = optimizer == LinearOptimizer::adagrad;
  const bool ftrl = optimizer == LinearOptimizer::ftrl;
  const uint32_t squares = ftrl ? 2 : 1;
  const bool by_squares = (adagrad || ftrl) && (at.to != 0 || bias_feature);
  if (!by_squares) return adagrad && at.array == 1 ? a + b : a + share * (b - a);
  if (at.array == squares) return a + b;
  const double g = static_cast<double>(mine.array(squares, at.vector)[at.to]);
  const double h = static_cast<double>(theirs.array(squares, at.vector)[at.from]);
  if (ftrl && at.array == 1) {  // z is what gives the joined weight
    const double w = static_cast<double>(mine.array(0, at.vector)[at.to]);
    if (w == 0) return 0;
    return -w * ((1 + math_sqrt(g + h)) / rate + l2) - (w > 0 ? l1 : -l1);
  }
  if (at.array != 0) return a + share * (b - a);  // the l1 penalty paid
  return g + h > 0 ? a + h / (g + h) * (b - a) : a;
}

double GradientClip::operator()(double g) noexcept {
  if (most_ != 0) return g > most_ ? most_ : g < -most_ ? -most_ : g;  // nobody asks for the mean
  double most = count_ > 0 ? kClipFactor * sum_ / count_ : 0;
  if (!(most > 0)) most = kFirstClip;
  g = g > most ? most : g < -most ? -most : g;
  sum_ = (g < 0 ? -g : g) + (sum_ < kNothing ? 0 : kFading * sum_);
  count_ = 1 + kFading * count_;
  return g;
}

}  // namespace freshet
