#pragma once
/// Bytes of a connection to one request: its head, judged, and the pieces of its body.
///
/// Behind Boost.Beast's parser stand rules of our own: 1.81 takes several things that let two servers see different
/// requests in the same bytes (smuggling). Refused with 400, and the connection closed: Content-Length more than once,
/// not all digits, or beside Transfer-Encoding; Transfer-Encoding other than one `chunked`, or in HTTP/1.0; not exactly
/// one Host in HTTP/1.1; folded header lines; control characters in a target.
/// No I/O here: tests and the fuzzer feed it directly. Beast is seen by the .cc only.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "freshet/net/http/http_door.h"
#include "freshet/net/http/http_route.h"

namespace freshet {

/// What the header says, as far as we act on it. Texts belong to this object.
struct RequestHead {
  enum class Encoding : uint8_t { identity, gzip, deflate };

  HttpRoute::Verb verb = HttpRoute::Verb::other;
  std::string target, host, origin;
  Encoding encoding = Encoding::identity;
  bool is_http_11 = false, keeps_alive = false, expects_continue = false, is_chunked = false;
  bool came_through_proxy = false;  ///< Forwarded, X-Forwarded-For or Via
  bool takes_gzip = false;          ///< Accept-Encoding
  uint64_t content_length = 0;
  std::optional<uint64_t> json_length;  ///< Inference-Header-Content-Length
  uint64_t last_event_id = 0;

  void clear() noexcept;
};

/// Where body bytes go, as they come in.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// False: refused; the reader stops.
  virtual bool take(std::string_view bytes) noexcept = 0;
};

class RequestReader {
 public:
  enum class State : uint8_t {
    head,  ///< bytes of the head are missing
    body,  ///< the head is complete (the first feed that completes it stops there), bytes of the body are missing
    done,  ///< the request is complete
    refused,  ///< no request: status() and reason()
    stopped   ///< the sink refused
  };

  explicit RequestReader(const HttpLimits& limits);
  ~RequestReader();

  /// Takes what it can from the front of `bytes`; what is left belongs to the next call, with more behind it.
  std::size_t feed(std::string_view bytes, BodySink& sink);

  State state() const noexcept { return state_; }
  const RequestHead& head() const noexcept { return head_; }
  uint16_t status() const noexcept { return status_; }
  const std::string& reason() const noexcept { return reason_; }
  uint64_t body_bytes() const noexcept { return body_bytes_; }  ///< on the wire, so far

  /// For the next request of the connection.
  void reset();

  /// What is told where a head is longer than the limits.
  static std::string too_long(const HttpLimits& limits);

 private:
  class Parser;

  std::size_t feed_head(std::string_view bytes);
  std::size_t feed_plain_body(std::string_view bytes, BodySink& sink);
  std::size_t feed_chunks(std::string_view bytes, BodySink& sink);
  void judge_head();
  void refuse(uint16_t status, std::string_view reason);

  const HttpLimits& limits_;
  RequestHead head_;
  std::unique_ptr<Parser> parser_;
  State state_ = State::head;
  uint16_t status_ = 0;
  std::string reason_;
  std::size_t head_bytes_ = 0;
  uint64_t body_bytes_ = 0;
  uint64_t frame_bytes_ = 0;  // of chunks: sizes, extensions, trailers
  char last_byte_ = 0;        // of the head, so far: to see folded lines
};

}  // namespace freshet
