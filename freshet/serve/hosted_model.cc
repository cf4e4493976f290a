#include "freshet/serve/hosted_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "freshet/base/chars.h"
#include "freshet/base/failure.h"
#include "freshet/core/label_map.h"
#include "freshet/core/learner.h"
#include "freshet/format/blocks.h"
#include "freshet/net/secret/digest.h"
#include "freshet/runtime/clock.h"
#include "freshet/serve/answer.h"
#include "freshet/serve/decisions.h"

namespace freshet {
namespace {

int64_t steady_us() noexcept {
  return steady_ns() / 1000;
}

bool is_late(const Call& call) noexcept {
  return call.deadline_us != 0 && steady_us() >= call.deadline_us;
}

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
  return form.schema->feature_count() == form.columns ? &x : nullptr;
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

Result<std::unique_ptr<HostedModel>> HostedModel::open(HostedOptions options, LogThreads& threads,
                                                       Deadlines& deadlines,
                                                       const Registry& registry) noexcept {
  ServedModelOptions served = options.served;
  auto model = ServedModel::open(std::move(served), threads, registry);
  if (!model.ok()) return std::move(model).status();
  return std::unique_ptr<HostedModel>(
      new HostedModel(std::move(options), std::move(*model), deadlines));
}

HostedModel::HostedModel(HostedOptions options, std::unique_ptr<ServedModel> model,
                         Deadlines& deadlines) noexcept
    : options_(std::move(options)), model_(std::move(model)), deadlines_(deadlines) {
  const ReadGuard guard = model_->read();
  const Learner& learner = guard.learner();
  label_ = learner.label();
  is_binary_ = (learner.traits() & kBinary) != 0;
  learner_name_ = learner.info().name;
  float bias = 0;
  can_explain_ = learner.explain(Example{}, {&bias, 1}).ok();
}

HostedModel::~HostedModel() = default;

uint32_t HostedModel::columns() const noexcept {
  const Schema& schema = model_->schema();
  uint32_t numeric = 0;
  for (uint32_t k = 0; k < schema.feature_count() && schema.kind(k) == Schema::Kind::numeric; ++k)
    ++numeric;
  return numeric != 0 ? numeric : columns_.load(std::memory_order_relaxed);
}

InputForm HostedModel::form() const noexcept {
  return {.schema = &model_->schema(),
          .label = label_,
          .is_binary = is_binary_,
          .target = options_.target,
          .columns = columns()};
}

std::string HostedModel::class_text(uint32_t label_class) const {
  const std::string_view name = model_->schema().class_name(label_class);
  if (!name.empty()) return std::string(name);
  return std::to_string(label_class);
}

std::string HostedModel::class_words(uint32_t label_class) const {
  const std::string text = class_text(label_class);
  for (const auto& [name, words] : options_.class_names)
    if (name == text) return words;
  return text;
}

// ---- infer

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

// ---- train

/// The first call that an empty model accepts fixes the number of columns of `x`. True: columns_answered() is owed.
Result<bool> HostedModel::fix_columns(const Call& call) noexcept {
  if (model_->schema().feature_count() != 0 || call.inputs.empty() || call.inputs[0].name != "x")
    return false;
  const Tensor& x = call.inputs[0];
  if (x.shape.size() != 2 || x.shape[1] <= 0 || x.shape[1] > 65'536)
    return Status(Code::invalid_argument,
                  "x: expected shape [rows, columns] with 1 to 65,536 columns");
  const auto wanted = static_cast<uint32_t>(x.shape[1]);
  const std::lock_guard lock(first_calls_mutex_);
  const uint32_t known = columns_.load(std::memory_order_relaxed);
  if (known != 0 && known != wanted)
    return failure(Code::invalid_argument, "x: expected " + std::to_string(known) +
                                               " columns, as the first call had, found " +
                                               std::to_string(wanted));
  columns_.store(wanted, std::memory_order_relaxed);
  ++first_calls_;
  return true;
}

/// Calls that were all refused have fixed nothing.
void HostedModel::columns_answered(bool accepted) noexcept {
  const std::lock_guard lock(first_calls_mutex_);
  --first_calls_;
  columns_are_accepted_ = columns_are_accepted_ || accepted;
  if (first_calls_ == 0 && !columns_are_accepted_) columns_.store(0, std::memory_order_relaxed);
}

Status HostedModel::train(TrainCall call, TrainCallback done) noexcept {
  counters_.offered.fetch_add(call.block.size(), std::memory_order_relaxed);
  return model_->train(std::move(call), std::move(done));
}

void HostedModel::train(const Call& call, std::unique_ptr<Reply> reply) noexcept {
  TrainCall training;
  const auto refuse = [&](const Status& status) { reply->finish(status); };
  if (is_late(call)) return refuse(too_late());
  const InputForm form = this->form();
  const bool decides = label_ == Label::decision;
  if (decides && call.method == Method::predict_train)
    return refuse(Status(
        Code::unsupported,
        "predict_train: the action of a decision to learn was chosen before; send it to train"));
  if (Status read = decides ? read_decisions(call, true, training.block)
                            : read_training(call, form, training.block);
      !read.ok())
    return refuse(read);
  const Result<bool> fixed = fix_columns(call);
  if (!fixed.ok()) return refuse(fixed.status());
  const bool is_first = *fixed;
  training.ack = call.has_ack ? call.ack : options_.ack;
  training.request_id = call.id;
  training.client = call.principal.name;
  if (!call.dedup_id.empty()) training.dedup = dedup_id(call.principal.name, call.dedup_id);
  if (!call.source.name.empty()) {
    training.source = call.source.name;
    training.partition = static_cast<uint32_t>(call.source.partition);
    training.first_offset = static_cast<uint64_t>(call.source.first_offset);
    training.last_offset = static_cast<uint64_t>(call.source.last_offset);
  }
  const Ack ack = training.ack;
  const auto waiting = deadlines_.wait(std::move(reply), call.deadline_us);
  Status admitted = train(std::move(training), [this, &call, waiting, ack, is_first](TrainResult&& result) {
    if (is_first) columns_answered(result.status.ok());
    const std::unique_ptr<Reply> answer = waiting->take();
    if (answer == nullptr) return;
    if (!result.status.ok()) return answer->finish(result.status);
    const std::string version = std::to_string(result.lsn);
    const std::vector<double> loss(result.loss.begin(), result.loss.end());
    TrainAnswer told{.model = options_.name,
                     .version = version,
                     .id = call.id,
                     .accepted = result.accepted,
                     .skipped = result.skipped,
                     .lsn = result.lsn,
                     .ack = ack,
                     .duplicate = result.duplicate,
                     .loss = loss};
    if (call.method != Method::predict_train || result.outputs == 0) return answer->finish(told);
    AnswerTensors tensors;
    tensors.set(*this, result.predictions, result.predictions.size() / result.outputs,
                result.outputs);
    const Answer prediction{
        .model = options_.name, .version = version, .outputs = tensors.tensors()};
    told.prediction = &prediction;
    answer->finish(told);
  });
  if (admitted.ok()) return;
  if (is_first) columns_answered(false);
  if (const std::unique_ptr<Reply> answer = waiting->take()) answer->finish(admitted);
}

// ---- feedback

Status HostedModel::feedback(FeedbackCall call, FeedbackCallback done) noexcept {
  counters_.offered.fetch_add(call.labels.size(), std::memory_order_relaxed);
  return model_->feedback(std::move(call), std::move(done));
}

void HostedModel::feedback(const Call& call, std::unique_ptr<Reply> reply) noexcept {
  const InputForm form = this->form();
  if (label_ == Label::none)
    return reply->finish(
        Status(Code::invalid_argument, "labels: this model learns without labels"));
  if (call.labels.empty())
    return reply->finish(Status(Code::invalid_argument, "labels: expected at least one"));
  if (call.overwrite)
    return reply->finish(Status(Code::unsupported,
                                "parameters: overwrite isn't supported; the first label of an id "
                                "counts, send a later one as a row to train"));
  FeedbackCall feedback;
  ExampleBlock& block = feedback.labels;
  const bool is_class = label_ == Label::one_class || label_ == Label::classes;
  if (Status checked = check_labels(call.labels, form); !checked.ok())
    return reply->finish(checked);
  const bool decides = label_ == Label::decision;
  for (const FeedbackLabel& label : call.labels) {
    if (decides && label.weight != 1)
      return reply->finish(
          Status(Code::invalid_argument, "labels: a decision's cost has no weight"));
    block.begin();
    block.set_id(label.id);
    block.set_weight(label.weight);
    if (label.at_us != 0) block.set_time(label.at_us);
    if (is_class) {
      const std::string text =
          label.has_number ? freshet::class_text(label.number) : std::string(label.text);
      const auto same = [&](const ExampleBlock::Name& name) { return name.text == text; };
      auto found = std::find_if(block.names.begin(), block.names.end(), same);
      if (found == block.names.end())
        found = block.names.insert(found, {ExampleBlock::NameKind::label_class, 0, text});
      block.add_label(static_cast<float>(found - block.names.begin()));
    } else {
      const auto number = static_cast<float>(label.number);
      block.add_label(decides && label.is_reward ? -number
                                                 : number);  // a decision's label is its cost
    }
    block.finish();
  }
  block.own_names = !block.names.empty();
  feedback.ack = call.has_ack ? call.ack : options_.ack;
  feedback.client = call.principal.name;
  if (is_late(call)) return reply->finish(too_late());
  const auto waiting = deadlines_.wait(std::move(reply), call.deadline_us);
  Status admitted = this->feedback(std::move(feedback), [&call, waiting](FeedbackResult&& result) {
    const std::unique_ptr<Reply> answer = waiting->take();
    if (answer == nullptr) return;
    if (!result.status.ok()) return answer->finish(result.status);
    std::vector<LabelAnswer> answers;
    for (std::size_t k = 0; k < call.labels.size(); ++k)
      answers.push_back({call.labels[k].id,
                         k < result.results.size() ? result.results[k] : LabelStatus::pending});
    answer->finish(FeedbackAnswer{.lsn = result.lsn, .results = answers});
  });
  if (admitted.ok()) return;
  if (const std::unique_ptr<Reply> answer = waiting->take()) answer->finish(admitted);
}

// ---- the rest

void HostedModel::metadata(const Call&, std::unique_ptr<Reply> reply) const noexcept {
  static constexpr int64_t kAny = -1;
  const std::array<int64_t, 2> x_shape{kAny, columns() == 0 ? kAny : int64_t{columns()}};
  const std::array<int64_t, 1> rows{kAny};
  const std::array<int64_t, 2> actions{kAny, kAny};
  std::vector<TensorMetadata> inputs;
  if (label_ == Label::decision)
    inputs = {{"text", Datatype::bytes, rows}};
  else
    inputs = {{"x", Datatype::f32, x_shape}, {"json", Datatype::bytes, rows}};
  const bool is_class = label_ == Label::one_class || label_ == Label::classes;
  const std::array<int64_t, 2> classes{
      kAny, is_binary_ ? 2 : std::max<int64_t>(int64_t{model_->schema().class_count()}, kAny)};
  std::vector<TensorMetadata> outputs;
  if (is_class) {
    outputs.push_back({"label", Datatype::i64, rows});
    int64_t number = 0;
    for (uint32_t k = 0; k < model_->schema().class_count(); ++k)
      if (!parse_all(model_->schema().class_name(k), &number))
        outputs[0].datatype = Datatype::bytes;
    outputs.push_back({"probability", Datatype::f32, classes});
  } else if (label_ == Label::decision) {
    outputs = {{"action", Datatype::i64, rows},
               {"probability", Datatype::f32, rows},
               {"probabilities", Datatype::f32, actions}};
  } else {
    outputs.push_back({"prediction", Datatype::f32, rows});
  }
  const std::string version = std::to_string(model_->read().lsn());
  const std::array<std::string_view, 1> versions{version};
  const std::string platform = "freshet_" + std::string(learner_name_);
  reply->finish(ModelMetadata{.name = options_.name,
                              .platform = platform,
                              .versions = versions,
                              .inputs = inputs,
                              .outputs = outputs,
                              .max_batch_size = 0});
}

void HostedModel::checkpoint(const Call&, std::unique_ptr<Reply> reply) noexcept {
  Reply* const kept = reply.release();
  model_->checkpoint([kept](CheckpointResult&& result) {
    const std::unique_ptr<Reply> answer(kept);
    if (!result.status.ok()) return answer->finish(result.status);
    answer->finish_json("{\"lsn\":" + std::to_string(result.lsn) +
                        ",\"bytes\":" + std::to_string(result.bytes) + "}");
  });
}

}  // namespace freshet
