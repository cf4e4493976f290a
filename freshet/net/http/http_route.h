#pragma once
/// From "GET /v2/models/ads/versions/7/infer?x=1" to what is asked.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "freshet/base/status.h"
#include "freshet/net/http/http_door.h"
#include "freshet/net/service.h"

namespace freshet {

/// A request's target and verb, judged. Views of the target, or of `decoded` where it was percent-encoded.
struct HttpRoute {
  enum class Verb : uint8_t { get, head, post, options, other };

  Method method = Method::none;
  std::string_view model, version;
  std::string_view query;  ///< behind the ?
  const Asset* asset = nullptr;
  uint16_t refused = 0;  ///< 400, 404, 405 with `reason`; 0: go on
  const char* reason = "";
  std::string_view allow;  ///< 405: "GET, HEAD"
  std::string decoded;

  /// A path is split at its slashes, each part percent-decoded once, then checked: a slash or dots that come out of the
  /// decoding stay part of a name, and no name has them.
  void read(Verb verb, std::string_view target, const HttpOptions& options);

  /// The value of `name` in the query, percent-decoded; "" if it isn't there.
  std::string query_value(std::string_view name) const;
};

HttpRoute::Verb http_verb(std::string_view name) noexcept;

/// %41 to A; false at a broken escape. `+` stays.
bool percent_decode(std::string_view text, std::string& out);

}  // namespace freshet
