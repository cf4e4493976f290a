#include "freshet/net/http/http_door.h"

namespace freshet {

Result<std::unique_ptr<Door>> make_http_door(HttpOptions) noexcept {
  return {Code::unsupported,
          "http: built without it; install Boost 1.81 and zlib and build with FRESHET_WITH_HTTP=ON"};
}

}  // namespace freshet
