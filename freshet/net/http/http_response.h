#pragma once
/// One HTTP response, made in one string: room for the head, then the body; the head is written last, right before the
/// body, so that both go out in one call.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "freshet/net/http/call_body.h"
#include "freshet/net/service.h"

namespace freshet {

class HttpResponse {
 public:
  // The bodies. Each replaces what was there. Errors found on the way (an output that is not finite, text that is not
  // UTF-8 and not asked for in binary) make an error of it.
  void put(const Answer&, const CallBody& wishes, bool is_bare);
  void put(const TrainAnswer&, const CallBody& wishes, bool is_bare);
  void put(const FeedbackAnswer&);
  void put(const Health&, Method);
  void put(const ServerMetadata&);
  void put(const ModelMetadata&, bool is_config);
  void put(std::span<const IndexEntry>);
  void put_error(uint16_t status, std::string_view text, uint32_t retry_after_s = 0);
  void put_body(std::string_view type, std::string_view body);
  /// Further lines of the head, each "Name: value\r\n".  REQUIRES: after the body, at most 640 bytes in all.
  void add_head(std::string_view lines);

  /// date: "Sat, 21 Nov 2026 15:00:00 GMT". The bytes to send, until the next call; without the body for HEAD.
  std::string_view finish(std::string_view date, bool closes, bool is_head);

  /// The head of a body without end, which lasts as long as the connection.
  std::string finish_stream(std::string_view date);

  uint16_t status() const noexcept { return status_; }
  /// The text of an error; "" if it is none.
  std::string_view error() const noexcept { return error_; }
  /// Gives back memory beyond what an ordinary reply needs.
  void clear() noexcept;

 private:
  void begin(uint16_t status, std::string_view type);
  bool put_outputs(const Answer&, const CallBody& wishes, std::string& binary);
  bool put_answer(const Answer&, const CallBody& wishes, std::string& binary);

  std::string bytes_;  // kHeadRoom bytes, then the body
  std::string head_lines_;
  std::string error_;
  std::string_view type_;
  uint16_t status_ = 200;
};

}  // namespace freshet
