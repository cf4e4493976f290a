#include "freshet/log/local/duplicates.h"

#include <algorithm>
#include <cstring>

#include "freshet/base/bits.h"
#include "freshet/base/coding.h"
#include "freshet/base/failure.h"

namespace freshet {
namespace {

// DUPL: u32 version = 1, u32 zero, u64 ids, u64 sources; ids of 32 bytes, oldest first: 16 bytes
// id, u64 LSN, i64 time; sources: u32 partition, u16 name length, u16 zero, u64 next offset, u64
// LSN, name, zeros to a multiple of 8.
constexpr uint32_t kVersion = 1;
constexpr std::size_t kHeader = 24, kId = 32, kSource = 24;

// Also for times that a damaged checkpoint made up.
bool is_over(int64_t then_us, int64_t now_us) {
  return now_us > then_us && static_cast<uint64_t>(now_us) - static_cast<uint64_t>(then_us) >
                                 static_cast<uint64_t>(Duplicates::kMaxAgeUs);
}

constexpr std::size_t padded(std::size_t bytes) {
  return (bytes + 7) & ~std::size_t{7};
}

Status malformed() {
  return {
      Code::corrupt,
      "log: the table of duplicates (DUPL) in the checkpoint is damaged; use an older checkpoint"};
}

}  // namespace

std::size_t Duplicates::slot_of(const DedupId& id) const noexcept {
  const std::size_t mask = table_.size() - 1;
  std::size_t slot =
      static_cast<std::size_t>(mix64(get_u64(id.data()) ^ get_u64(id.data() + 8))) & mask;
  while (table_[slot] != 0 && ring_[table_[slot] - 1].id != id)
    slot = (slot + 1) & mask;
  return slot;
}

Lsn Duplicates::find(const DedupId& id, int64_t now_us) const noexcept {
  if (count_ == 0) return 0;
  const std::size_t slot = slot_of(id);
  if (table_[slot] == 0) return 0;
  const Entry& entry = ring_[table_[slot] - 1];
  return is_over(entry.time_us, now_us) ? 0 : entry.lsn;
}

void Duplicates::insert(const DedupId& id, Lsn lsn, int64_t time_us) noexcept {
  while (count_ != 0 && is_over(ring(0).time_us, time_us))
    pop_front();
  if (count_ != 0 && table_[slot_of(id)] != 0) return;  // noted before
  if (count_ >= window_) pop_front();
  if (count_ == ring_.size()) grow();
  const std::size_t slot = slot_of(id);
  const std::size_t place = (first_ + count_) & (ring_.size() - 1);
  ring_[place] = {id, lsn, time_us};
  table_[slot] = static_cast<uint32_t>(place + 1);
  count_++;
}

void Duplicates::grow() noexcept {
  std::vector<Entry> wider(std::max<std::size_t>(64, 2 * ring_.size()));
  for (std::size_t k = 0; k < count_; k++)
    wider[k] = ring(k);
  ring_ = std::move(wider);
  first_ = 0;
  table_.assign(2 * ring_.size(), 0);
  for (std::size_t k = 0; k < count_; k++)
    table_[slot_of(ring_[k].id)] = static_cast<uint32_t>(k + 1);
}

// Open addressing without tombstones: whatever a free slot would hide moves back into it.  Source:
// Knuth, vol. 3, 6.4 R.
void Duplicates::erase_slot(std::size_t slot) noexcept {
  const std::size_t mask = table_.size() - 1;
  std::size_t hole = slot;
  for (std::size_t at = (slot + 1) & mask; table_[at] != 0; at = (at + 1) & mask) {
    const DedupId& id = ring_[table_[at] - 1].id;
    const std::size_t home =
        static_cast<std::size_t>(mix64(get_u64(id.data()) ^ get_u64(id.data() + 8))) & mask;
    if (((at - home) & mask) < ((at - hole) & mask)) continue;  // its home lies behind the hole
    table_[hole] = table_[at];
    hole = at;
  }
  table_[hole] = 0;
}

void Duplicates::pop_front() noexcept {
  erase_slot(slot_of(ring(0).id));
  first_ = (first_ + 1) & (ring_.size() - 1);
  count_--;
}

void Duplicates::pop_back() noexcept {
  erase_slot(slot_of(ring(count_ - 1).id));
  count_--;
}

Result<Lsn> Duplicates::find(const SourceRange& range) const noexcept {
  const auto found = sources_.find(std::pair(std::string(range.name), range.partition));
  if (found == sources_.end()) return Lsn{0};
  const std::vector<Mark>& marks = found->second;
  const uint64_t next = marks.back().next;
  if (range.first == next) return Lsn{0};
  if (range.last < next) {
    const auto had =
        std::ranges::find_if(marks, [&](const Mark& mark) { return mark.next > range.last; });
    return had->lsn;
  }
  return failure(Code::conflict, "log: source " + std::string(range.name) + ", partition " +
                                     std::to_string(range.partition) + ": rows " +
                                     std::to_string(range.first) + " to " +
                                     std::to_string(range.last) + " do not follow; send from " +
                                     std::to_string(next) + " on");
}

std::optional<uint64_t> Duplicates::mark(std::string_view name, uint32_t partition) const noexcept {
  const auto found = sources_.find(std::pair(std::string(name), partition));
  if (found == sources_.end()) return {};
  return found->second.back().next;
}

void Duplicates::note(Lsn lsn, int64_t time_us, const Payload& payload) noexcept {
  if (const auto id = payload.dedup()) insert(*id, lsn, time_us);
  if (const auto range = payload.source()) note_source(lsn, *range);
}

void Duplicates::note_source(Lsn lsn, const SourceRange& range) noexcept {
  std::vector<Mark>& marks = sources_[{std::string(range.name), range.partition}];
  if (!marks.empty() && marks.back().lsn >= lsn) return;
  marks.push_back({lsn, range.last + 1});
  // One mark at or below `applied_` must stay: save() may ask for it.
  const auto later =
      std::ranges::find_if(marks, [&](const Mark& mark) { return mark.lsn > applied_; });
  if (later - marks.begin() > 1) marks.erase(marks.begin(), later - 1);
}

void Duplicates::forget(Lsn from) noexcept {
  while (count_ != 0 && ring(count_ - 1).lsn >= from)
    pop_back();
  for (auto& [source, marks] : sources_) {
    while (!marks.empty() && marks.back().lsn >= from)
      marks.pop_back();
  }
  std::erase_if(sources_, [](const auto& source) { return source.second.empty(); });
}

std::vector<std::byte> Duplicates::save(Lsn upto) const noexcept {
  std::vector<std::byte> bytes(kHeader);
  uint64_t ids = 0, sources = 0;
  for (std::size_t k = 0; k < count_ && ring(k).lsn <= upto; k++, ids++) {
    bytes.resize(bytes.size() + kId);
    std::byte* at = bytes.data() + bytes.size() - kId;
    std::memcpy(at, ring(k).id.data(), 16);
    put_u64(at + 16, ring(k).lsn);
    put_i64(at + 24, ring(k).time_us);
  }
  for (const auto& [source, marks] : sources_) {
    const auto last = std::find_if(marks.rbegin(), marks.rend(),
                                   [&](const Mark& mark) { return mark.lsn <= upto; });
    if (last == marks.rend()) continue;
    const std::string& name = source.first;
    const std::size_t begin = bytes.size();
    bytes.resize(begin + kSource + padded(name.size()));
    std::byte* at = bytes.data() + begin;
    put_u32(at, source.second);
    put_u16(at + 4, static_cast<uint16_t>(name.size()));
    put_u64(at + 8, last->next);
    put_u64(at + 16, last->lsn);
    std::memcpy(at + kSource, name.data(), name.size());
    sources++;
  }
  put_u32(bytes.data(), kVersion);
  put_u64(bytes.data() + 8, ids);
  put_u64(bytes.data() + 16, sources);
  return bytes;
}

Status Duplicates::load(std::span<const std::byte> bytes) noexcept {
  if (bytes.size() < kHeader || get_u32(bytes.data() + 4) != 0) return malformed();
  if (get_u32(bytes.data()) != kVersion) {
    return {Code::unsupported,
            "log: the table of duplicates (DUPL) was written by a later freshet; use that one"};
  }
  const uint64_t ids = get_u64(bytes.data() + 8), sources = get_u64(bytes.data() + 16);
  bytes = bytes.subspan(kHeader);
  if (ids > bytes.size() / kId) return malformed();
  Lsn last = 0;
  for (uint64_t k = 0; k < ids; k++, bytes = bytes.subspan(kId)) {
    DedupId id;
    std::memcpy(id.data(), bytes.data(), id.size());
    const Lsn lsn = get_u64(bytes.data() + 16);
    if (lsn <= last) return malformed();
    last = lsn;
    insert(id, lsn, get_i64(bytes.data() + 24));
  }
  for (uint64_t k = 0; k < sources; k++) {
    if (bytes.size() < kSource) return malformed();
    const std::size_t length = get_u16(bytes.data() + 4);
    if (length == 0 || bytes.size() - kSource < padded(length) || get_u16(bytes.data() + 6) != 0)
      return malformed();
    std::string name(reinterpret_cast<const char*>(bytes.data() + kSource), length);
    sources_[{std::move(name), get_u32(bytes.data())}] = {
        {get_u64(bytes.data() + 16), get_u64(bytes.data() + 8)}};
    bytes = bytes.subspan(kSource + padded(length));
  }
  return bytes.empty() ? Status() : malformed();
}

}  // namespace freshet
