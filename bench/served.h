#pragma once
/// A server of one model in this process, for benchmarks that ask it over HTTP.

#include <cstdint>
#include <memory>
#include <string>

#include "freshet/base/status.h"
#include "freshet/net/door.h"
#include "freshet/serve/server.h"

namespace freshet {

struct Served {
  std::unique_ptr<Server> server;
  std::unique_ptr<Door> door;  // one thread, on a free port
  uint16_t port = 0;

  /// The model's name is "m".
  static Result<Served> open(const std::string& folder, ServedModelOptions options) noexcept;
  Served() = default;
  Served(Served&&) = default;
  Served& operator=(Served&&) = default;
  ~Served();

  HostedModel& model() noexcept { return *server->find("m"); }
};

/// POST of one example of made_up_rows(), head and body.
inline constexpr const char* kInferPath = "/v2/models/m/infer";
std::string infer_body();

}  // namespace freshet
