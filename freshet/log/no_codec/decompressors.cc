#include "freshet/log/decompressor.h"

namespace freshet {

Result<std::unique_ptr<Decompressor>> make_gunzip() noexcept {
  return {Code::unsupported, "gzip: this freshet was built without zlib (FRESHET_WITH_CODEC)"};
}
Result<std::unique_ptr<Decompressor>> make_unzstd(uint64_t) noexcept {
  return {Code::unsupported, "zstd: this freshet was built without zstd (FRESHET_WITH_CODEC)"};
}
Result<std::unique_ptr<Decompressor>> make_unlz4() noexcept {
  return {Code::unsupported, "lz4: this freshet was built without lz4 (FRESHET_WITH_CODEC)"};
}

}  // namespace freshet
