#include "freshet/runtime/replay.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "freshet/base/failure.h"
#include "freshet/core/model_file.h"
#include "freshet/log/file.h"
#include "freshet/log/local/local_log.h"
#include "freshet/runtime/checkpoint_store.h"
#include "freshet/runtime/recover.h"

namespace freshet {

namespace {

class OwnStudent final : public Student {
 public:
  OwnStudent(std::unique_ptr<Learner> learner, std::unique_ptr<Schema> schema) noexcept
      : learner_(std::move(learner)), schema_(std::move(schema)) {}
  Learner& learner() noexcept override { return *learner_; }
  Schema& schema() noexcept override { return *schema_; }
  Status replace(std::unique_ptr<Learner> fresh) noexcept override {
    learner_ = std::move(fresh);
    return {};
  }

 private:
  std::unique_ptr<Learner> learner_;
  std::unique_ptr<Schema> schema_;
};

/// One pass over the log.
class Replay {
 public:
  Replay(const ReplayOptions& options, Recovered start) noexcept
      : options_(options),
        fold_(std::move(start.fold)),
        student_(std::move(start.learner), std::move(start.schema)) {}

  Status run(LocalLog& log) noexcept {
    if (options_.verifies) FRESHET_TRY(find_notes(log));
    FRESHET_TRY(verify());
    Status read = log.read(fold_->counts().lsn + 1, this, [](void* self, const Event& event) noexcept {
      return static_cast<Replay*>(self)->take(event);
    });
    if (!failed_.ok()) return std::move(failed_);
    return read;
  }

  Status finish(Replayed& into) noexcept {
    FRESHET_TRY_ASSIGN(into.bytes, file());
    FRESHET_TRY_ASSIGN(const ModelFileReader reader, ModelFileReader::open(into.bytes));
    into.state_crc = state_crc(reader);
    into.counts = fold_->counts();
    into.verified = verified_;
    into.skipped_notes = skipped_notes_;
    return {};
  }

 private:
  // A checkpoint's record comes after the events it holds: all notes are known before the fold begins.
  Status find_notes(LocalLog& log) noexcept {
    Status read = log.read(fold_->counts().lsn + 1, this, [](void* self, const Event& event) noexcept {
      auto& replay = *static_cast<Replay*>(self);
      if (event.kind != EventKind::checkpoint) return true;
      auto payload = Payload::parse(event.body);
      auto note = payload.ok() ? parse_note(payload->text(Tag::json)) : Result<CheckpointNote>(std::move(payload).status());
      if (!note.ok()) {
        replay.failed_ = std::move(note).status();
        return false;
      }
      if (note->build == build_name() && note->cpu == cpu_name()) replay.notes_[note->lsn] = *std::move(note);
      else ++replay.skipped_notes_;
      return true;
    });
    if (!failed_.ok()) return std::move(failed_);
    return read;
  }

  bool take(const Event& event) noexcept {
    if (event.lsn > options_.to) return false;
    failed_ = fold_->apply(event, nullptr, student_, nullptr, nullptr);
    if (!failed_.ok()) return false;
    if (options_.progress && (event.lsn & 4095) == 0) options_.progress(event.lsn);
    failed_ = verify();
    return failed_.ok();
  }

  Status verify() noexcept {
    const auto note = notes_.find(fold_->counts().lsn);
    if (note == notes_.end()) return {};
    FRESHET_TRY_ASSIGN(const std::vector<std::byte> bytes, file());
    FRESHET_TRY_ASSIGN(const ModelFileReader reader, ModelFileReader::open(bytes));
    if (state_crc(reader) != note->second.crc)
      return failure(Code::corrupt, "replay: the checkpoint at " + std::to_string(note->first) +
                                        " has another state than its log gives: crc " +
                                        std::to_string(note->second.crc) + " against " +
                                        std::to_string(state_crc(reader)));
    ++verified_;
    return {};
  }

  Result<std::vector<std::byte>> file() noexcept {
    ModelFileWriter writer;
    FRESHET_TRY(fold_->save(writer, student_.schema()));
    writer.keys["freshet.build"] = build_name();
    writer.keys["freshet.cpu"] = cpu_name();
    FRESHET_TRY(writer.add_learner(student_.learner()));
    return writer.finish();
  }

  const ReplayOptions& options_;
  std::unique_ptr<Fold> fold_;
  OwnStudent student_;
  std::map<Lsn, CheckpointNote> notes_;
  Status failed_;
  uint32_t verified_ = 0, skipped_notes_ = 0;
};

// The checkpoint to begin at, at most. Where retention has removed the log's first segments, the oldest checkpoint that
// reaches the rest stands for them.
Result<Lsn> beginning(const ReplayOptions& options, const CheckpointStore& store) noexcept {
  if (options.from != 0) return options.from;
  auto names = list_folder(options.folder + "/log");
  if (!names.ok() || names->empty()) return Lsn{0};  // opening the log says what is wrong
  const Lsn first = std::strtoull(names->front().c_str(), nullptr, 10);
  if (first <= 1) return Lsn{0};
  FRESHET_TRY_ASSIGN(const std::vector<Lsn> lsns, store.list());
  const auto reaches = std::lower_bound(lsns.begin(), lsns.end(), first - 1);
  return reaches == lsns.end() ? Lsn{0} : *reaches;
}

}  // namespace

Result<Replayed> replay(const ReplayOptions& options, const Registry& registry) noexcept {
  const CheckpointStore store(options.folder + "/slots/champion");
  FRESHET_TRY_ASSIGN(const Lsn from, beginning(options, store));
  FRESHET_TRY_ASSIGN(Recovered start, recover(store, options, registry, from));
  FRESHET_TRY_ASSIGN(auto log, LocalLog::open_read_only(options.folder, start.checkpoint));
  Replayed replayed;
  replayed.from = start.checkpoint;
  if (log->end() == 0)
    return failure(Code::not_found, "replay: no log in " + options.folder + "/log; name the model's folder");
  Replay pass(options, std::move(start));
  FRESHET_TRY(pass.run(*log));
  FRESHET_TRY(pass.finish(replayed));
  return replayed;
}

}  // namespace freshet
