#include "freshet/net/http/own_responses.h"

#include <algorithm>

namespace freshet {

void put_asset(HttpResponse& response, const Asset& asset, std::string_view plain,
               bool takes_gzip) {
  if (takes_gzip) {
    response.put_body(asset.type,
                      {reinterpret_cast<const char*>(asset.gzip.data()), asset.gzip.size()});
    response.add_head("Content-Encoding: gzip\r\n");
  } else {
    response.put_body(asset.type, plain);
  }
  response.add_head(asset.is_immutable ? "Cache-Control: public, max-age=31536000, immutable\r\n"
                                       : "Cache-Control: no-cache\r\n");
  response.add_head(
      "Vary: Accept-Encoding\r\n"
      "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src "
      "'self' data:; "
      "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
      "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n");
}

void put_verbs(HttpResponse& response) {
  response.put_body("", "");
  response.add_head(
      "Allow: GET, HEAD, POST, OPTIONS\r\n"
      "Access-Control-Allow-Methods: GET, HEAD, POST\r\n"
      "Access-Control-Allow-Headers: Content-Type, Inference-Header-Content-Length, Last-Event-ID, "
      "Authorization\r\n"
      "Access-Control-Max-Age: 600\r\n");
}

void add_cors(HttpResponse& response, std::string_view origin,
              std::span<const std::string> allowed) {
  if (origin.empty() || std::find(allowed.begin(), allowed.end(), origin) == allowed.end()) return;
  response.add_head("Access-Control-Allow-Origin: ");
  response.add_head(origin);
  response.add_head("\r\nVary: Origin\r\n");
}

}  // namespace freshet
