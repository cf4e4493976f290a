#include <algorithm>
#include <string>
#include <utility>

#include "freshet/base/failure.h"
#include "freshet/log/local/local_log.h"

// Reading the segments while they grow.
namespace freshet {

LocalLog::Cursor::Cursor(LocalLog& log, Lsn from) noexcept
    : log_(&log), next_(std::max<Lsn>(from, 1)) {}
LocalLog::Cursor::~Cursor() = default;
LocalLog::Cursor::Cursor(Cursor&&) noexcept = default;
LocalLog::Cursor& LocalLog::Cursor::operator=(Cursor&&) noexcept = default;

// Opens the segment that has next_ and goes to it.
Status LocalLog::Cursor::open_segment() noexcept {
  Listed found;
  {
    const std::lock_guard lock(log_->files_mutex_);
    const auto after =
        std::ranges::find_if(log_->files_, [&](const Listed& file) { return file.first > next_; });
    if (after == log_->files_.begin()) {
      return failure(Code::not_found,
                     "log: record " + std::to_string(next_) + " is gone; the oldest kept is " +
                         (log_->files_.empty() ? "none" : std::to_string(after->first)));
    }
    found = *(after - 1);
    segment_end_ = after == log_->files_.end() ? 0 : after->first;
  }
  FRESHET_TRY_ASSIGN(SegmentReader reader, SegmentReader::open(found.path));
  for (Lsn lsn = found.first; lsn < next_; lsn++) {
    RecordView record;
    FRESHET_TRY_ASSIGN(const RecordState state, reader.next(lsn, &record));
    if (state != RecordState::valid) {
      return failure(Code::corrupt, "log: " + found.path + ", byte " +
                                        std::to_string(reader.offset()) + ": record " +
                                        std::to_string(lsn) +
                                        " is damaged; restore the file from a copy");
    }
  }
  reader_ = std::make_unique<SegmentReader>(std::move(reader));
  return {};
}

Result<bool> LocalLog::Cursor::next(Event* event) noexcept {
  if (next_ > log_->end()) return false;
  if (reader_ && segment_end_ != 0 && next_ >= segment_end_) reader_.reset();
  const bool opened = reader_ == nullptr;
  if (opened) FRESHET_TRY(open_segment());
  RecordView record;
  FRESHET_TRY_ASSIGN(RecordState state, reader_->next(next_, &record));
  if (state != RecordState::valid &&
      !opened) {  // the log may have gone on to another segment since this one was opened
    FRESHET_TRY(open_segment());
    FRESHET_TRY_ASSIGN(state, reader_->next(next_, &record));
  }
  if (state != RecordState::valid) {
    return failure(Code::corrupt, "log: " + reader_->path() + ", byte " +
                                      std::to_string(reader_->offset()) + ": record " +
                                      std::to_string(next_) +
                                      " is damaged; restore the file from a copy");
  }
  if (record.flags != 0) {
    return failure(Code::unsupported,
                   "log: record " + std::to_string(next_) +
                       " is compressed; read it with the later freshet that wrote it");
  }
  next_++;
  *event = record.event;
  return true;
}

}  // namespace freshet
