#include "freshet/log/payload.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "freshet/base/coding.h"
#include "freshet/base/failure.h"

namespace freshet {
namespace {

constexpr std::size_t kSectionHeader = 8;
constexpr std::size_t kSourceHeader =
    24;  // u32 partition, u16 name length, u16 zero, u64 first, u64 last
constexpr std::size_t kPredictionHeader = 16;  // i32 action, f32 probability, u32 count, u32 flags
constexpr uint32_t kDeferred = 1;              // flag of a prediction. Written to files.

constexpr std::size_t padded(std::size_t bytes) {
  return (bytes + 7) & ~std::size_t{7};
}

bool all_zero(std::span<const std::byte> bytes) {
  return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
}

bool is_known(uint16_t tag) {
  return tag >= static_cast<uint16_t>(Tag::examples) &&
         tag <= static_cast<uint16_t>(Tag::prediction);
}

// Who reads the numbers that this version does not: kinds and tags are given out in the same
// ranges.
std::string needed(uint32_t number) {
  if (number >= 16 && number < 32) return "a freshet with scale-out";
  if (number >= 32 && number < 48) return "a freshet with edge stores";
  return "the later freshet that wrote it";
}

bool is_source(std::span<const std::byte> bytes) {
  if (bytes.size() <= kSourceHeader) return false;
  const uint64_t first = get_u64(bytes.data() + 8), last = get_u64(bytes.data() + 16);
  return bytes.size() == kSourceHeader + get_u16(bytes.data() + 4) &&
         get_u16(bytes.data() + 6) == 0 && first <= last && last != UINT64_MAX;
}

bool is_prediction(std::span<const std::byte> bytes) {
  return bytes.size() >= kPredictionHeader && get_u32(bytes.data() + 12) <= kDeferred &&
         (bytes.size() - kPredictionHeader) / 4 == get_u32(bytes.data() + 8) &&
         bytes.size() % 4 == 0;
}

bool is_well_formed(Tag tag, std::span<const std::byte> bytes) {
  if (tag == Tag::dedup) return bytes.size() == std::tuple_size_v<DedupId>;
  if (tag == Tag::source) return is_source(bytes);
  if (tag == Tag::prediction) return is_prediction(bytes);
  return true;
}

Status damaged(std::size_t at, std::string_view why) {
  return failure(Code::corrupt,
                 "log: payload, byte " + std::to_string(at) + ": " + std::string(why),
                 static_cast<uint32_t>(at));
}

}  // namespace

void PayloadBuilder::begin(Tag tag) noexcept {
  open_ = bytes_.size();
  bytes_.resize(open_ + kSectionHeader);
  put_u16(bytes_.data() + open_, static_cast<uint16_t>(tag));
}

void PayloadBuilder::end() noexcept {
  put_u32(bytes_.data() + open_ + 4, static_cast<uint32_t>(bytes_.size() - open_ - kSectionHeader));
  bytes_.resize(padded(bytes_.size()));
}

PayloadBuilder& PayloadBuilder::section(Tag tag, std::span<const std::byte> bytes) noexcept {
  begin(tag);
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  end();
  return *this;
}

PayloadBuilder& PayloadBuilder::dedup(const DedupId& id) noexcept {
  return section(Tag::dedup, id);
}

PayloadBuilder& PayloadBuilder::source(const SourceRange& range) noexcept {
  std::byte header[kSourceHeader] = {};
  put_u32(header, range.partition);
  put_u16(header + 4, static_cast<uint16_t>(range.name.size()));
  put_u64(header + 8, range.first);
  put_u64(header + 16, range.last);
  begin(Tag::source);
  bytes_.insert(bytes_.end(), header, header + kSourceHeader);
  const auto name = std::as_bytes(std::span(range.name.data(), range.name.size()));
  bytes_.insert(bytes_.end(), name.begin(), name.end());
  end();
  return *this;
}

PayloadBuilder& PayloadBuilder::prediction(const ServedPrediction& served) noexcept {
  begin(Tag::prediction);
  const std::size_t at = bytes_.size();
  bytes_.resize(at + kPredictionHeader + 4 * served.values.size());
  std::byte* to = bytes_.data() + at;
  put_u32(to, static_cast<uint32_t>(served.action));
  put_f32(to + 4, served.probability);
  put_u32(to + 8, static_cast<uint32_t>(served.values.size()));
  put_u32(to + 12, served.is_deferred ? kDeferred : 0);
  to += kPredictionHeader;
  for (const float value : served.values) {
    put_f32(to, value);
    to += 4;
  }
  end();
  return *this;
}

std::vector<std::byte> PayloadBuilder::take() noexcept {
  return std::exchange(bytes_, {});
}

Result<Payload> Payload::parse(std::span<const std::byte> bytes) noexcept {
  Payload payload;
  payload.bytes_ = bytes;
  if (bytes.size() > kMaxPayload) return damaged(kMaxPayload, "longer than 16 MiB");
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (bytes.size() - at < kSectionHeader) return damaged(at, "a section's header is cut off");
    const uint16_t number = get_u16(bytes.data() + at);
    const std::size_t length = get_u32(bytes.data() + at + 4);
    const std::size_t begin = at + kSectionHeader;
    if (get_u16(bytes.data() + at + 2) != 0) return damaged(at + 2, "not zero");
    if (padded(length) > bytes.size() - begin)
      return damaged(at + 4, "a section is longer than the payload");
    const auto content = bytes.subspan(begin, length);
    const auto tag = static_cast<Tag>(number);
    if (!is_known(number)) {
      return failure(Code::unsupported, "log: payload has a section with tag " +
                                            std::to_string(number) + "; reading it needs " +
                                            needed(number));
    }
    if (payload.has(tag)) return damaged(at, "tag " + std::to_string(number) + " comes twice");
    if (!is_well_formed(tag, content))
      return damaged(begin, "tag " + std::to_string(number) + " is malformed");
    if (!all_zero(bytes.subspan(begin + length, padded(length) - length))) {
      return damaged(begin + length, "padding is not zero");
    }
    payload.sections_[payload.count_++] = {tag, static_cast<uint32_t>(begin),
                                           static_cast<uint32_t>(length)};
    at = begin + padded(length);
  }
  return payload;
}

bool Payload::has(Tag tag) const noexcept {
  return std::ranges::any_of(std::span(sections_).first(count_),
                             [&](const Section& s) { return s.tag == tag; });
}

std::span<const std::byte> Payload::section(Tag tag) const noexcept {
  for (std::size_t i = 0; i < count_; i++) {
    if (sections_[i].tag == tag) return bytes_.subspan(sections_[i].begin, sections_[i].length);
  }
  return {};
}

std::string_view Payload::text(Tag tag) const noexcept {
  const auto bytes = section(tag);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<DedupId> Payload::dedup() const noexcept {
  const auto bytes = section(Tag::dedup);
  if (bytes.empty()) return {};
  DedupId id;
  std::memcpy(id.data(), bytes.data(), id.size());
  return id;
}

std::optional<SourceRange> Payload::source() const noexcept {
  const auto bytes = section(Tag::source);
  if (bytes.empty()) return {};
  return SourceRange{.name = text(Tag::source).substr(kSourceHeader),
                     .partition = get_u32(bytes.data()),
                     .first = get_u64(bytes.data() + 8),
                     .last = get_u64(bytes.data() + 16)};
}

std::optional<ServedPrediction> Payload::prediction() const noexcept {
  const auto bytes = section(Tag::prediction);
  if (bytes.empty()) return {};
  const auto* values = reinterpret_cast<const float*>(bytes.data() + kPredictionHeader);
  return ServedPrediction{.values = {values, get_u32(bytes.data() + 8)},
                          .action = static_cast<int32_t>(get_u32(bytes.data())),
                          .probability = get_f32(bytes.data() + 4),
                          .is_deferred = get_u32(bytes.data() + 12) == kDeferred};
}

Status check_kind(const Event& event) noexcept {
  const auto kind = static_cast<uint32_t>(event.kind);
  if (kind >= static_cast<uint32_t>(EventKind::example) &&
      kind <= static_cast<uint32_t>(EventKind::alias))
    return {};
  return failure(Code::unsupported, "log: record " + std::to_string(event.lsn) + " has kind " +
                                        std::to_string(kind) + "; learning on needs " +
                                        needed(kind));
}

}  // namespace freshet
