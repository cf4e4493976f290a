#pragma once
/// Responses that the door gives by itself: files of the page, what OPTIONS tells, and the lines that let pages of other
/// sites read an answer.

#include <span>
#include <string>
#include <string_view>

#include "freshet/net/asset.h"
#include "freshet/net/http/http_response.h"

namespace freshet {

/// plain: the same file decompressed, for clients that don't take gzip.
void put_asset(HttpResponse& response, const Asset& asset, std::string_view plain, bool takes_gzip);

/// The answer to OPTIONS, of any path.
void put_verbs(HttpResponse& response);

/// If `origin` is one of `allowed`: its page may read the response.  REQUIRES: after the body.
void add_cors(HttpResponse& response, std::string_view origin,
              std::span<const std::string> allowed);

}  // namespace freshet
