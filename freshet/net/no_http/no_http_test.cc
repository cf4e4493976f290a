#include <doctest/doctest.h>

#include "freshet/net/http/http_door.h"

namespace freshet {

TEST_CASE("http: built without it, the door says how to get it") {
  const auto door = make_http_door({});
  CHECK(door.status().code() == Code::unsupported);
  CHECK(door.status().text().find("FRESHET_WITH_HTTP") != std::string_view::npos);
}

}  // namespace freshet
