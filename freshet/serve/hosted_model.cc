#include "freshet/serve/hosted_model.h"

#include <utility>

#include "freshet/core/learner.h"
#include "freshet/net/secret/digest.h"
#include "freshet/serve/answer.h"
#include "freshet/serve/decisions.h"
#include "freshet/serve/late_labels.h"

namespace freshet {

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
  return columns_among(model_->features());
}

uint32_t HostedModel::columns_among(uint32_t features) const noexcept {
  const Schema& schema = model_->schema();
  uint32_t numeric = 0;
  while (numeric < features && schema.kind(numeric) == Schema::Kind::numeric)
    ++numeric;
  return numeric != 0 ? numeric : first_columns_.count();
}

InputForm HostedModel::form() const noexcept {
  const uint32_t features = model_->features();
  return {.schema = &model_->schema(),
          .label = label_,
          .is_binary = is_binary_,
          .target = options_.target,
          .columns = columns_among(features),
          .features = features};
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

// ---- train

Status HostedModel::train(TrainCall call, TrainCallback done) noexcept {
  counters_.offered.fetch_add(call.block.size(), std::memory_order_relaxed);
  return model_->train(std::move(call), std::move(done));
}

/// The event that a call to train makes. is_first: first_columns_.answered() is owed.
Status HostedModel::read_train(const Call& call, TrainCall& training, bool& is_first) noexcept {
  if (is_late(call)) return too_late();
  const bool decides = label_ == Label::decision;
  if (decides && call.method == Method::predict_train)
    return {Code::unsupported,
            "predict_train: the action of a decision to learn was chosen before; send it to train"};
  FRESHET_TRY(decides ? read_decisions(call, true, training.block)
                      : read_training(call, form(), training.block));
  if (model_->features() == 0) {
    FRESHET_TRY_ASSIGN(is_first, first_columns_.ask(call));
  }
  training.ack = ack_of(call);
  training.request_id = call.id;
  training.client = call.principal.name;
  if (!call.dedup_id.empty()) training.dedup = dedup_id(call.principal.name, call.dedup_id);
  if (call.source.name.empty()) return {};
  training.source = call.source.name;
  training.partition = static_cast<uint32_t>(call.source.partition);
  training.first_offset = static_cast<uint64_t>(call.source.first_offset);
  training.last_offset = static_cast<uint64_t>(call.source.last_offset);
  return {};
}

void HostedModel::train(const Call& call, std::unique_ptr<Reply> reply) noexcept {
  TrainCall training;
  bool is_first = false;
  if (Status read = read_train(call, training, is_first); !read.ok()) return reply->finish(read);
  const Ack ack = training.ack;
  const auto waiting = deadlines_.wait(std::move(reply), call.deadline_us);
  Status admitted =
      train(std::move(training), [this, &call, waiting, ack, is_first](TrainResult&& result) {
        if (is_first) first_columns_.answered(result.status.ok());
        if (const auto answer = waiting->take()) answer_train(call, ack, result, *answer);
      });
  if (admitted.ok()) return;
  if (is_first) first_columns_.answered(false);
  if (const std::unique_ptr<Reply> answer = waiting->take()) answer->finish(admitted);
}

void HostedModel::answer_train(const Call& call, Ack ack, const TrainResult& result,
                               Reply& reply) const noexcept {
  if (!result.status.ok()) return reply.finish(result.status);
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
  if (call.method != Method::predict_train || result.outputs == 0) return reply.finish(told);
  AnswerTensors tensors;
  tensors.set(*this, result.predictions, result.predictions.size() / result.outputs,
              result.outputs);
  const Answer prediction{.model = options_.name, .version = version, .outputs = tensors.tensors()};
  told.prediction = &prediction;
  reply.finish(told);
}

// ---- feedback

Status HostedModel::feedback(FeedbackCall call, FeedbackCallback done) noexcept {
  counters_.offered.fetch_add(call.labels.size(), std::memory_order_relaxed);
  return model_->feedback(std::move(call), std::move(done));
}

void HostedModel::feedback(const Call& call, std::unique_ptr<Reply> reply) noexcept {
  if (call.overwrite)
    return reply->finish(Status(Code::unsupported,
                                "parameters: overwrite isn't supported; the first label of an id "
                                "counts, send a later one as a row to train"));
  FeedbackCall feedback;
  if (Status read = read_late_labels(call, form(), feedback.labels); !read.ok())
    return reply->finish(read);
  feedback.ack = ack_of(call);
  feedback.client = call.principal.name;
  answer_told(call, std::move(reply), [&](FeedbackCallback done) {
    return this->feedback(std::move(feedback), std::move(done));
  });
}

void HostedModel::activate(const Call& call, std::unique_ptr<Reply> reply) noexcept {
  ActivateCall activation;
  if (Status read = read_activated(call, form(), activation.ids); !read.ok())
    return reply->finish(read);
  activation.ack = ack_of(call);
  activation.client = call.principal.name;
  answer_told(call, std::move(reply), [&](FeedbackCallback done) {
    return model_->activate(std::move(activation), std::move(done));
  });
}

/// Submits, and answers with the status of each id, or why there is none.
template <class Submit>
void HostedModel::answer_told(const Call& call, std::unique_ptr<Reply> reply,
                              Submit submit) noexcept {
  if (is_late(call)) return reply->finish(too_late());
  const auto waiting = deadlines_.wait(std::move(reply), call.deadline_us);
  Status admitted = submit([&call, waiting](FeedbackResult&& result) {
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
