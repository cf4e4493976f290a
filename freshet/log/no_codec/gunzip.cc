#include "freshet/log/decompressor.h"

namespace freshet {

Result<std::unique_ptr<Decompressor>> make_gunzip() noexcept {
  return {Code::unsupported, "gzip: this freshet was built without zlib (FRESHET_WITH_CODEC)"};
}

}  // namespace freshet
