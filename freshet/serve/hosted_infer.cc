// The asking half of HostedModel: predictions, decisions, and what is remembered of them. hosted_model.cc has the teaching.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "freshet/base/failure.h"
#include "freshet/core/learner.h"
#include "freshet/net/secret/digest.h"
#include "freshet/runtime/clock.h"
#include "freshet/serve/answer.h"
#include "freshet/serve/decisions.h"
#include "freshet/serve/hosted_model.h"

namespace freshet {
namespace {

// How long a call waits for `min_lsn` that doesn't say it: the event may never come.
constexpr int64_t kPublishedUs = 30'000'000;

bool all_finite(std::span<const float> values) noexcept {
  return std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); });
}

/// What one thread predicts with; grown once, then reused.
struct Workspace {
  ExampleBlock block;
  std::vector<float> predictions, parts;
  std::vector<Example> actions;
  Served served;
  AnswerTensors answer;
};
Workspace& workspace() {
  static thread_local Workspace space;
  return space;
}

/// x as FP32 whose columns are the model's: rows are read where they lie.
const Tensor* direct_rows(const Call& call, const InputForm& form) noexcept {
  if (call.inputs.size() != 1) return nullptr;
  const Tensor& x = call.inputs[0];
  if (x.name != "x" || x.datatype != Datatype::f32 || x.shape.size() != 2 ||
      x.shape[0] > kMaxExamples)
    return nullptr;
  if (form.columns == 0 || static_cast<uint64_t>(x.shape[1]) != form.columns) return nullptr;
  return form.features == form.columns ? &x : nullptr;
}

/// Strings and numbers that every answer carries.
struct AnswerHead {
  AnswerHead(Lsn lsn, int64_t staleness_us)
      : version(std::to_string(lsn)),
        parameters{Parameter::of("model_lsn", static_cast<int64_t>(lsn)),
                   Parameter::of("staleness_us", staleness_us)} {}
  std::string version;
  std::array<Parameter, 2> parameters;
};

/// Answers with `outputs`, and where the model stood that gave them.
void finish(Reply& reply, std::string_view model, std::string_view id, const ReadGuard& guard,
            std::span<const Tensor> outputs) {
  const AnswerHead head(guard.lsn(), guard.staleness_us());
  reply.finish(Answer{.model = model,
                      .version = head.version,
                      .id = id,
                      .lsn = guard.lsn(),
                      .parameters = head.parameters,
                      .outputs = outputs});
}

}  // namespace

void HostedModel::infer(const Call& call, std::unique_ptr<Reply> reply) noexcept {
  if (call.min_lsn > model_->model().clock().published.load(std::memory_order_acquire))
    return infer_when_published(call, std::move(reply));
  const int64_t begin_us = steady_us();
  Reply& to = *reply;
  Status status = is_late(call) ? too_late() : infer_now(call, to, &reply);
  if (!status.ok()) {
    counters_.refused.fetch_add(1, std::memory_order_relaxed);
    to.finish(status);
  }
  counters_.predict_us.add(steady_us() - begin_us);
}

/// Read your own write: answered once the trainer has published it.
void HostedModel::infer_when_published(const Call& call, std::unique_ptr<Reply> reply) noexcept {
  const int64_t until_us = call.deadline_us != 0 ? call.deadline_us : steady_us() + kPublishedUs;
  const auto waiting = deadlines_.wait(std::move(reply), until_us);
  const Lsn lsn = call.min_lsn;
  const uint64_t waiter =
      model_->when_published(lsn, [this, &call, waiting](const Status& published) {
        std::unique_ptr<Reply> answer = waiting->take();
        if (answer == nullptr) return;
        Reply& to = *answer;
        Status status = published.ok() ? infer_now(call, to, &answer)
                                       : failure(published.code(), published.text());
        if (status.ok()) return;
        counters_.refused.fetch_add(1, std::memory_order_relaxed);
        to.finish(status);
      });
  if (waiter != 0) waiting->if_late([this, waiter] { (void)model_->cancel(waiter); });
}

/// Answers, or fails without having answered. `keep` gives the reply away where the answer comes later.
Status HostedModel::infer_now(const Call& call, Reply& reply,
                              std::unique_ptr<Reply>* keep) noexcept {
  if (call.defer && (label_ != Label::decision || !call.remember))
    return {Code::invalid_argument,
            "parameters.defer: goes with remember, of a model that decides; leave it out"};
  if (label_ == Label::decision) return decide(call, reply, keep);
  Workspace& space = workspace();
  const InputForm form = this->form();
  const Tensor* direct = direct_rows(call, form);
  if (direct == nullptr) FRESHET_TRY(read_inputs(call, form, call.allow_nonfinite, space.block));
  const std::size_t rows =
      direct != nullptr ? static_cast<std::size_t>(direct->shape[0]) : space.block.size();
  const auto row = [&](std::size_t k) {
    return direct != nullptr
               ? Example{.dense = direct->values<float>().subspan(k * form.columns, form.columns)}
               : space.block[static_cast<uint32_t>(k)];
  };
  const ReadGuard guard = model_->read();
  const uint32_t outputs = guard.outputs();
  space.predictions.resize(rows * outputs);
  for (std::size_t k = 0; k < rows; ++k)
    guard.predict(row(k), std::span(space.predictions).subspan(k * outputs, outputs));
  if (!all_finite(space.predictions))
    counters_.infer_not_finite.fetch_add(1, std::memory_order_relaxed);
  space.answer.set(*this, space.predictions, rows, outputs);
  if (call.contributions) {
    const std::size_t columns = rows == 0 ? form.columns : row(0).dense.size();
    space.parts.resize(rows * (columns + 1));
    for (std::size_t k = 0; k < rows; ++k)
      FRESHET_TRY(guard.learner().explain(
          row(k), std::span(space.parts).subspan(k * (columns + 1), columns + 1)));
    space.answer.add_contributions(space.parts, rows, columns);
  }
  FRESHET_TRY(space.answer.select(call.outputs));
  counters_.predicted.fetch_add(rows, std::memory_order_relaxed);
  if (call.remember) return remember(call, std::move(*keep), space.predictions);
  finish(reply, options_.name, call.id, guard, space.answer.tensors());
  return {};
}

/// As infer_now, of decisions: draws an action by the policy's probabilities.
Status HostedModel::decide(const Call& call, Reply& reply, std::unique_ptr<Reply>* keep) noexcept {
  if (call.contributions)
    return {Code::unsupported, "contributions: decisions have none; ask without them"};
  Workspace& space = workspace();
  FRESHET_TRY(read_decisions(call, false, space.block));
  const auto decisions = space.block.decisions();
  if (call.remember && decisions.size() != 1)
    return {Code::invalid_argument, "inputs: only one decision at a time can be remembered"};
  const std::string id = call.id.empty() ? make_uuid7(unix_us()) : std::string(call.id);
  const ReadGuard guard = model_->read();
  space.predictions.clear();
  for (const ExampleBlock::Choice& choice : decisions) {
    const std::size_t begin = space.predictions.size();
    space.predictions.resize(begin + choice.count);
    guard.learner().predict_decision(space.block.decision(choice, space.actions),
                                     std::span(space.predictions).subspan(begin));
  }
  if (!all_finite(space.predictions)) {
    counters_.infer_not_finite.fetch_add(1, std::memory_order_relaxed);
    return {Code::internal,
            "model: a probability is not finite; reset the model or go back to a checkpoint"};
  }
  const uint32_t seed = options_.served.seed;
  space.served.draw(space.block, space.predictions, id, seed);
  space.answer.set(space.served);
  FRESHET_TRY(space.answer.select(call.outputs));
  counters_.predicted.fetch_add(decisions.size(), std::memory_order_relaxed);
  if (call.remember) {
    Decision decision = space.block.decision(decisions[0], space.actions);
    decision.chosen = static_cast<int32_t>(space.served.actions()[0]);
    decision.cost = 0;  // comes later
    decision.probability = std::min(space.served.probability()[0], 1.0f);
    RememberCall remembered;
    remembered.block.append_decision(decision);
    remembered.id = id;
    remembered.prediction = space.predictions;
    remembered.is_deferred = call.defer;
    return append_remembered(call, std::move(*keep), std::move(remembered));
  }
  finish(reply, options_.name, call.id, guard, space.answer.tensors());
  return {};
}

/// Appends the row and what was said of it; answers when that will survive a kill.
Status HostedModel::remember(const Call& call, std::unique_ptr<Reply> reply,
                             std::vector<float> prediction) noexcept {
  RememberCall remembered;
  remembered.id = call.id.empty() ? make_uuid7(unix_us()) : std::string(call.id);
  remembered.prediction = std::move(prediction);
  if (Status read = read_remembered(call, form(), remembered.block); !read.ok()) {
    reply->finish(read);
    return {};
  }
  return append_remembered(call, std::move(reply), std::move(remembered));
}

Status HostedModel::append_remembered(const Call& call, std::unique_ptr<Reply> reply,
                                      RememberCall remembered) noexcept {
  const std::string id = remembered.id;
  const auto waiting = deadlines_.wait(std::move(reply), call.deadline_us);
  Status admitted =
      model_->remember(std::move(remembered), [this, &call, waiting, id](RememberResult&& result) {
        const std::unique_ptr<Reply> answer = waiting->take();
        if (answer == nullptr) return;
        if (!result.status.ok()) return answer->finish(result.status);
        AnswerTensors tensors;
        Served served;  // told of a duplicate what it was told first: the draw is the id's
        if (label_ == Label::decision) {
          served.draw(result.prediction, id, options_.served.seed);
          tensors.set(served);
        } else {
          tensors.set(*this, result.prediction, 1, static_cast<uint32_t>(result.prediction.size()));
        }
        if (Status selected = tensors.select(call.outputs); !selected.ok())
          return answer->finish(selected);
        const std::string version = std::to_string(result.lsn);
        const std::array parameters{Parameter::of("model_lsn", static_cast<int64_t>(result.lsn)),
                                    Parameter::of("prediction_id", std::string_view(id)),
                                    Parameter::of("duplicate", result.duplicate)};
        answer->finish(Answer{.model = options_.name,
                              .version = version,
                              .id = call.id,
                              .lsn = result.lsn,
                              .parameters = parameters,
                              .outputs = tensors.tensors()});
      });
  if (admitted.ok()) return {};
  if (const std::unique_ptr<Reply> answer = waiting->take()) answer->finish(admitted);
  return {};
}

uint32_t HostedModel::predict(const ExampleBlock& block, std::vector<float>& out) noexcept {
  const int64_t begin_us = steady_us();
  const ReadGuard guard = model_->read();
  const uint32_t outputs = guard.outputs();
  out.resize(std::size_t{block.size()} * outputs);
  for (uint32_t k = 0; k < block.size(); ++k)
    guard.predict(block[k], std::span(out).subspan(k * outputs, outputs));
  counters_.predicted.fetch_add(block.size(), std::memory_order_relaxed);
  counters_.predict_us.add(steady_us() - begin_us);
  return outputs;
}

}  // namespace freshet
