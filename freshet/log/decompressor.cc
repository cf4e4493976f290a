#include "freshet/log/decompressor.h"

namespace freshet {

std::string_view compression_name(Compression compression) noexcept {
  static constexpr std::string_view kNames[] = {"none", "gzip", "zstd", "lz4"};
  return kNames[static_cast<std::size_t>(compression)];
}

Compression compression_of(std::span<const std::byte> begin) noexcept {
  const auto byte = [&](std::size_t k) {
    return k < begin.size() ? static_cast<unsigned>(begin[k]) : 0x100u;
  };
  if (byte(0) == 0x1f && byte(1) == 0x8b) return Compression::gzip;
  if (byte(0) == 0x28 && byte(1) == 0xb5 && byte(2) == 0x2f && byte(3) == 0xfd)
    return Compression::zstd;
  const bool is_lz4_family = byte(1) == 0x22 && byte(2) == 0x4d && byte(3) == 0x18;
  if (byte(0) == 0x04 && is_lz4_family) return Compression::lz4;
  const bool is_skippable = byte(1) == 0x2a && byte(2) == 0x4d && byte(3) == 0x18;
  if ((byte(0) & ~0xfu) == 0x50 && is_skippable) return Compression::zstd;
  return Compression::none;
}

Result<std::unique_ptr<Decompressor>> make_decompressor(Compression compression,
                                                        uint64_t max_window) noexcept {
  switch (compression) {
    case Compression::gzip:
      return make_gunzip();
    case Compression::zstd:
      return make_unzstd(max_window);
    case Compression::lz4:
      return make_unlz4();
    case Compression::none:
      break;
  }
  return {Code::internal, "decompressor: the data is not compressed"};
}

}  // namespace freshet
