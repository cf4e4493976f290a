#include "bench/served.h"

#include <utility>
#include <vector>

#include "bench/made_up.h"
#include "freshet/net/http/http_door.h"
#include "freshet/runtime/catalog.h"

namespace freshet {

Result<Served> Served::open(const std::string& folder, ServedModelOptions options) noexcept {
  Served made;
  HostedOptions model;
  model.name = "m";
  model.served = std::move(options);
  std::vector<HostedOptions> models;
  models.push_back(std::move(model));
  FRESHET_TRY_ASSIGN(made.server,
                     Server::open({.data_dir = folder, .models = std::move(models)}, catalog()));
  HttpOptions http;
  http.threads = 1;
  FRESHET_TRY_ASSIGN(made.door, make_http_door(std::move(http)));
  FRESHET_TRY(made.door->open("http://127.0.0.1:0", *made.server));
  const std::string address = made.door->address();
  made.port = static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  return made;
}

Served::~Served() {
  if (door != nullptr) (void)door->close(0);
}

std::string infer_body() {
  std::string data;
  for (uint32_t k = 0; k < kMadeUpWidth; ++k)
    data += (k == 0 ? "" : ",") + std::to_string(k % 3) + ".25";
  return R"({"inputs":[{"name":"x","shape":[1,)" + std::to_string(kMadeUpWidth) +
         R"(],"datatype":"FP32","data":[)" + data + "]}]}";
}

}  // namespace freshet
