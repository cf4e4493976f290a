#pragma once
/// Compressed streams made plain again, piece by piece. zlib, zstd and lz4 are seen only in
/// log/codec; a build without them (log/no_codec) answers `unsupported`.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "freshet/base/status.h"

namespace freshet {

class Decompressor {
 public:
  virtual ~Decompressor() = default;
  /// Bytes used of `in`, bytes written to `out`. Neither: more input is needed.
  struct Step {
    std::size_t used = 0, made = 0;
  };
  /// Goes on where the last call ended; `in` may be empty, there may still be output. `corrupt`:
  /// damaged data; the object is then of no more use.
  virtual Result<Step> run(std::span<const std::byte> in, std::span<std::byte> out) noexcept = 0;
  /// The text may end here: nothing of a member or frame is open.
  virtual bool may_end() const noexcept = 0;
};

enum class Compression : uint8_t { none, gzip, zstd, lz4 };
std::string_view compression_name(Compression compression) noexcept;

/// Told by the first four bytes, whatever the file is called. Skippable frames are taken as zstd's.
Compression compression_of(std::span<const std::byte> begin) noexcept;

/// Memory that a zstd frame of a file may ask for, unless somebody says.
inline constexpr uint64_t kFileWindow = uint64_t{128} << 20;

/// Members and frames one behind another are one text; skippable frames are skipped.
/// max_window: bytes, for zstd. REQUIRES: not none.
Result<std::unique_ptr<Decompressor>> make_decompressor(Compression compression,
                                                        uint64_t max_window) noexcept;

/// gzip (RFC 1952).
Result<std::unique_ptr<Decompressor>> make_gunzip() noexcept;
/// Zstandard (RFC 8878). A frame that asks for a larger window: `invalid_argument`, with the option.
Result<std::unique_ptr<Decompressor>> make_unzstd(uint64_t max_window) noexcept;
/// LZ4 frames.
Result<std::unique_ptr<Decompressor>> make_unlz4() noexcept;

}  // namespace freshet
