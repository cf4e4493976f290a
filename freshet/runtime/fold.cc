#include "freshet/runtime/fold.h"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>
#include <variant>

#include "freshet/base/bits.h"
#include "freshet/base/coding.h"
#include "freshet/base/crc32c.h"
#include "freshet/base/failure.h"
#include "freshet/base/math.h"
#include "freshet/core/label_map.h"
#include "freshet/core/spec.h"
#include "freshet/format/blocks.h"
#include "freshet/runtime/notice.h"
#include "freshet/runtime/request_hash.h"

namespace freshet {

namespace {

constexpr float kNoLoss = std::numeric_limits<float>::quiet_NaN();
constexpr ChunkTag kPendingTag{{'P', 'E', 'N', 'D'}};
constexpr std::string_view kScores = "evaluation";  // prefix of its tensors. Written to files.
constexpr uint32_t kScoresFormat = 1;

bool is_binary(const Learner& learner) noexcept { return (learner.traits() & kBinary) != 0; }

// What a label, or an activation, is told that comes for such an id; of one that waits: when it has done its work.
LabelStatus status_of(PendingTable::State state) noexcept {
  switch (state) {
    case PendingTable::State::unknown:
      return LabelStatus::unknown_id;
    case PendingTable::State::joined:
      return LabelStatus::duplicate;
    case PendingTable::State::dropped:
      return LabelStatus::expired;
    case PendingTable::State::waiting:
      break;
  }
  return LabelStatus::applied;
}

Status at_event(const Event& event, Status why) noexcept {
  return failure(why.code(), "fold: event " + std::to_string(event.lsn) + ": " + std::string(why.text()), why.at());
}

}  // namespace

Result<std::unique_ptr<Fold>> Fold::make(FoldOptions options, Label label, const Registry& registry) noexcept {
  FRESHET_TRY_ASSIGN(auto evaluation, Evaluation::make(label, options.evaluation, registry));
  return std::unique_ptr<Fold>(new Fold(std::move(options), registry, std::move(evaluation)));
}

void FoldResult::clear() noexcept {
  accepted = skipped = outputs = 0;
  first_skip = Status();
  predictions.clear();
  loss.clear();
  labels.clear();
}

float loss_of(const Learner& learner, std::span<const float> truth, std::span<const float> predicted) noexcept {
  if (truth.empty() || predicted.empty()) return kNoLoss;
  switch (learner.label()) {
    case Label::number: return (truth[0] - predicted[0]) * (truth[0] - predicted[0]);
    case Label::numbers: {
      float sum = 0;
      for (std::size_t k = 0; k < std::min(truth.size(), predicted.size()); ++k)
        sum += (truth[k] - predicted[k]) * (truth[k] - predicted[k]);
      return sum;
    }
    case Label::one_class: {
      constexpr double kLeast = 1e-15;
      const auto seen = static_cast<std::size_t>(truth[0]);
      double p = seen < predicted.size() ? static_cast<double>(predicted[seen]) : 0.0;
      if (is_binary(learner)) p = seen == 1 ? static_cast<double>(predicted[0]) : 1.0 - static_cast<double>(predicted[0]);
      return static_cast<float>(-math_log(std::clamp(p, kLeast, 1 - kLeast)));
    }
    default: return kNoLoss;
  }
}

Status Fold::apply(const Event& event, ExampleBlock* block, Student& student, FoldResult* result,
                   TrainerObserver* observer) noexcept {
  if (event.lsn != counts_.lsn + 1)
    return failure(Code::conflict, "fold: event " + std::to_string(event.lsn) + " comes after " +
                                       std::to_string(counts_.lsn) + "; the log has a gap");
  FRESHET_TRY(check_kind(event));
  auto payload = Payload::parse(event.body);
  if (!payload.ok()) return at_event(event, std::move(payload).status());
  if (block == nullptr && payload->has(Tag::examples)) {
    auto taken = BlockCodec::decode(payload->section(Tag::examples), decoded_);
    if (!taken.ok()) return at_event(event, std::move(taken).status());
    block = &decoded_;
  }
  const bool needs_block = event.kind == EventKind::example || event.kind == EventKind::remember ||
                           event.kind == EventKind::label || event.kind == EventKind::activate;
  if (needs_block && block == nullptr)
    return at_event(event, Status(Code::corrupt, "it has no examples; restore the log from a copy"));

  learn_silence(event, student, observer);
  pending_.advance(event.time_us);
  switch (event.kind) {
    case EventKind::example: FRESHET_TRY(learn_block(event, *block, student, result, observer)); break;
    case EventKind::remember: FRESHET_TRY(remember(event, *payload, *block, student)); break;
    case EventKind::label: FRESHET_TRY(join(event, *block, student, result, observer)); break;
    case EventKind::activate:
      activate(event, *block, student, result, observer);
      break;
    case EventKind::reset: {
      auto fresh = make_learner(options_.spec, registry_, options_.seed);
      if (!fresh.ok()) return at_event(event, std::move(fresh).status());
      FRESHET_TRY(student.replace(*std::move(fresh)));
      FRESHET_TRY(evaluation_->reset());
      break;
    }
    default: break;  // ticks, checkpoints, flushes: time passes
  }
  counts_.lsn = event.lsn;
  counts_.time_us = event.time_us;
  if (event.kind != EventKind::tick && event.kind != EventKind::checkpoint) ++counts_.events;
  if (result != nullptr) result->outputs = student.learner().outputs();
  return {};
}

void Fold::skip(const Event& event, Status why, uint32_t place, FoldResult* result,
                TrainerObserver* observer) noexcept {
  ++counts_.skipped;
  if (observer != nullptr) observer->skipped(event.lsn, why);
  if (result == nullptr) return;
  if (result->skipped++ == 0) result->first_skip = failure(why.code(), why.text(), place);
}

// New classes may have come: metrics of one class look for the right one.
void Fold::named(const Schema& schema) noexcept {
  if (schema.class_count() == classes_) return;
  classes_ = schema.class_count();
  evaluation_->set_positive(positive_class(schema));
}

Status Fold::learn_block(const Event& event, ExampleBlock& block, Student& student, FoldResult* result,
                         TrainerObserver* observer) noexcept {
  Learner& learner = student.learner();
  if (Status named = BlockCodec::resolve(block, student.schema(), is_binary(learner)); !named.ok()) {
    // Names that do not fit the schema: the examples are skipped, here and in every replay.
    for (uint32_t k = 0; k < block.size(); ++k)
      skip(event, failure(named.code(), named.text()), k, result, observer);
    return {};
  }
  named(student.schema());
  if (!block.decisions().empty()) return learn_decisions(event, block, student, result, observer);
  for (uint32_t k = 0; k < block.size(); ++k) {
    Example x = block[k];
    if (x.time_us == 0) x.time_us = event.time_us;
    before_.assign(learner.outputs(), 0);
    Status learned = learner.learn(x, before_);
    const float loss = learned.ok() ? loss_of(learner, x.label, before_) : kNoLoss;
    if (result != nullptr) {
      if (!learned.ok()) std::fill(before_.begin(), before_.end(), kNoLoss);
      result->predictions.insert(result->predictions.end(), before_.begin(), before_.end());
      result->loss.push_back(loss);
    }
    if (!learned.ok()) {
      skip(event, std::move(learned), k, result, observer);
      continue;
    }
    FRESHET_TRY(evaluation_->observe(x, before_));
    ++counts_.examples;
    if (result != nullptr) ++result->accepted;
    if (observer != nullptr) observer->learned({event.lsn, event.time_us, x, before_, loss, counts_.examples, false});
  }
  return {};
}

Status Fold::learn_decisions(const Event& event, const ExampleBlock& block, Student& student,
                             FoldResult* result, TrainerObserver* observer) noexcept {
  uint32_t place = 0;
  for (const ExampleBlock::Choice& choice : block.decisions()) {
    const Decision decision = block.decision(choice, actions_);
    before_.assign(decision.actions.size(), 0);
    Status learned = student.learner().learn_decision(decision, before_);
    float loss = kNoLoss;
    if (learned.ok()) {
      FRESHET_TRY(evaluation_->observe_decision(decision, before_));
      loss = decided(event, decision, before_, false, result, observer);
    } else {
      skip(event, std::move(learned), place, result, observer);
    }
    if (result != nullptr) result->loss.push_back(loss);
    ++place;
  }
  return {};
}

// Counts a decision that was learned and tells about it. Its loss: what it says of the cost by the policy before.
float Fold::decided(const Event& event, const Decision& decision, std::span<const float> before,
                    bool is_late, FoldResult* result, TrainerObserver* observer) noexcept {
  const auto chosen = static_cast<std::size_t>(decision.chosen);
  const float loss =
      chosen < before.size() ? before[chosen] / decision.probability * decision.cost : kNoLoss;
  ++counts_.examples;
  if (result != nullptr) ++result->accepted;
  if (observer != nullptr)
    observer->learned(
        {event.lsn, event.time_us, decision.shared, before, loss, counts_.examples, is_late});
  return loss;
}

// What the model and those beside it think now.
void Fold::ask(const ExampleBlock& block, const Learner& learner, Pending& entry) noexcept {
  if (block.decisions().empty()) {
    entry.own.resize(learner.outputs());
    if (!entry.own.empty()) learner.predict(block[0], entry.own);
    return evaluation_->ask(block[0], entry.asked);
  }
  const Decision decision = block.decision(block.decisions()[0], actions_);
  entry.own.resize(decision.actions.size());
  learner.predict_decision(decision, entry.own);
  evaluation_->ask_decision(decision, entry.asked);
}

// Keeps what the model thinks now: that is what metrics score when the label comes.
Status Fold::remember(const Event& event, const Payload& payload, ExampleBlock& block, Student& student) noexcept {
  const std::string_view id = payload.text(Tag::request_id);
  const auto decisions = block.decisions();
  if (id.empty() || id.size() > kMaxId ||
      (decisions.empty() ? block.size() != 1 : decisions.size() != 1))
    return at_event(event, Status(Code::corrupt, "a remembered prediction has one example and an id of 1 to 64 bytes"));
  if (pending_.find(id).state != PendingTable::State::unknown) return {};  // the first one counts
  Pending entry;
  entry.request = request_hash(block, student.schema());
  Learner& learner = student.learner();
  if (decisions.empty() == (learner.label() == Label::decision))
    return {};  // logged for a model of another kind
  if (Status named = BlockCodec::resolve(block, student.schema(), is_binary(learner)); !named.ok()) return {};
  entry.id = id;
  entry.lsn = event.lsn;
  entry.time_us = event.time_us;
  ask(block, learner, entry);
  if (const auto served = payload.prediction()) {
    entry.served.assign(served->values.begin(), served->values.end());
    entry.is_deferred = served->is_deferred && !decisions.empty();
  }
  FRESHET_TRY(BlockCodec::encode(block, entry.block));
  pending_.add(std::move(entry));
  return {};
}

Status Fold::join(const Event& event, ExampleBlock& labels, Student& student, FoldResult* result,
                  TrainerObserver* observer) noexcept {
  Status fits = BlockCodec::resolve(labels, student.schema(), is_binary(student.learner()));
  named(student.schema());
  for (uint32_t k = 0; k < labels.size(); ++k) {
    float loss = kNoLoss;
    const PendingTable::Found found = pending_.find(labels.id(k));
    LabelStatus status = status_of(found.state);
    if (found.state == PendingTable::State::waiting) {
      if (!fits.ok()) {
        status = LabelStatus::pending;  // it goes on waiting for a label that fits
        skip(event, failure(fits.code(), fits.text()), k, result, observer);
      } else if (found.is_deferred && labels[k].label.size() == 1) {
        status = pending_.keep_cost(labels.id(k), labels[k].label[0]) ? LabelStatus::pending
                                                                      : LabelStatus::duplicate;
      } else {
        loss = learn_late(event, labels[k], pending_.join(labels.id(k)), student, result, observer);
      }
    }
    if (result == nullptr) continue;
    result->labels.push_back(status);
    result->loss.push_back(loss);
  }
  return {};
}

// The remembered prediction is scored, then the remembered features are learned with the label.
float Fold::learn_late(const Event& event, const Example& label, const Pending& pending, Student& student,
                       FoldResult* result, TrainerObserver* observer) noexcept {
  auto taken = BlockCodec::decode(pending.block, remembered_);
  if (!taken.ok()) {
    skip(event, std::move(taken).status(), 0, result, observer);
    return kNoLoss;
  }
  if (!remembered_.decisions().empty())
    return learn_late_cost(event, label, pending, student, result, observer);
  Example x = remembered_[0];
  x.label = label.label;
  x.weight = label.weight;
  x.time_us = label.time_us != 0 ? label.time_us : event.time_us;
  if (Status learned = student.learner().learn(x, {}); !learned.ok()) {
    skip(event, std::move(learned), 0, result, observer);
    return kNoLoss;
  }
  if (Status scored = evaluation_->deliver(x, pending.own, pending.asked); !scored.ok())
    notice(Level::warning, scored.text());
  ++counts_.examples;
  if (result != nullptr) ++result->accepted;
  const float loss = loss_of(student.learner(), x.label, pending.own);
  if (observer != nullptr) observer->learned({event.lsn, event.time_us, x, pending.own, loss, counts_.examples, true});
  return loss;
}

// The cost of a remembered decision: learned with the action served and the probability it was drawn with.
float Fold::learn_late_cost(const Event& event, const Example& label, const Pending& pending,
                            Student& student, FoldResult* result,
                            TrainerObserver* observer) noexcept {
  Decision decision = remembered_.decision(remembered_.decisions()[0], actions_);
  if (label.label.size() != 1) {
    skip(event, Status(Code::invalid_argument, "fold: a decision's label is one number, its cost"),
         0, result, observer);
    return kNoLoss;
  }
  decision.cost = label.label[0];
  if (Status learned = student.learner().learn_decision(decision, {}); !learned.ok()) {
    skip(event, std::move(learned), 0, result, observer);
    return kNoLoss;
  }
  if (Status scored = evaluation_->deliver_decision(decision, pending.own, pending.asked);
      !scored.ok())
    notice(Level::warning, scored.text());
  return decided(event, decision, pending.own, true, result, observer);
}

void Fold::activate(const Event& event, const ExampleBlock& ids, Student& student,
                    FoldResult* result, TrainerObserver* observer) noexcept {
  for (uint32_t k = 0; k < ids.size(); ++k) {
    float loss = kNoLoss;
    const LabelStatus status = activate(event, ids.id(k), student, result, observer, &loss);
    if (result == nullptr) continue;
    result->labels.push_back(status);
    result->loss.push_back(loss);
  }
}

// A deferred decision counts now. The cost that was told before is learned here.
LabelStatus Fold::activate(const Event& event, std::string_view id, Student& student,
                           FoldResult* result, TrainerObserver* observer, float* loss) noexcept {
  const PendingTable::Found found = pending_.find(id);
  if (found.state != PendingTable::State::waiting) return status_of(found.state);
  if (!found.is_deferred) return LabelStatus::duplicate;
  const std::optional<float> cost = pending_.activate(id);
  if (!cost) return LabelStatus::applied;
  const Example label{.label = {&*cost, 1}};
  *loss = learn_late(event, label, pending_.join(id), student, result, observer);
  return LabelStatus::applied;
}

bool Fold::learns_silence(const Learner& learner) const noexcept {
  return options_.silence.after_us != 0 && learner.label() == Label::decision;
}

bool Fold::is_overdue(int64_t now_us, const Learner& learner) const noexcept {
  return learns_silence(learner) ? pending_.has_older(now_us, options_.silence.after_us)
                                 : pending_.has_older(now_us);
}

// Decisions that nobody has told of for so long have cost what silence means, at the time of this event.
void Fold::learn_silence(const Event& event, Student& student, TrainerObserver* observer) noexcept {
  if (!learns_silence(student.learner())) return;
  const Silence& silence = options_.silence;
  const Example label{.label = {&silence.cost, 1}};
  while (const auto due = pending_.take_older(event.time_us -
                                              std::min(silence.after_us, options_.pending.ttl_us)))
    if (!due->is_deferred) (void)learn_late(event, label, *due, student, nullptr, observer);
}

// ---- checkpoints

Status Fold::save(ModelFileWriter& file, const Schema& schema) const noexcept {
  file.set_schema(schema);
  file.keys["log.lsn"] = counts_.lsn;
  file.keys["log.events"] = counts_.events;
  file.keys["log.skipped"] = counts_.skipped;
  file.keys["model.examples"] = counts_.examples;
  file.keys["model.time_us"] = counts_.time_us;
  file.add_chunk(kPendingTag, true, pending_.save());
  return evaluation_->save(*file.writer(std::string(kScores)));
}

Status Fold::load(const ModelFileReader& file) noexcept {
  const auto* chunk = file.chunk(kPendingTag);
  if (chunk == nullptr || file.keys().find("log.lsn") == file.keys().end())
    return {Code::corrupt, "fold: the model file is no checkpoint: it has no log position"};
  FRESHET_TRY(evaluation_->load(*file.reader(std::string(kScores), kScoresFormat)));
  FRESHET_TRY(pending_.load(chunk->payload));
  counts_.lsn = file.number("log.lsn");
  counts_.events = file.number("log.events");
  counts_.skipped = file.number("log.skipped");
  counts_.examples = file.number("model.examples");
  const auto time = file.keys().find("model.time_us");
  const int64_t* time_us = time == file.keys().end() ? nullptr : std::get_if<int64_t>(&time->second);
  counts_.time_us = time_us == nullptr ? 0 : *time_us;
  return {};
}

uint32_t state_crc(const ModelFileReader& file) noexcept {
  uint32_t crc = 0;
  const auto text = [&](std::string_view bytes) { crc = crc32c(std::as_bytes(std::span(bytes.data(), bytes.size())), crc); };
  const auto word = [&](uint64_t x) {
    std::byte bytes[8];
    put_u64(bytes, x);
    crc = crc32c(bytes, crc);
  };
  for (const auto& [key, value] : file.keys()) {
    if (key.starts_with("freshet.") || key == "log.token" || key == "log.id") continue;
    text(key);
    std::visit(
        [&](const auto& held) {
          using T = std::decay_t<decltype(held)>;
          if constexpr (std::is_same_v<T, std::string>) text(held);
          else if constexpr (std::is_same_v<T, double>) word(bit_cast<uint64_t>(held));
          else if constexpr (std::is_arithmetic_v<T>) word(static_cast<uint64_t>(held));
          else crc = crc32c(held, crc);
        },
        value);
  }
  for (const auto& chunk : file.chunks()) {
    const std::string_view tag(chunk.tag.text, 4);
    if (tag == "HEAD" || tag == "END " || tag == "DUPL" || tag == "SERV") continue;
    text(tag);
    word(chunk.crc);
  }
  return crc;
}

}  // namespace freshet
