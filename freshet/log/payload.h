#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/log/log.h"

/// The payload of a log record: sections, one after another, the same in the local log and in
/// Kafka.
///
///     u16 tag, u16 zero, u32 length, bytes, zeros to a multiple of 8
///
/// A writer says PayloadBuilder().section(...).take(). A reader makes a Payload, which has looked
/// at every length, every tag and every padding byte before it hands anything out.
/// docs/log-format.md has the grammar and a hex dump.
namespace freshet {

/// Payload bytes of one record, at most.
inline constexpr std::size_t kMaxPayload = std::size_t{16} << 20;

/// Written to files: never change or reuse. The one table of tags; docs/log-format.md.
enum class Tag : uint16_t {
  examples = 1,  // one block of examples (text-formats: `blocks`)
  tensors,       // named tensors, as in the model file
  request_id,    // text
  client,        // text: the token's name
  dedup,         // 16 bytes
  source,        // SourceRange
  json,          // UTF-8
  prediction,    // ServedPrediction
  claim = 16,
  delta,
  rows,
  update,
  values,
  merged,  // kept for scale-out
  packed_values = 32,
  run,
  version  // kept for stores at the edge
};

/// The first 16 bytes of SHA-256(client, 0, id): what makes a resent event a duplicate.
using DedupId = std::array<std::byte, 16>;

/// The rows that one event carries of one partition of a source (a file, a topic, a robot): offsets
/// [first, last].
struct SourceRange {
  std::string_view name{};  // borrowed; 1 to 65,535 bytes
  uint32_t partition = 0;
  uint64_t first = 0;
  uint64_t last = 0;  // >= first
};

/// What a client was told: values, and for bandits the action served and its probability.
struct ServedPrediction {
  std::span<const float>
      values;             // borrowed when built; a view into the payload when read (4-byte aligned)
  int32_t action = -1;    // < 0: not a decision
  float probability = 1;  // of the action, in (0, 1]
  bool is_deferred = false;  // the decision counts only once an `activate` names it
};

/// Makes a payload. Grows like a vector; take() empties it, so that one builder makes many.
class PayloadBuilder {
 public:
  PayloadBuilder& section(Tag, std::span<const std::byte> bytes) noexcept;
  PayloadBuilder& text(Tag tag, std::string_view bytes) noexcept {
    return section(tag, std::as_bytes(std::span(bytes.data(), bytes.size())));
  }
  PayloadBuilder& dedup(const DedupId&) noexcept;
  PayloadBuilder& source(const SourceRange&) noexcept;
  PayloadBuilder& prediction(const ServedPrediction&) noexcept;

  /// Begins a section whose bytes the caller appends to `bytes()` itself (a block of examples,
  /// without a copy). REQUIRES: end() before the next section.
  void begin(Tag) noexcept;
  std::vector<std::byte>& bytes() noexcept { return bytes_; }
  void end() noexcept;

  std::size_t size() const noexcept { return bytes_.size(); }
  std::vector<std::byte> take() noexcept;

 private:
  std::vector<std::byte> bytes_;
  std::size_t open_ = 0;  // where the open section's header is
};

/// A checked view of a payload. Borrowed: valid while the bytes are.
class Payload {
 public:
  /// corrupt: lengths, zeros or a repeated tag are wrong. unsupported: a tag this version does not
  /// know.
  /// REQUIRES: `bytes` begin at a multiple of 4 in memory, as all that readers hand out do.
  static Result<Payload> parse(std::span<const std::byte> bytes) noexcept;

  bool has(Tag) const noexcept;
  /// The section's bytes; empty if it is absent.
  std::span<const std::byte> section(Tag) const noexcept;
  std::string_view text(Tag) const noexcept;

  std::optional<DedupId> dedup() const noexcept;
  std::optional<SourceRange> source() const noexcept;
  std::optional<ServedPrediction> prediction() const noexcept;

 private:
  static constexpr std::size_t kMaxSections = 16;
  struct Section {
    Tag tag{};
    uint32_t begin = 0, length = 0;
  };
  std::span<const std::byte> bytes_;
  std::array<Section, kMaxSections> sections_{};
  std::size_t count_ = 0;
};

/// Ok for kinds this version can fold. unsupported for others: replay must stop there, for whatever
/// comes after it would be learned from another state. The text names the record and the version
/// that is needed.
Status check_kind(const Event&) noexcept;

}  // namespace freshet
