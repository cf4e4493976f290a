#pragma once
/// Compressed streams made plain again, piece by piece. zlib is seen only in log/codec; a build
/// without it (log/no_codec) answers `unsupported`.

#include <cstddef>
#include <memory>
#include <span>

#include "freshet/base/status.h"

namespace freshet {

class Decompressor {
 public:
  virtual ~Decompressor() = default;
  /// Bytes used of `in`, bytes written to `out`. Neither: more input is needed.
  struct Step {
    std::size_t used = 0, made = 0;
  };
  /// Goes on where the last call ended. `corrupt`: damaged data; the object is then of no more use.
  virtual Result<Step> run(std::span<const std::byte> in, std::span<std::byte> out) noexcept = 0;
  /// The text may end here: nothing of a member is open.
  virtual bool may_end() const noexcept = 0;
};

/// gzip, members one behind another being one text (RFC 1952).
Result<std::unique_ptr<Decompressor>> make_gunzip() noexcept;

/// The magic bytes of gzip, whatever the file is called.
constexpr bool looks_gzip(std::span<const std::byte> begin) noexcept {
  return begin.size() >= 2 && begin[0] == std::byte{0x1f} && begin[1] == std::byte{0x8b};
}

}  // namespace freshet
