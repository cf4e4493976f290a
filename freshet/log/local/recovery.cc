#include "freshet/log/local/recovery.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fcntl.h>

#include "freshet/base/coding.h"
#include "freshet/base/failure.h"
#include "freshet/log/file.h"
#include "freshet/log/local/segment_reader.h"

namespace freshet {
namespace {

constexpr std::size_t kDigits = 20;

// "00000000000000000042.log" is 42; anything else nothing.
std::optional<Lsn> lsn_of(const std::string& name) {
  if (name.size() != kDigits + 4 || name.substr(kDigits) != ".log") return {};
  Lsn lsn = 0;
  for (const char c : std::string_view(name).substr(0, kDigits)) {
    if (c < '0' || c > '9' || lsn > (UINT64_MAX - 9) / 10) return {};
    lsn = lsn * 10 + static_cast<Lsn>(c - '0');
  }
  return lsn == 0 ? std::nullopt : std::optional(lsn);
}

Result<std::vector<FoundSegment>> find_segments(const std::string& folder) {
  std::vector<FoundSegment> found;
  FRESHET_TRY_ASSIGN(const auto names, list_folder(folder));
  for (const std::string& name : names) {
    const auto lsn = lsn_of(name);
    if (!lsn) continue;
    FoundSegment segment{.path = folder + "/" + name, .first = *lsn};
    FRESHET_TRY_ASSIGN(const File file, File::open(segment.path, O_RDONLY));
    FRESHET_TRY_ASSIGN(segment.bytes, file.size());
    std::array<std::byte, kSegmentHeader> header{};
    FRESHET_TRY(file.read_at(0, header));
    const Result<SegmentHeader> decoded =
        decode_segment_header(header);  // a damaged one is told if it is needed
    if (decoded.ok()) segment.created_us = decoded->created_us;
    found.push_back(std::move(segment));
  }
  return found;
}

bool all_zero(std::span<const std::byte> bytes) {
  return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
}

// What is behind the last good record of a file.
struct Rest {
  bool zeros = true;
  bool unclear = false;  // too much of it looks like records to look at all
  Lsn synced = 0;        // the largest synced_lsn of a valid record in it
  uint64_t bytes = 0;    // up to the last byte that isn't zero
};

// Looks for records at every 8-byte step. A client may have sent bytes that look like the beginning
// of one, but not with the right CRC, which the salt seeds; the work spent on such CRCs is limited
// to 64 times the bytes (and 4 GiB).
Result<Rest> look_behind(const SegmentReader& reader, Lsn expected) {
  Rest rest;
  FRESHET_TRY_ASSIGN(const uint64_t size, reader.file().size());
  if (size <= reader.offset()) return rest;
  std::vector<std::byte> bytes(size - reader.offset());
  FRESHET_TRY_ASSIGN(const std::size_t got, reader.file().read_at(reader.offset(), bytes));
  bytes.resize(got);
  if (all_zero(bytes)) return rest;
  rest.zeros = false;
  while (bytes.back() == std::byte{0})
    bytes.pop_back();
  rest.bytes = bytes.size();
  bytes.resize((bytes.size() + 7) &
               ~std::size_t{7});  // a last record's padding was among the zeros
  const Lsn last = expected + got / kRecordHeader;
  uint64_t work = std::min<uint64_t>(uint64_t{64} * got + (uint64_t{1} << 20), uint64_t{4} << 30);
  for (std::size_t at = 0; at + kRecordHeader <= bytes.size(); at += 8) {
    const Lsn lsn = get_u64(bytes.data() + at + 8);
    if (lsn < expected || lsn > last) continue;
    const auto from = std::span<const std::byte>(bytes).subspan(at);
    const uint64_t cost = record_bytes(get_u32(from.data()));
    if (cost > from.size()) continue;
    RecordView record;
    if (parse_record(from, reader.header(), reader.seed(), 0, &record) == RecordState::valid) {
      rest.synced = std::max(rest.synced, record.synced);
    } else if (get_u64(from.data() + 16) == reader.header().token) {
      if (cost > work) {
        rest.unclear = true;
        break;
      }
      work -= cost;
    }
  }
  return rest;
}

std::string number(uint64_t n) {
  return std::to_string(n);
}

class Planner {
 public:
  explicit Planner(const LocalLogOptions& options) : options_(options) {
    plan_.report.synced = std::max(options.synced_lsn, options.checkpoint_lsn);
    plan_.next = options.checkpoint_lsn + 1;
    plan_.last_token = options.checkpoint_token;
  }

  Result<RecoveryPlan> run(std::vector<FoundSegment> found) {
    if (found.empty()) return std::move(plan_);
    std::size_t at = 0;  // the segment that has the record after the checkpoint
    while (at + 1 < found.size() && found[at + 1].first <= plan_.next)
      at++;
    if (found[at].first > plan_.next) {
      return failure(Code::corrupt,
                     "log: records " + number(plan_.next) + " to " + number(found[at].first - 1) +
                         " are missing: the first segment is " + found[at].path +
                         "; put back the older segments, or a checkpoint at or above that record");
    }
    plan_.kept.assign(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(at));
    plan_.next = found[at].first;
    for (; at < found.size(); at++) {
      const Lsn until = at + 1 < found.size() ? found[at + 1].first : 0;
      FRESHET_TRY_ASSIGN(const bool go_on, segment(found[at], until));
      if (go_on) continue;
      plan_.dropped.insert(plan_.dropped.end(), found.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                           found.end());
      for (const FoundSegment& gone : plan_.dropped) {
        plan_.report.remarks.push_back("log: dropped " + gone.path +
                                       ", which comes after the damage");
      }
      break;
    }
    plan_.report.first = plan_.kept.empty() ? 0 : plan_.kept.front().first;
    plan_.report.last = plan_.next - 1;
    if (plan_.report.first > plan_.report.last) plan_.report.first = plan_.report.last = 0;
    plan_.next = std::max(plan_.next,
                          options_.checkpoint_lsn + 1);  // repair: what the checkpoint holds stays
    return std::move(plan_);
  }

 private:
  // Reads one segment; `until`: the first LSN of the next one, 0 for the last. False: repair ends
  // the log here.
  Result<bool> segment(const FoundSegment& found, Lsn until) {
    Result<SegmentReader> opened = SegmentReader::open(found.path);
    if (!opened.ok() && opened.status().code() != Code::corrupt) return std::move(opened).status();
    if (!opened.ok()) return without_header(found, opened.status().text());
    SegmentReader& reader = *opened;
    FRESHET_TRY(check_header(reader, found));
    FRESHET_TRY(records(reader, until));
    plan_.kept.push_back(found);
    plan_.length = reader.offset();
    if (until != 0 && plan_.next == until) return left_out(reader, found.path, until);
    FRESHET_TRY_ASSIGN(const Rest rest, look_behind(reader, plan_.next));
    plan_.report.synced = std::max(plan_.report.synced, rest.synced);
    const bool lost = until != 0 || rest.unclear || plan_.next <= plan_.report.synced;
    if (lost) return damaged(reader, rest, until);
    if (!rest.zeros) {
      plan_.report.torn_bytes = rest.bytes;
      plan_.report.remarks.push_back("log: " + found.path + ": cut " + number(rest.bytes) +
                                     " bytes of a torn write after record " +
                                     number(plan_.next - 1) +
                                     "; nothing of it was acknowledged as durable");
    }
    return true;
  }

  Status check_header(const SegmentReader& reader, const FoundSegment& found) {
    const SegmentHeader& header = reader.header();
    if (header.first_lsn != found.first) {
      return failure(Code::corrupt, "log: " + found.path + " begins with record " +
                                        number(header.first_lsn) +
                                        ", not as its name says; give it back its name");
    }
    if (header.token < plan_.last_token) {
      return failure(Code::corrupt,
                     "log: " + found.path + " was written under lease " + number(header.token) +
                         " after lease " + number(plan_.last_token) +
                         " had begun: by a writer that had lost its lock; move that file away");
    }
    const ModelId zero{};
    const ModelId& wanted = plan_.model_id != zero ? plan_.model_id : options_.model_id;
    if (wanted != zero && wanted != header.model_id) {
      return failure(Code::corrupt,
                     "log: " + found.path + " belongs to another model; move that file away");
    }
    plan_.model_id = header.model_id;
    plan_.last_token = header.token;
    return {};
  }

  Status records(SegmentReader& reader, Lsn until) {
    while (until == 0 || plan_.next < until) {
      RecordView record;
      FRESHET_TRY_ASSIGN(const RecordState state, reader.next(plan_.next, &record));
      if (state != RecordState::valid) return {};
      plan_.next++;
      plan_.report.records++;
      plan_.report.synced = std::max(plan_.report.synced, record.synced);
      plan_.last_time_us = record.event.time_us;
      if (options_.each && record.event.lsn > options_.checkpoint_lsn) options_.each(record.event);
    }
    return {};
  }

  // A whole segment may be followed by records of a writer that had lost its lock. They count for
  // nothing.
  Result<bool> left_out(SegmentReader& reader, const std::string& path, Lsn until) {
    uint64_t count = 0;
    for (Lsn lsn = until;; lsn++, count++) {
      RecordView record;
      FRESHET_TRY_ASSIGN(const RecordState state, reader.next(lsn, &record));
      if (state != RecordState::valid) break;
    }
    if (count != 0) {
      plan_.report.remarks.push_back("log: " + path + ": left out " + number(count) +
                                     " records from " + number(until) +
                                     " on, written by a holder of lease " +
                                     number(reader.header().token) + " after it had lost the lock");
    }
    return true;
  }

  Result<bool> damaged(const SegmentReader& reader, const Rest& rest, Lsn until) {
    const std::string place = "log: " + reader.path() + ", byte " + number(reader.offset());
    const std::string what = rest.zeros ? "record " + number(plan_.next) + " is missing"
                                        : "record " + number(plan_.next) + " is damaged";
    std::string known = "more records follow";
    if (rest.unclear) known = "too much of what follows looks like records to tell what is lost";
    if (plan_.next <= plan_.report.synced) {
      known = "records up to " + number(plan_.report.synced) + " were acknowledged as durable";
    }
    if (!options_.repair) {
      return failure(
          Code::corrupt,
          place + ": " + what + ", but " + known +
              "; restore the file from a copy, or start with --repair, which drops record " +
              number(plan_.next) + " and all after it");
    }
    const Lsn last = std::max(plan_.report.synced, until == 0 ? 0 : until - 1);
    plan_.report.remarks.push_back(place + ": " + what +
                                   "; repair dropped it and all after it (at least up to " +
                                   number(std::max(last, plan_.next)) + ")");
    plan_.keep_cut = !rest.zeros;
    plan_.report.torn_bytes = rest.bytes;
    return false;
  }

  Result<bool> without_header(const FoundSegment& found, std::string_view why) {
    if (!options_.repair) {
      return failure(Code::corrupt,
                     std::string(why) +
                         "; restore the file from a copy, or start with --repair, which "
                         "drops record " +
                         number(found.first) + " and all after it");
    }
    plan_.report.remarks.push_back(std::string(why) + "; repair dropped record " +
                                   number(found.first) + " and all after it");
    plan_.dropped.push_back(found);
    return false;
  }

  const LocalLogOptions& options_;
  RecoveryPlan plan_;
};

}  // namespace

Result<RecoveryPlan> plan_recovery(const std::string& folder,
                                   const LocalLogOptions& options) noexcept {
  FRESHET_TRY_ASSIGN(std::vector<FoundSegment> found, find_segments(folder + "/log"));
  return Planner(options).run(std::move(found));
}

}  // namespace freshet
