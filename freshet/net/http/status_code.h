#pragma once
#include <cstdint>
#include <string_view>

#include "freshet/base/status.h"

namespace freshet {

/// The HTTP column of the table of codes.
constexpr uint16_t http_status(Code code) noexcept {
  switch (code) {
    case Code::ok:
      return 200;
    case Code::invalid_argument:
      return 400;
    case Code::not_found:
      return 404;
    case Code::conflict:
      return 409;
    case Code::unsupported:
      return 501;
    case Code::exhausted:
      return 429;
    case Code::denied:
      return 403;
    case Code::unavailable:
      return 503;
    case Code::deadline:
      return 504;
    case Code::cancelled:
      return 499;
    case Code::corrupt:
    case Code::internal:
      break;
  }
  return 500;
}

/// "200 OK": what stands in the status line.
constexpr std::string_view http_status_line(uint16_t status) noexcept {
  switch (status) {
    case 200:
      return "200 OK";
    case 202:
      return "202 Accepted";
    case 204:
      return "204 No Content";
    case 304:
      return "304 Not Modified";
    case 400:
      return "400 Bad Request";
    case 403:
      return "403 Forbidden";
    case 404:
      return "404 Not Found";
    case 405:
      return "405 Method Not Allowed";
    case 408:
      return "408 Request Timeout";
    case 409:
      return "409 Conflict";
    case 413:
      return "413 Content Too Large";
    case 415:
      return "415 Unsupported Media Type";
    case 417:
      return "417 Expectation Failed";
    case 429:
      return "429 Too Many Requests";
    case 431:
      return "431 Request Header Fields Too Large";
    case 499:
      return "499 Client Closed Request";
    case 501:
      return "501 Not Implemented";
    case 503:
      return "503 Service Unavailable";
    case 504:
      return "504 Gateway Timeout";
    case 505:
      return "505 HTTP Version Not Supported";
    default:
      return "500 Internal Server Error";
  }
}

}  // namespace freshet
