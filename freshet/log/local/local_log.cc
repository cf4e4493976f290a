#include "freshet/log/local/local_log.h"

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/random.h>

#include "freshet/base/failure.h"
#include "freshet/log/local/recovery.h"
#include "freshet/log/payload.h"

namespace freshet {
namespace {

constexpr uint64_t kMaxGroupBytes = uint64_t{4} << 20;  // of one pwritev
constexpr std::size_t kMaxGroup = 500;  // records of one pwritev: two slices each, IOV_MAX is 1,024
constexpr std::size_t kCopied =
    1024;  // smaller payloads are copied beside their header: cheaper than a slice

constexpr double kFastBytes = 64e6;  // a second: faster than that, segments are not prepared

int64_t system_now_us() noexcept {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

Status random_bytes(std::span<std::byte> to) {
  if (::getentropy(to.data(), to.size()) == 0) return {};
  return system_failure("log: cannot draw a random salt", "", errno);
}

Status read_only() {
  return {Code::denied, "log: opened for reading only"};
}

}  // namespace

struct LocalLog::Current {
  File file;
  std::string path;
  SegmentHeader header;
  uint32_t seed = 0;
  uint64_t offset = kSegmentHeader;  // appender's
  uint64_t limit = 0;                // where the next segment begins
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  bool sealed = false;  // appender's: cut and synced, nothing more goes in
};

LocalLog::LocalLog() noexcept = default;
LocalLog::~LocalLog() = default;

std::string LocalLog::segment_path(Lsn first) const noexcept {
  char name[32];
  std::snprintf(name, sizeof(name), "%020" PRIu64 ".log", first);
  return folder_ + "/log/" + name;
}

Result<std::unique_ptr<LocalLog>> LocalLog::open(WriterLock lock,
                                                 LocalLogOptions options) noexcept {
  std::unique_ptr<LocalLog> log(new LocalLog());
  log->folder_ = lock.folder();
  log->lock_ = std::move(lock);
  log->now_us_ = options.now_us != nullptr ? options.now_us : system_now_us;
  log->max_segment_bytes_ = options.max_segment_bytes;
  log->next_segment_bytes_ = std::min(options.first_segment_bytes, options.max_segment_bytes);
  FRESHET_TRY(make_folders(log->folder_ + "/log"));
  FRESHET_TRY(log->remove_temporary());
  FRESHET_TRY_ASSIGN(RecoveryPlan plan, plan_recovery(log->folder_, options));
  FRESHET_TRY(log->lock_->raise_above(plan.last_token));
  log->model_id_ = plan.model_id != ModelId{} ? plan.model_id : options.model_id;
  if (log->model_id_ == ModelId{}) FRESHET_TRY(random_bytes(log->model_id_));
  FRESHET_TRY(log->apply(std::move(plan)));
  FRESHET_TRY_ASSIGN(Ready ready, log->make_ready(log->next_segment_bytes_));
  FRESHET_TRY(log->start_segment(std::move(ready)));
  return log;
}

Result<std::unique_ptr<LocalLog>> LocalLog::open_read_only(std::string_view folder,
                                                           Lsn checkpoint) noexcept {
  std::unique_ptr<LocalLog> log(new LocalLog());
  log->folder_ = folder;
  LocalLogOptions options;
  options.checkpoint_lsn = checkpoint;
  FRESHET_TRY_ASSIGN(RecoveryPlan plan, plan_recovery(log->folder_, options));
  log->model_id_ = plan.model_id;
  log->end_ = log->durable_ = plan.next - 1;
  for (const FoundSegment& s : plan.kept)
    log->files_.push_back({s.path, s.first, s.bytes, s.created_us});
  log->recovery_ = std::move(plan.report);
  return log;
}

Status LocalLog::remove_temporary() noexcept {
  FRESHET_TRY_ASSIGN(const auto names, list_folder(folder_ + "/log"));
  for (const std::string& name : names) {
    if (name.ends_with(".tmp")) FRESHET_TRY(remove_file(folder_ + "/log/" + name));
  }
  return {};
}

// Makes the files what the plan says, so that all that is kept survives power loss from here on.
Status LocalLog::apply(RecoveryPlan plan) noexcept {
  for (const FoundSegment& s : plan.dropped)
    FRESHET_TRY(rename_file(s.path, s.path + ".damaged"));
  if (!plan.kept.empty() && plan.length != 0) {
    FoundSegment& last = plan.kept.back();
    FRESHET_TRY(cut(plan, last.path));
    last.bytes = plan.length;
  }
  FRESHET_TRY(sync_folder(folder_ + "/log"));
  for (const FoundSegment& s : plan.kept)
    files_.push_back({s.path, s.first, s.bytes, s.created_us});
  end_ = durable_ = plan.next - 1;
  last_time_us_ = plan.last_time_us;
  recovery_ = std::move(plan.report);
  return {};
}

Status LocalLog::cut(const RecoveryPlan& plan, const std::string& path) noexcept {
  FRESHET_TRY_ASSIGN(const File file, File::open(path, O_RDWR));
  if (plan.keep_cut) {
    std::vector<std::byte> bytes(plan.report.torn_bytes);
    FRESHET_TRY_ASSIGN(const std::size_t got, file.read_at(plan.length, bytes));
    FRESHET_TRY(write_file_atomically(path + "." + std::to_string(plan.length) + ".damaged",
                                      std::span(bytes).first(got)));
  }
  FRESHET_TRY(file.truncate(plan.length));
  return file.sync();
}

std::shared_ptr<LocalLog::Current> LocalLog::current() const noexcept {
  const std::lock_guard lock(files_mutex_);
  return current_;
}

uint64_t LocalLog::token() const noexcept {
  return lock_ ? lock_->token() : 0;
}

Lsn LocalLog::first() const noexcept {
  const std::lock_guard lock(files_mutex_);
  return files_.empty() ? end() + 1 : files_.front().first;
}

uint64_t LocalLog::bytes() const noexcept {
  const std::lock_guard lock(files_mutex_);
  uint64_t sum = 0;
  for (const Listed& file : files_)
    sum += file.bytes;
  return sum;
}

// A failed sync, or a lock that is no longer ours, ends this log: what is on disk can't be known
// any more.
Status LocalLog::fail(const Status& why) noexcept {
  {
    const std::lock_guard lock(files_mutex_);
    if (!failed_.load(std::memory_order_relaxed)) {
      why_ = "log: log_failed: " + std::string(why.text()) +
             "; nothing more is appended until a restart";
    }
  }
  failed_.store(true, std::memory_order_release);
  return refused();
}

Status LocalLog::refused() const noexcept {
  const std::lock_guard lock(files_mutex_);
  return failure(Code::unavailable, why_);
}

Status LocalLog::check_writable() noexcept {
  if (!lock_) return read_only();
  if (failed()) return refused();
  if (closed_.load(std::memory_order_acquire)) return {Code::unavailable, "log: closed"};
  const Status held = lock_->check();
  return held.ok() ? Status() : fail(held);
}

namespace {

// What a client hears of a write that failed: nothing was lost, it may come again.
Status try_again(const Status& why) {
  const char* what = why.code() == Code::exhausted ? "log: disk_full: " : "log: write_failed: ";
  return failure(Code::unavailable, what + std::string(why.text()) + "; tried again every second");
}

}  // namespace

Result<Lsn> LocalLog::append(std::span<Event> events) noexcept {
  std::size_t done = 0;
  FRESHET_TRY(append_some(events, next_time_us(), &done));
  return end();
}

int64_t LocalLog::next_time_us() const noexcept {
  return lock_ ? std::max(last_time_us_, now_us_()) : 0;
}

Status LocalLog::append_some(std::span<Event> events, int64_t time_us, std::size_t* done) noexcept {
  *done = 0;
  FRESHET_TRY(check_writable());
  for (const Event& event : events) {
    if (event.body.size() > kMaxPayload) {
      return {Code::invalid_argument,
              "log: a payload has more than 16 MiB; send fewer examples at once"};
    }
  }
  while (*done < events.size()) {
    const std::shared_ptr<Current> segment = current();
    const auto rest = events.subspan(*done);
    const std::size_t count = fit(*segment, rest);
    if (count == 0) {
      FRESHET_TRY(rotate());
      continue;
    }
    std::size_t written = 0;
    const Status status = write_group(*segment, rest.first(count), time_us, &written);
    *done += written;
    if (!status.ok()) return try_again(status);
  }
  return {};
}

// How many of the events go into one write at the end of the segment; 0: the next segment must
// begin. An empty segment takes a first record of any length.
std::size_t LocalLog::fit(const Current& segment, std::span<const Event> events) const noexcept {
  if (segment.sealed) return 0;
  uint64_t bytes = 0;
  std::size_t count = 0;
  while (count < std::min(events.size(), kMaxGroup)) {
    const uint64_t more = bytes + record_bytes(events[count].body.size());
    const bool first = segment.offset == kSegmentHeader && count == 0;
    if (!first && segment.offset + more > segment.limit) break;
    if (count != 0 && more > kMaxGroupBytes) break;
    bytes = more;
    count++;
  }
  return count;
}

// Numbers the events and fills slices_: headers and small payloads from scratch_, large payloads
// where they lie.
void LocalLog::encode_group(const Current& segment, std::span<Event> events,
                            int64_t time_us) noexcept {
  uint64_t room = 0;
  for (const Event& event : events) {
    room += record_bytes(event.body.size() <= kCopied ? event.body.size() : 0) + 8;
  }
  scratch_.assign(room, std::byte{0});
  slices_.clear();
  const Lsn synced = durable();
  last_time_us_ = std::max(last_time_us_, time_us);
  std::byte* at = scratch_.data();
  std::byte* begin = at;  // of the slice that grows
  Lsn lsn = end();
  for (Event& event : events) {
    event.lsn = ++lsn;
    event.token = segment.header.token;
    event.time_us = last_time_us_;
    encode_record_header(event, synced, segment.seed,
                         std::span<std::byte, kRecordHeader>(at, kRecordHeader));
    at += kRecordHeader;
    const std::size_t size = event.body.size();
    if (size <= kCopied) {
      if (size != 0) std::memcpy(at, event.body.data(), size);
      at += size;
    } else {
      slices_.push_back({begin, static_cast<std::size_t>(at - begin)});
      slices_.push_back({const_cast<std::byte*>(event.body.data()), size});
      begin = at;
    }
    at += record_bytes(size) - kRecordHeader - size;  // zeros
  }
  slices_.push_back({begin, static_cast<std::size_t>(at - begin)});
}

// One write. After a failure the records that are whole in the file count as appended; the rest is
// written again at the same place by whoever comes next.
Status LocalLog::write_group(Current& segment, std::span<Event> events, int64_t time_us,
                             std::size_t* done) noexcept {
  encode_group(segment, events, time_us);
  uint64_t written = 0;
  Status status = segment.file.write_at(segment.offset, slices_, &written);
  while (*done < events.size()) {
    const uint64_t bytes = record_bytes(events[*done].body.size());
    if (bytes > written) break;
    written -= bytes;
    segment.offset += bytes;
    ++*done;
  }
  end_.fetch_add(*done, std::memory_order_release);
  return status;
}

Status LocalLog::seal(Current& segment) noexcept {
  if (segment.sealed) return {};
  const std::lock_guard lock(sync_mutex_);
  if (failed()) return refused();
  if (const Status status = segment.file.truncate(segment.offset); !status.ok())
    return try_again(status);
  if (const Status status = segment.file.sync(); !status.ok()) return fail(status);
  segment.sealed = true;
  durable_.store(end(), std::memory_order_release);
  return {};
}

// The old segment is whole on disk before the new one has its name: a reader never finds a gap
// between the two.
Status LocalLog::rotate() noexcept {
  const std::shared_ptr<Current> old = current();
  FRESHET_TRY(seal(*old));
  Result<Ready> ready = take_ready();
  if (!ready.ok()) return try_again(ready.status());
  return start_segment(*std::move(ready));
}

Result<LocalLog::Ready> LocalLog::make_ready(uint64_t bytes) noexcept {
  static constexpr std::size_t kChunk = std::size_t{256} << 10;
  Ready ready;
  ready.path = folder_ + "/log/next-" + std::to_string(prepared_.fetch_add(1)) + ".tmp";
  Status status = [&]() -> Status {
    FRESHET_TRY_ASSIGN(ready.file, File::open(ready.path, O_RDWR | O_CREAT | O_TRUNC));
    const std::vector<std::byte> zeros(std::min<std::size_t>(kChunk, bytes));
    while (ready.bytes < bytes) {
      const auto part =
          std::span(zeros).first(std::min<std::size_t>(zeros.size(), bytes - ready.bytes));
      FRESHET_TRY(ready.file.write_at(ready.bytes, part));
      ready.bytes += part.size();
    }
    return bytes == 0 ? Status() : ready.file.sync();
  }();
  if (status.ok()) return ready;
  ready.file.close();
  FRESHET_TRY(remove_file(ready.path));
  return status;
}

bool LocalLog::wants_preparing() const noexcept {
  if (!lock_ || failed()) return false;
  const std::shared_ptr<Current> segment = current();
  if (segment->offset < segment->limit / 4) return false;
  // Zeros make single commits cheap. A log that runs this fast commits many records at once, and would wait for them.
  const auto age =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - segment->started).count();
  if (static_cast<double>(segment->offset) > kFastBytes * age) return false;
  const std::lock_guard lock(ready_mutex_);
  return !ready_;
}

Status LocalLog::prepare() noexcept {
  if (!lock_) return read_only();
  {
    const std::lock_guard lock(ready_mutex_);
    if (ready_) return {};
  }
  FRESHET_TRY_ASSIGN(Ready made, make_ready(next_segment_bytes_));
  const std::lock_guard lock(ready_mutex_);
  ready_ = std::move(made);
  return {};
}

Result<LocalLog::Ready> LocalLog::take_ready() noexcept {
  {
    const std::lock_guard lock(ready_mutex_);
    if (ready_) return *std::exchange(ready_, std::nullopt);
  }
  return make_ready(0);  // not prepared in time: this one grows as it is written
}

Status LocalLog::start_segment(Ready ready) noexcept {
  auto next = std::make_shared<Current>();
  next->header = {.first_lsn = end() + 1,
                  .token = lock_->token(),
                  .model_id = model_id_,
                  .created_us = now_us_()};
  std::byte salt[8];
  FRESHET_TRY(random_bytes(salt));
  std::memcpy(&next->header.salt, salt, sizeof(salt));
  next->seed = record_seed(next->header.salt);
  next->path = segment_path(next->header.first_lsn);
  next->limit = std::max(ready.bytes, next_segment_bytes_.load());
  std::array<std::byte, kSegmentHeader> header{};
  encode_segment_header(next->header, header);
  if (const Status status = ready.file.write_at(0, header); !status.ok()) {
    FRESHET_TRY(remove_file(ready.path));
    return try_again(status);
  }
  if (const Status status = ready.file.sync(); !status.ok()) return fail(status);
  if (const Status status = rename_file(ready.path, next->path); !status.ok())
    return try_again(status);
  if (const Status status = sync_folder(folder_ + "/log"); !status.ok()) return fail(status);
  next->file = std::move(ready.file);
  next_segment_bytes_ = std::min(2 * next->limit, max_segment_bytes_);
  const std::lock_guard lock(files_mutex_);
  if (current_) files_.back().bytes = current_->offset;
  if (!files_.empty() && files_.back().first == next->header.first_lsn)
    files_.pop_back();  // it was empty; replaced
  files_.push_back({next->path, next->header.first_lsn, next->limit, next->header.created_us});
  current_ = std::move(next);
  return {};
}

Status LocalLog::sync(Lsn upto) noexcept {
  if (durable() >= upto) return {};
  if (!lock_) return read_only();
  const std::lock_guard lock(sync_mutex_);
  if (failed()) return refused();
  if (durable() >= upto) return {};
  const Lsn covered = end();  // before current(): what a later segment has isn't counted
  const std::shared_ptr<Current> segment = current();
  if (const Status status = segment->file.sync(); !status.ok()) return fail(status);
  if (const Status status = lock_->check(); !status.ok()) return fail(status);
  durable_.store(std::max(durable(), covered), std::memory_order_release);
  return {};
}

Status LocalLog::close() noexcept {
  if (!lock_ || closed_.exchange(true)) return {};
  {
    const std::lock_guard lock(ready_mutex_);
    if (ready_) FRESHET_TRY(remove_file(ready_->path));
    ready_.reset();
  }
  if (failed()) return refused();
  return seal(*current());
}

Status LocalLog::trim(Lsn below) noexcept {
  if (!lock_) return read_only();
  for (;;) {
    std::string path;
    {
      const std::lock_guard lock(files_mutex_);
      if (files_.size() < 2 || files_[1].first > below) break;
      path = files_.front().path;
      files_.erase(files_.begin());
    }
    FRESHET_TRY(remove_file(path));
  }
  return {};
}

Result<uint32_t> LocalLog::retain(const Retention& keep) noexcept {
  if (!lock_) return read_only();
  Lsn below = 0;
  uint32_t count = 0;
  {
    const std::lock_guard lock(files_mutex_);
    uint64_t total = 0;
    for (const Listed& file : files_)
      total += file.bytes;
    const int64_t oldest = keep.max_age_us == 0 ? INT64_MIN : now_us_() - keep.max_age_us;
    for (std::size_t i = 0; i + 1 < files_.size(); i++) {
      const Lsn next = files_[i + 1].first;
      const bool too_much = total > keep.max_bytes || files_[i + 1].created_us < oldest;
      if (next > keep.newest_checkpoint + 1) break;
      if (next > keep.oldest_checkpoint + 1 && !too_much) break;
      total -= files_[i].bytes;
      below = next;
      count++;
    }
  }
  FRESHET_TRY(trim(below));
  return count;
}

Status LocalLog::read(Lsn from, void* self,
                      bool (*each)(void* self, const Event&) noexcept) noexcept {
  Cursor cursor(*this, from);
  for (;;) {
    Event event{};
    FRESHET_TRY_ASSIGN(const bool found, cursor.next(&event));
    if (!found || !each(self, event)) return {};
  }
}

}  // namespace freshet
