#include "freshet/core/pipeline.h"

#include <algorithm>
#include <utility>

#include "freshet/core/decision_rules.h"

namespace freshet {
namespace {

/// How `features`, what a transform made of x, looks: it leaves label, weight and time alone. Kept in scratch.views and
/// written member by member: a view that is copied right after it was made waits for its stores.
const Example* look(const ExampleBuffer& features, const Example& x, Scratch& scratch) noexcept {
  scratch.views.resize(1);
  Example& now = scratch.views[0];
  now.dense = features.dense;
  now.numeric.index = features.index;
  now.numeric.value = features.value;
  now.nominal.index = features.nominal;
  now.nominal.category = features.category;
  now.text = features.text;
  now.groups = features.groups;
  now.label = x.label;
  now.weight = x.weight;
  now.time_us = x.time_us;
  return &now;
}

/// One example per action, joined with what all share, in scratch.rows. They only grow: no allocation once they have.
void join_actions(const Decision& decision, Scratch& scratch) noexcept {
  if (scratch.rows.size() < decision.actions.size()) scratch.rows.resize(decision.actions.size());
  for (std::size_t k = 0; k < decision.actions.size(); ++k)
    join_action(decision.shared, decision.actions[k], scratch.rows[k]);
}

/// The same decision over the rows as they are now.
Decision over_rows(const Decision& decision, Scratch& scratch) noexcept {
  scratch.views.clear();
  for (std::size_t k = 0; k < decision.actions.size(); ++k)
    scratch.views.push_back(scratch.rows[k].view());
  return {{}, scratch.views, decision.chosen, decision.cost, decision.probability};
}

/// A row becomes what `step` makes of it.
Status apply_to(const Transformer& step, ExampleBuffer& row, ExampleBuffer& spare) noexcept {
  const Example in = row.view();
  FRESHET_TRY(step.apply(in, spare));
  spare.label.clear();
  spare.weight = in.weight;
  spare.time_us = in.time_us;
  std::swap(row, spare);
  return {};
}

}  // namespace

Pipeline::Pipeline(std::vector<std::unique_ptr<Transformer>> transforms,
                   std::unique_ptr<Learner> learner) noexcept
    : transforms_(std::move(transforms)), learner_(std::move(learner)), stateless_(true) {
  for (const auto& transform : transforms_)
    stateless_ = stateless_ && (transform->traits() & kStateless) != 0;
}

const Info& Pipeline::info() const noexcept {
  return learner_->info();
}
const void* Pipeline::options() const noexcept {
  return learner_->options();
}
Label Pipeline::label() const noexcept {
  return learner_->label();
}
uint32_t Pipeline::outputs() const noexcept {
  return learner_->outputs();
}
void Pipeline::end_pass() noexcept {
  learner_->end_pass();
}
const Progress* Pipeline::progress() const noexcept {
  return learner_->progress();
}

std::span<Table* const> Pipeline::live_tables() noexcept {
  return stateless_ ? learner_->live_tables() : std::span<Table* const>();
}

std::size_t Pipeline::bytes() const noexcept {
  std::size_t sum = learner_->bytes();
  for (const auto& transform : transforms_)
    sum += transform->bytes();
  return sum;
}

uint32_t Pipeline::traits() const noexcept {
  uint32_t traits =
      learner_->traits() & ~uint32_t{kMergeable};  // parameters() doesn't hold the transforms
  return stateless_ ? traits : traits & ~uint32_t{kLive};
}

void Pipeline::draw(Sink& sink) const noexcept {
  for (const auto& transform : transforms_)
    transform->draw(sink);
  learner_->draw(sink);
}

Status Pipeline::save(Writer&) const noexcept {
  return {Code::unsupported, "pipeline: the model file saves it step by step"};
}
Status Pipeline::load(Reader&) noexcept {
  return {Code::unsupported, "pipeline: the model file loads it step by step"};
}

/// x through every step; `now` becomes what the last one made, nothing but the label when one of them refuses it.
Status Pipeline::transform(const Example& x, Scratch& scratch, const Example*& now) const noexcept {
  now = &x;
  ExampleBuffer *out = &scratch.a, *next = &scratch.b;
  for (const auto& step : transforms_) {
    Status applied = step->apply(*now, *out);
    if (!applied.ok()) out->clear();
    now = look(*out, x, scratch);
    if (!applied.ok()) return applied;
    std::swap(out, next);
  }
  return {};
}

void Pipeline::predict(const Example& x, std::span<float> out) const noexcept {
  ScratchPool::Loan loan(scratch_);
  const Example* now;
  (void)transform(x, *loan, now);
  learner_->predict(*now, out);
}

void Pipeline::predict_live(const Example& x, std::span<float> out) const noexcept {
  ScratchPool::Loan loan(scratch_);
  const Example* now;
  (void)transform(x, *loan, now);
  learner_->predict_live(*now, out);
}

Status Pipeline::learn(const Example& x, std::span<float> before) noexcept {
  if (const uint32_t bad = first_bad(x); bad != kNone)
    return {Code::invalid_argument, "pipeline: a value, the weight or the label is not finite",
            bad};
  FRESHET_TRY(learner_->check(x));
  if (x.weight == 0) {
    if (!before.empty()) predict(x, before);
    return {};
  }
  const Example* now = &x;
  if (!before.empty() && !stateless_) {
    (void)transform(x, writer_, now);
    learner_->predict(*now, before);
    before = {};
    now = &x;
  }
  ExampleBuffer *out = &writer_.a, *next = &writer_.b;
  for (const auto& step : transforms_) {
    step->learn(*now);
    FRESHET_TRY(step->apply(*now, *out));
    now = look(*out, x, writer_);
    std::swap(out, next);
  }
  return learner_->learn(*now, before);
}

void Pipeline::predict_decision(const Decision& decision, std::span<float> out) const noexcept {
  ScratchPool::Loan loan(scratch_);
  join_actions(decision, *loan);
  for (std::size_t k = 0; k < decision.actions.size(); ++k) {
    for (const auto& step : transforms_) {
      if (apply_to(*step, loan->rows[k], loan->a).ok()) continue;
      loan->rows[k]
          .clear();  // an action without features, as predict() does with a refused example
      break;
    }
  }
  learner_->predict_decision(over_rows(decision, *loan), out);
}

Status Pipeline::learn_decision(const Decision& decision, std::span<float> before) noexcept {
  if (learner_->label() != Label::decision) return learner_->learn_decision(decision, before);
  FRESHET_TRY(check_decision(decision));
  if (!before.empty() && !stateless_) {
    predict_decision(decision, before);
    before = {};
  }
  join_actions(decision, writer_);
  for (const auto& step : transforms_) {
    const std::span<ExampleBuffer> rows(writer_.rows.data(), decision.actions.size());
    for (const ExampleBuffer& row : rows)
      step->learn(row.view());
    for (ExampleBuffer& row : rows)
      FRESHET_TRY(apply_to(*step, row, writer_.a));
  }
  return learner_->learn_decision(over_rows(decision, writer_), before);
}

Status Pipeline::explain(const Example& x, std::span<float> parts) const noexcept {
  ScratchPool::Loan loan(scratch_);
  const Example* now;
  FRESHET_TRY(transform(x, *loan, now));
  if (now->dense.size() + 1 != parts.size())
    return {Code::unsupported,
            "pipeline: a transform changes the number of features; parts can't be told apart"};
  FRESHET_TRY(learner_->explain(*now, parts));
  for (auto step = transforms_.rbegin(); step != transforms_.rend(); ++step)
    FRESHET_TRY((*step)->explain(x, parts));
  return {};
}

Status Pipeline::check(const Example& x) const noexcept {
  return learner_->check(x);
}

Result<std::unique_ptr<Learner>> Pipeline::clone() const noexcept {
  return with_transforms(learner_->clone());
}
Result<std::unique_ptr<Learner>> Pipeline::snapshot() const noexcept {
  return with_transforms(learner_->snapshot());
}

/// A pipeline of copies of the transforms and `learner`, a copy of ours.
Result<std::unique_ptr<Learner>> Pipeline::with_transforms(
    Result<std::unique_ptr<Learner>> learner) const noexcept {
  if (!learner.ok()) return std::move(learner).status();
  std::vector<std::unique_ptr<Transformer>> copies;
  for (const auto& step : transforms_) {
    auto copy = step->clone();
    if (!copy.ok()) return std::move(copy).status();
    copies.push_back(std::move(*copy));
  }
  return std::unique_ptr<Learner>(
      std::make_unique<Pipeline>(std::move(copies), std::move(*learner)));
}

Status Pipeline::copy_into(Learner& spare) const noexcept {
  Pipeline* to = spare.pipeline();
  if (to == nullptr || to->transforms_.size() != transforms_.size())
    return {Code::invalid_argument, "pipeline: the spare is not of the same kind"};
  for (std::size_t k = 0; k < transforms_.size(); ++k)
    FRESHET_TRY(transforms_[k]->copy_into(*to->transforms_[k]));
  return learner_->copy_into(*to->learner_);
}

Status Pipeline::merge(const Learner& same_kind) noexcept {
  const Pipeline* from = same_kind.pipeline();
  if (from == nullptr || from->transforms_.size() != transforms_.size())
    return {Code::invalid_argument, "pipeline: the other model has other steps"};
  for (std::size_t k = 0; k < transforms_.size(); ++k)
    FRESHET_TRY(transforms_[k]->merge(*from->transforms_[k]));
  return learner_->merge(*from->learner_);
}

}  // namespace freshet
