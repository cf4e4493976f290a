#include "freshet/runtime/served_model.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "freshet/base/failure.h"
#include "freshet/core/spec.h"
#include "freshet/format/blocks.h"
#include "freshet/runtime/clock.h"
#include "freshet/runtime/in_flight_ids.h"
#include "freshet/runtime/recover.h"
#include "freshet/runtime/request_hash.h"
#include "freshet/runtime/rider.h"

namespace freshet {

namespace {

constexpr uint32_t kMaxExamples = 65536;  // of one event

Status check_examples(const ExampleBlock& block) noexcept {
  if (block.empty()) return {Code::invalid_argument, "train: no examples; send at least one"};
  if (block.size() > kMaxExamples)
    return {Code::invalid_argument, "train: more than 65,536 examples in one call; send several"};
  return {};
}

Status encode(const ExampleBlock& block, PayloadBuilder& body) noexcept {
  body.begin(Tag::examples);
  Status encoded = BlockCodec::encode(block, body.bytes());
  body.end();
  return encoded;
}

Status check_size(const PayloadBuilder& body) noexcept {
  if (body.size() <= kMaxPayload) return {};
  return {Code::invalid_argument, "train: the event is larger than 16 MiB; send fewer examples in one call"};
}

}  // namespace

class ServedModel::Parts {
 public:
  Parts(ServedModelOptions given, LogThreads& log_threads) noexcept
      : options(std::move(given)), threads(log_threads) {}
  ~Parts();

  Status open(const Registry& registry) noexcept;
  AppenderOptions appender_options(const Recovered& recovered) noexcept;
  Status refusal() const noexcept;
  Status submit(EventKind kind, PayloadBuilder& body, uint32_t examples, Ack ack, std::shared_ptr<Rider> rider) noexcept;
  Status tell(EventKind kind, ExampleBlock rows, Ack ack, std::string_view client,
              FeedbackCallback done) noexcept;
  void appended(Rider& rider, const std::shared_ptr<Rider>& shared, Ack ack, const Status& status,
                const Appended& appended) noexcept;
  void duplicate(const std::shared_ptr<Rider>& rider, Ack ack, Lsn first) noexcept;
  void when_applied(Lsn lsn, Callback<const Status&> call) noexcept;
  Result<std::optional<Appended>> admit(const AppendRequest& request, Lsn next) noexcept;
  Status wait_until_applied(int64_t until_ns) noexcept;

  const ServedModelOptions options;
  LogThreads& threads;
  std::vector<std::string> remarks;
  std::unique_ptr<Model> model;
  std::unique_ptr<Appender> appender;
  std::unique_ptr<Trainer> trainer;  // holds the lease and the tail: goes before the two above
  InFlightIds in_flight;
  std::atomic<bool> is_draining{false};
  std::atomic<uint64_t> admitted{0}, answered{0};  // submitted; done() called
};

// ---- opening and closing

Result<std::unique_ptr<ServedModel>> ServedModel::open(ServedModelOptions options, LogThreads& threads,
                                                       const Registry& registry) noexcept {
  auto parts = std::make_unique<Parts>(std::move(options), threads);
  FRESHET_TRY(parts->open(registry));
  return std::unique_ptr<ServedModel>(new ServedModel(std::move(parts)));
}

ServedModel::ServedModel(std::unique_ptr<Parts> parts) noexcept : parts_(std::move(parts)) {}
ServedModel::~ServedModel() = default;

Status ServedModel::Parts::open(const Registry& registry) noexcept {
  FRESHET_TRY(make_learner(options.spec, registry, options.seed));  // a bad spec leaves no folder behind
  FRESHET_TRY_ASSIGN(WriterLock lock, WriterLock::acquire(options.folder));
  CheckpointStore store(options.folder + "/slots/champion");
  FRESHET_TRY_ASSIGN(Recovered recovered, recover(store, options, registry));
  remarks = std::move(recovered.remarks);
  FRESHET_TRY_ASSIGN(appender, Appender::open(threads, std::move(lock), appender_options(recovered)));
  const Recovery& found = appender->log().recovery();
  remarks.insert(remarks.end(), found.remarks.begin(), found.remarks.end());
  if (found.first > recovered.checkpoint + 1)
    return failure(Code::corrupt, "model: the log begins at event " + std::to_string(found.first) +
                                      " and no usable checkpoint reaches it; restore one from a copy");

  const Publication publication = options.publication.value_or(publication_of(*recovered.learner));
  FRESHET_TRY_ASSIGN(model, Model::make(std::move(recovered.learner), std::move(recovered.schema), publication));
  FRESHET_TRY_ASSIGN(WriterLease lease, model->lease());
  model->appended(appender->end(), unix_us());
  lease.advance(recovered.checkpoint);
  FRESHET_TRY(lease.publish());

  TrainerOptions trainer_options;
  trainer_options.checkpoint_every_us = options.checkpoint_every_us;
  trainer_options.checkpoint_every_events = options.checkpoint_every_events;
  trainer_options.mark = options.folder + "/replaying";
  trainer_options.keeps_log = options.keeps_log;
  trainer_options.retain_bytes = options.retain_bytes;
  trainer_options.retain_checkpoint_bytes = options.retain_checkpoint_bytes;
  trainer_options.observer = options.observer;
  auto tail = appender->tail(recovered.checkpoint + 1, Tail::Role::gate);
  trainer = std::make_unique<Trainer>(*model, std::move(lease), std::move(recovered.fold), *appender, threads,
                                      std::move(store), recovered.checkpoint, std::move(trainer_options));
  trainer->start(std::move(tail));
  return {};
}

AppenderOptions ServedModel::Parts::appender_options(const Recovered& recovered) noexcept {
  AppenderOptions made;
  made.log.checkpoint_lsn = recovered.checkpoint;
  made.log.synced_lsn = recovered.newest;
  made.log.checkpoint_token = recovered.token;
  made.log.repair = options.repair;
  made.duplicates = recovered.duplicates;
  made.max_backlog = options.max_backlog;
  made.max_queue_bytes = options.max_queue_bytes;
  made.max_queue = options.max_queue;
  made.sync_delay_us = options.sync_delay_us;
  made.admit = [this](const AppendRequest& request, Lsn next) { return admit(request, next); };
  made.state_changed = [this](const Status& status) {
    if (trainer != nullptr) trainer->log_state(status);
  };
  made.synced = options.synced;
  made.make_room = [this] {
    if (trainer != nullptr) trainer->make_room();
  };
  return made;
}

ServedModel::Parts::~Parts() {
  is_draining.store(true, std::memory_order_release);
  if (trainer != nullptr) trainer->stop();
  if (appender != nullptr) (void)appender->close();
  trainer = nullptr;
  appender = nullptr;
}

// ---- reading

const Model& ServedModel::model() const noexcept { return *parts_->model; }

uint32_t ServedModel::features() const noexcept {
  return parts_->trainer->gauges().features.load(std::memory_order_acquire);
}

uint64_t ServedModel::when_published(Lsn lsn, Callback<const Status&> call) noexcept {
  Parts& parts = *parts_;
  LsnWaiters& waiters = parts.trainer->published_waiters();
  const auto published = [&] { return parts.model->clock().published.load(std::memory_order_acquire); };
  if (published() >= lsn) {
    call(Status());
    return 0;
  }
  const uint64_t number = waiters.add(lsn, std::move(call));
  waiters.reach(published());
  parts.trainer->wake();
  return number;
}

bool ServedModel::cancel(uint64_t waiter) noexcept { return parts_->trainer->published_waiters().cancel(waiter); }

// ---- teaching

Status ServedModel::Parts::refusal() const noexcept {
  if (is_draining.load(std::memory_order_acquire))
    return {Code::unavailable, "model: draining; send it to the next server"};
  std::string reason;
  if (trainer->state(&reason, nullptr) == TrainerState::stopped) return failure(Code::unavailable, "model: " + reason);
  return {};
}

Status ServedModel::Parts::submit(EventKind kind, PayloadBuilder& body, uint32_t examples, Ack ack,
                                  std::shared_ptr<Rider> rider) noexcept {
  AppendRequest request;
  request.kind = kind;
  request.examples = examples;
  request.body = body.take();
  request.rider = rider;
  request.done = [this, rider, ack](const Status& status, const Appended& what) {
    appended(*rider, rider, ack, status, what);
  };
  if (ack == Ack::durable) rider->stages_left = 2;
  rider->is_armed = true;
  admitted.fetch_add(1, std::memory_order_relaxed);
  Status submitted = appender->submit(std::move(request));
  if (!submitted.ok()) {
    answered.fetch_add(1, std::memory_order_relaxed);
    rider->is_armed = false;
  }
  return submitted;
}

// Appender thread, before the trainer sees the event.
void ServedModel::Parts::appended(Rider& rider, const std::shared_ptr<Rider>& shared, Ack ack, const Status& status,
                                  const Appended& what) noexcept {
  answered.fetch_add(1, std::memory_order_relaxed);
  if (!status.ok()) {
    if (rider.remember) in_flight.remove(rider.id);
    return rider.fail(failure(status.code(), status.text(), status.at()));
  }
  if (what.duplicate) return duplicate(shared, ack, what.lsn);
  rider.lsn = what.lsn;
  model->appended(what.lsn, what.time_us);
  if (rider.remember) {
    RememberResult answer;
    answer.lsn = what.lsn;
    answer.prediction = rider.prediction;
    rider.remember(std::move(answer));
  }
  if (ack != Ack::durable) return;
  appender->when_durable(what.lsn, [shared](const Status& synced) {
    if (!synced.ok()) shared->sync_failed = failure(synced.code(), synced.text());
    shared->end_stage();
  });
}

// A duplicate waits for the level asked, on the first event.
void ServedModel::Parts::duplicate(const std::shared_ptr<Rider>& rider, Ack ack, Lsn first) noexcept {
  rider->is_armed = false;
  if (rider->remember) {
    RememberResult answer;
    answer.lsn = first;
    answer.duplicate = true;
    answer.prediction = rider->prediction;  // admit() has put the first one here
    return rider->remember(std::move(answer));
  }
  when_applied(first, [this, rider, ack, first](const Status& applied) noexcept {
    if (!applied.ok()) return rider->fail(failure(applied.code(), applied.text()));
    if (ack != Ack::durable) return rider->answer_duplicate(first);
    appender->when_durable(first, [rider, first](const Status& synced) {
      if (!synced.ok()) return rider->fail(failure(synced.code(), synced.text()));
      rider->answer_duplicate(first);
    });
  });
}

void ServedModel::Parts::when_applied(Lsn lsn, Callback<const Status&> call) noexcept {
  const auto applied = [&] { return model->clock().applied.load(std::memory_order_acquire); };
  if (applied() >= lsn) return call(Status());
  trainer->applied_waiters().add(lsn, std::move(call));
  trainer->applied_waiters().reach(applied());
  trainer->wake();
}

// Appender thread, in log order: may this id be remembered?
Result<std::optional<Appended>> ServedModel::Parts::admit(const AppendRequest& request, Lsn next) noexcept {
  if (request.kind != EventKind::remember || request.rider == nullptr) return std::optional<Appended>();
  auto& rider = *static_cast<Rider*>(request.rider.get());
  uint64_t first_request = 0;
  Appended first;
  first.duplicate = true;
  std::vector<float> told;
  const Lsn applied = model->clock().applied.load(std::memory_order_acquire);
  if (auto flying = in_flight.find(rider.id, applied)) {
    first.lsn = flying->lsn;
    first_request = flying->request;
    told = std::move(flying->prediction);
  } else {
    PendingTable::Found found = trainer->fold().pending().find(rider.id);
    if (found.state == PendingTable::State::unknown) {
      in_flight.add(rider.id, {next, rider.request, rider.prediction}, applied);
      return std::optional<Appended>();
    }
    if (found.state != PendingTable::State::waiting)
      return Status(Code::conflict, "remember: the id was used before and its label has come or its time is over; use "
                                    "another id");
    first.lsn = found.lsn;
    first_request = found.request;
    told = std::move(found.served);
  }
  if (first_request != rider.request)
    return Status(Code::conflict, "remember: the id is in use for another request; use another id");
  rider.prediction = std::move(told);
  return std::optional<Appended>(first);
}

Status ServedModel::train(TrainCall call, TrainCallback done) noexcept {
  FRESHET_TRY(parts_->refusal());
  FRESHET_TRY(check_examples(call.block));
  PayloadBuilder body;
  FRESHET_TRY(encode(call.block, body));
  if (!call.request_id.empty()) body.text(Tag::request_id, call.request_id);
  if (!call.client.empty()) body.text(Tag::client, call.client);
  if (call.dedup) body.dedup(*call.dedup);
  if (!call.source.empty())
    body.source({call.source, call.partition, call.first_offset, call.last_offset});
  FRESHET_TRY(check_size(body));
  auto rider = std::make_shared<Rider>();
  rider->block = std::move(call.block);
  const std::size_t decisions = rider->block.decisions().size();
  const auto examples = decisions != 0 ? static_cast<uint32_t>(decisions) : rider->block.size();
  if (call.ack != Ack::queued) rider->train = std::move(done);
  FRESHET_TRY(parts_->submit(EventKind::example, body, examples, call.ack, rider));
  if (call.ack == Ack::queued) done(TrainResult{});
  return {};
}

Status ServedModel::remember(RememberCall call, RememberCallback done) noexcept {
  FRESHET_TRY(parts_->refusal());
  if (call.id.empty() || call.id.size() > kMaxId)
    return {Code::invalid_argument, "remember: an id has 1 to 64 bytes"};
  const auto decisions = call.block.decisions();
  if (decisions.empty() ? call.block.size() != 1 : decisions.size() != 1)
    return {Code::invalid_argument, "remember: one example for each id; send several calls"};
  if (!decisions.empty() &&
      (decisions[0].chosen < 0 || call.prediction.size() != decisions[0].count))
    return {Code::invalid_argument,
            "remember: a decision needs the action served and a probability for each"};
  if (call.is_deferred && decisions.empty())
    return {Code::invalid_argument, "remember: only a decision can be deferred"};
  PayloadBuilder body;
  FRESHET_TRY(encode(call.block, body));
  auto rider = std::make_shared<Rider>();
  rider->request = request_hash(call.block, parts_->model->schema());
  body.text(Tag::request_id, call.id);
  if (decisions.empty())
    body.prediction({call.prediction, -1, 1});
  else
    body.prediction(
        {call.prediction, decisions[0].chosen, decisions[0].probability, call.is_deferred});
  FRESHET_TRY(check_size(body));
  rider->block = std::move(call.block);
  rider->id = std::move(call.id);
  rider->prediction = std::move(call.prediction);
  rider->remember = std::move(done);
  return parts_->submit(EventKind::remember, body, 1, Ack::applied, rider);
}

// An event of rows that name remembered predictions by their ids.
Status ServedModel::Parts::tell(EventKind kind, ExampleBlock rows, Ack ack, std::string_view client,
                                FeedbackCallback done) noexcept {
  FRESHET_TRY(refusal());
  FRESHET_TRY(check_examples(rows));
  for (uint32_t k = 0; k < rows.size(); ++k)
    if (const auto id = rows.id(k); id.empty() || id.size() > kMaxId)
      return Status(Code::invalid_argument, "feedback: an id has 1 to 64 bytes", k);
  PayloadBuilder body;
  FRESHET_TRY(encode(rows, body));
  if (!client.empty()) body.text(Tag::client, client);
  FRESHET_TRY(check_size(body));
  auto rider = std::make_shared<Rider>();
  rider->block = std::move(rows);
  const uint32_t count = rider->block.size();
  if (ack != Ack::queued) rider->feedback = std::move(done);
  FRESHET_TRY(submit(kind, body, count, ack, rider));
  if (ack != Ack::queued) return {};
  FeedbackResult answer;
  answer.results.assign(count, LabelStatus::pending);
  done(std::move(answer));
  return {};
}

Status ServedModel::feedback(FeedbackCall call, FeedbackCallback done) noexcept {
  return parts_->tell(EventKind::label, std::move(call.labels), call.ack, call.client,
                      std::move(done));
}

Status ServedModel::activate(ActivateCall call, FeedbackCallback done) noexcept {
  return parts_->tell(EventKind::activate, std::move(call.ids), call.ack, call.client,
                      std::move(done));
}

Status ServedModel::reset(TrainCallback done) noexcept {
  FRESHET_TRY(parts_->refusal());
  auto rider = std::make_shared<Rider>();
  rider->train = std::move(done);
  PayloadBuilder body;
  return parts_->submit(EventKind::reset, body, 0, Ack::applied, rider);
}

// ---- running

std::shared_ptr<const Scores> ServedModel::scores() const noexcept { return parts_->trainer->scores(); }

ServedModelStatus ServedModel::status() const noexcept {
  const Parts& parts = *parts_;
  const ModelClock& clock = parts.model->clock();
  const TrainerGauges& gauges = parts.trainer->gauges();
  const PendingTable& pending = parts.trainer->fold().pending();
  ServedModelStatus status;
  status.state = parts.trainer->state(&status.reason, &status.since_us);
  status.published = clock.published;
  status.applied = clock.applied;
  status.durable = parts.appender->durable();
  status.appended = parts.appender->end();
  status.checkpoint = gauges.checkpoint;
  status.staleness_us = parts.model->read().staleness_us();
  status.events = gauges.events;
  status.examples = gauges.examples;
  status.skipped = gauges.skipped;
  status.learned_now = gauges.learned;
  status.queued_bytes = parts.appender->backlog_bytes();
  status.pending = pending.waiting();
  status.expired = pending.expired();
  status.evicted = pending.evicted();
  status.publications = clock.publications;
  status.publications_skipped = clock.skipped;
  status.publish_cost_ns = clock.publish_cost_ns;
  status.log_bytes = parts.appender->log().bytes();
  status.checkpoint_us = gauges.checkpoint_us;
  status.checkpoint_bytes = gauges.checkpoint_bytes;
  status.checkpoint_cost_us = gauges.checkpoint_cost_us;
  status.log = parts.appender->stats();
  return status;
}

void ServedModel::pause() noexcept { parts_->trainer->pause(); }
void ServedModel::resume() noexcept { parts_->trainer->resume(); }
void ServedModel::checkpoint(CheckpointCallback done) noexcept { parts_->trainer->checkpoint(std::move(done)); }
std::optional<uint64_t> ServedModel::source_mark(std::string_view name, uint32_t partition) noexcept {
  return parts_->appender->source_mark(name, partition);
}
const std::vector<std::string>& ServedModel::remarks() const noexcept { return parts_->remarks; }
const std::string& ServedModel::spec() const noexcept { return parts_->options.spec; }
uint64_t ServedModel::token() const noexcept { return parts_->appender->log().token(); }
Appender& ServedModel::appender() noexcept { return *parts_->appender; }

// Everything admitted is appended and learned, or time is over.
Status ServedModel::Parts::wait_until_applied(int64_t until_ns) noexcept {
  struct Wait {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_done = false;
  };
  while (admitted.load(std::memory_order_relaxed) != answered.load(std::memory_order_relaxed) ||
         model->clock().applied.load(std::memory_order_acquire) < appender->end()) {
    if (trainer->state(nullptr, nullptr) == TrainerState::stopped)
      return {Code::unavailable, "drain: the trainer has stopped; what is left is learned at the next start"};
    const int64_t left_ns = until_ns - steady_ns();
    if (left_ns <= 0) return {Code::deadline, "drain: time is over; what is left is learned at the next start"};
    auto wait = std::make_shared<Wait>();
    when_applied(appender->end(), [wait](const Status&) noexcept {
      const std::lock_guard lock(wait->mutex);
      wait->is_done = true;
      wait->changed.notify_all();
    });
    // Looks again soon: what is still queued has no LSN to wait for.
    std::unique_lock lock(wait->mutex);
    wait->changed.wait_for(lock, std::chrono::nanoseconds(std::min<int64_t>(left_ns, 20'000'000)),
                           [&] { return wait->is_done; });
    if (wait->is_done && admitted.load(std::memory_order_relaxed) != answered.load(std::memory_order_relaxed)) {
      wait->is_done = false;
      wait->changed.wait_for(lock, std::chrono::milliseconds(1));
    }
  }
  return {};
}

Status ServedModel::drain(int64_t timeout_us) noexcept {
  Parts& parts = *parts_;
  parts.is_draining.store(true, std::memory_order_release);
  parts.trainer->resume();
  const int64_t until_ns = steady_ns() + timeout_us * 1000;
  Status learned = parts.wait_until_applied(until_ns);
  Status written;
  if (learned.ok()) {
    struct Wait {
      std::mutex mutex;
      std::condition_variable changed;
      std::optional<Status> status;
    };
    auto wait = std::make_shared<Wait>();
    parts.trainer->checkpoint([wait](CheckpointResult&& result) noexcept {
      const std::lock_guard lock(wait->mutex);
      wait->status = std::move(result.status);
      wait->changed.notify_all();
    });
    std::unique_lock lock(wait->mutex);
    wait->changed.wait(lock, [&] { return wait->status.has_value(); });
    written = *std::move(wait->status);
  }
  Status closed = parts.appender->close();
  parts.trainer->stop();
  if (!learned.ok()) return learned;
  if (!written.ok()) return written;
  return closed;
}

}  // namespace freshet
