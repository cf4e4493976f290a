#include "bench/http_bench.h"

#include <doctest/doctest.h>

#include "bench/http_echo.h"
#include "bench/load.h"

namespace freshet {
namespace {

TEST_CASE("http bench: open loop is no faster than its rate, all is answered") {
  auto echo = HttpEcho::start("hello", 1);
  REQUIRE(echo.ok());
  const std::string request = http_request("/x", "{}");
  const auto open = run_load({.port = (*echo)->port(),
                              .request = request,
                              .rate_hz = 1000,
                              .seconds = 0.5,
                              .connections = 8});
  REQUIRE(open.ok());
  CHECK(open->failed == 0);
  CHECK(open->answered > 0);  // how many, is the machine's business
  CHECK(open->answered < 650);
  CHECK(open->p50_us <= open->p99_us);
  const auto closed =
      run_load({.port = (*echo)->port(), .request = request, .seconds = 0.3, .connections = 8});
  REQUIRE(closed.ok());
  CHECK(closed->failed == 0);
  CHECK(closed->answered > 0);
}

TEST_CASE("http bench: a server that isn't there is said so") {
  CHECK(run_load({.port = 1, .request = "x"}).status().code() == Code::unavailable);
  CHECK(bench_http({.port = 1, .path = "/", .body = ""}).status().code() == Code::unavailable);
}

}  // namespace
}  // namespace freshet
