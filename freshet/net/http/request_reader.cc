#include "freshet/net/http/request_reader.h"

#include <algorithm>
#include <new>

#include <boost/beast/http/basic_parser.hpp>

#include "freshet/base/chars.h"

namespace freshet {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [&](char x, char y) { return lower(x) == lower(y); });
}

bool is_digits(std::string_view text) noexcept {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// `gzip` among the codings of Accept-Encoding, and not with q=0.
bool takes_gzip(std::string_view text) noexcept {
  const std::size_t at = text.find("gzip");
  if (at == std::string_view::npos) return false;
  std::string_view rest = text.substr(at + 4);
  rest = rest.substr(0, rest.find(','));
  return rest.find("q=0") == std::string_view::npos || rest.find("q=0.") != std::string_view::npos;
}

}  // namespace

void RequestHead::clear() noexcept {
  verb = HttpRoute::Verb::other;
  target.clear();
  host.clear();
  origin.clear();
  encoding = Encoding::identity;
  is_http_11 = keeps_alive = expects_continue = is_chunked = came_through_proxy = takes_gzip =
      false;
  content_length = last_event_id = 0;
  json_length.reset();
}

// Beast's parser, one for each request: it can't be used twice.
class RequestReader::Parser final : public http::basic_parser<true> {
 public:
  explicit Parser(RequestReader& reader) : reader_(reader) {
    body_limit(boost::none);  // counted by who takes the body
    header_limit(static_cast<uint32_t>(reader.limits_.headers + reader.limits_.request_line));
  }

  void begin_chunks(BodySink* sink) noexcept { sink_ = sink; }

  uint32_t hosts = 0, lengths = 0, codings = 0;
  std::size_t chunks = 0;
  bool is_head_done = false;
  uint16_t status = 400;
  const char* problem = nullptr;

 private:
  void on_request_impl(http::verb, string_view verb, string_view target, int version,
                       error_code&) override {
    RequestHead& head = reader_.head_;
    head.verb = http_verb({verb.data(), verb.size()});
    head.target.assign(target.data(), target.size());
    head.is_http_11 = version == 11;
  }

  void on_response_impl(int, string_view, int, error_code&) override {}

  void on_field_impl(http::field name, string_view name_text, string_view value,
                     error_code&) override {
    if (!is_head_done)
      field(name, {name_text.data(), name_text.size()}, {value.data(), value.size()});
  }

  void on_header_impl(error_code&) override {
    is_head_done = true;
    reader_.head_.keeps_alive = keep_alive();
  }

  void on_body_init_impl(boost::optional<uint64_t> const&, error_code&) override {}

  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }

  void on_chunk_header_impl(uint64_t, string_view, error_code& error) override {
    if (++chunks <= reader_.limits_.chunks) return;
    refuse(413, "body: too many chunks; send larger ones, or a Content-Length");
    error = http::error::bad_chunk;
  }

  std::size_t on_chunk_body_impl(uint64_t, string_view body, error_code& error) override {
    reader_.body_bytes_ += body.size();
    if (sink_->take({body.data(), body.size()})) return body.size();
    reader_.state_ = State::stopped;
    error = http::error::body_limit;
    return body.size();
  }

  void on_finish_impl(error_code&) override {}

  void refuse(uint16_t code, const char* why) {
    if (problem != nullptr) return;
    status = code;
    problem = why;
  }

  void field(http::field name, std::string_view name_text, std::string_view value);
  void length_field(std::string_view value);
  void other_field(std::string_view name, std::string_view value);

  RequestReader& reader_;
  BodySink* sink_ = nullptr;
};

void RequestReader::Parser::length_field(std::string_view value) {
  if (++lengths > 1) refuse(400, "header: Content-Length twice");
  if (!is_digits(value) || !parse_all(value, &reader_.head_.content_length)) {
    refuse(400, "header: Content-Length is not a number");
  }
}

void RequestReader::Parser::field(http::field name, std::string_view name_text,
                                  std::string_view value) {
  RequestHead& head = reader_.head_;
  switch (name) {
    case http::field::host:
      ++hosts;
      head.host.assign(value);
      break;
    case http::field::content_length:
      length_field(value);
      break;
    case http::field::transfer_encoding:
      if (++codings > 1 || !equals_ignoring_case(value, "chunked")) {
        refuse(400, "header: Transfer-Encoding: expected nothing but one chunked");
      }
      head.is_chunked = true;
      break;
    case http::field::expect:
      if (!equals_ignoring_case(value, "100-continue"))
        refuse(417, "header: Expect: expected 100-continue");
      head.expects_continue = true;
      break;
    case http::field::content_encoding:
      if (equals_ignoring_case(value, "gzip") || equals_ignoring_case(value, "x-gzip")) {
        head.encoding = RequestHead::Encoding::gzip;
      } else if (equals_ignoring_case(value, "deflate")) {
        head.encoding = RequestHead::Encoding::deflate;
      } else if (!equals_ignoring_case(value, "identity") && !value.empty()) {
        refuse(415, "header: Content-Encoding: expected gzip, deflate or none");
      }
      break;
    case http::field::accept_encoding:
      head.takes_gzip = takes_gzip(value);
      break;
    case http::field::origin:
      head.origin.assign(value);
      break;
    case http::field::forwarded:
    case http::field::via:
      head.came_through_proxy = true;
      break;
    default:
      other_field(name_text, value);
      break;
  }
}

// Names that Beast doesn't know; compared by length first, since most of them are none of ours.
void RequestReader::Parser::other_field(std::string_view name, std::string_view value) {
  RequestHead& head = reader_.head_;
  if (equals_ignoring_case(name, "Inference-Header-Content-Length")) {
    uint64_t length = 0;
    if (head.json_length || !is_digits(value) || !parse_all(value, &length)) {
      return refuse(400, "header: Inference-Header-Content-Length: expected one number, 0 or more");
    }
    head.json_length = length;
  } else if (equals_ignoring_case(name, "Last-Event-ID")) {
    if (!is_digits(value) || !parse_all(value, &head.last_event_id)) head.last_event_id = 0;
  } else if (equals_ignoring_case(name, "X-Forwarded-For")) {
    head.came_through_proxy = true;
  }
}

RequestReader::RequestReader(const HttpLimits& limits) : limits_(limits) {
  reset();
}

RequestReader::~RequestReader() = default;

void RequestReader::reset() {
  head_.clear();
  if (parser_ == nullptr) {
    parser_ = std::make_unique<Parser>(*this);
  } else {  // in place: no memory for each request
    parser_->~Parser();
    ::new (parser_.get()) Parser(*this);
  }
  state_ = State::head;
  status_ = 0;
  reason_.clear();
  head_bytes_ = 0;
  body_bytes_ = frame_bytes_ = 0;
  last_byte_ = 0;
}

std::string RequestReader::too_long(const HttpLimits& limits) {
  return "header: too long; the request line may have " + std::to_string(limits.request_line) +
         " bytes, the header " + std::to_string(limits.headers);
}

void RequestReader::refuse(uint16_t status, std::string_view reason) {
  state_ = State::refused;
  status_ = status;
  reason_.assign(reason);
}

std::size_t RequestReader::feed(std::string_view bytes, BodySink& sink) {
  if (bytes.empty()) return 0;
  if (state_ == State::head) return feed_head(bytes);
  if (state_ != State::body) return 0;
  return head_.is_chunked ? feed_chunks(bytes, sink) : feed_plain_body(bytes, sink);
}

std::size_t RequestReader::feed_head(std::string_view bytes) {
  error_code error;
  const std::size_t taken = parser_->put({bytes.data(), bytes.size()}, error);
  const std::string_view head = bytes.substr(0, taken);
  for (std::size_t line = 0; line < head.size() && state_ != State::refused;) {
    const char before = line == 0 ? last_byte_ : '\n';
    if (before == '\n' && head_bytes_ + line != 0 && (head[line] == ' ' || head[line] == '\t')) {
      refuse(400, "header: a folded line; write it in one");
    }
    const std::size_t end = head.find('\n', line);
    line = end == std::string_view::npos ? head.size() : end + 1;
  }
  if (!head.empty()) last_byte_ = head.back();
  head_bytes_ += taken;
  if (state_ == State::refused) return taken;
  const bool is_too_long = head_.target.size() + 16 > limits_.request_line ||
                           (!parser_->is_head_done && head_bytes_ + bytes.size() - taken >
                                                          limits_.headers + limits_.request_line);
  if (error == http::error::header_limit || is_too_long) {
    refuse(431, too_long(limits_));
  } else if (error && error != http::error::need_more) {
    refuse(400, "not HTTP/1.1: " + error.message());
  } else if (parser_->is_head_done) {
    judge_head();
  }
  return taken;
}

void RequestReader::judge_head() {
  if (parser_->problem != nullptr) return refuse(parser_->status, parser_->problem);
  if (parser_->codings > 0 && parser_->lengths > 0) {
    return refuse(400, "header: Content-Length beside Transfer-Encoding");
  }
  if (parser_->codings > 0 && !head_.is_http_11)
    return refuse(400, "header: Transfer-Encoding in HTTP/1.0");
  if (parser_->hosts != 1 && (head_.is_http_11 || parser_->hosts > 1)) {
    return refuse(400, "header: expected exactly one Host");
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; };
  if (std::any_of(head_.target.begin(), head_.target.end(), is_control)) {
    return refuse(400, "path: a control character");
  }
  state_ = head_.is_chunked || head_.content_length > 0 ? State::body : State::done;
}

std::size_t RequestReader::feed_plain_body(std::string_view bytes, BodySink& sink) {
  const std::string_view mine =
      bytes.substr(0, static_cast<std::size_t>(
                          std::min<uint64_t>(bytes.size(), head_.content_length - body_bytes_)));
  body_bytes_ += mine.size();
  if (!sink.take(mine)) {
    state_ = State::stopped;
  } else if (body_bytes_ == head_.content_length) {
    state_ = State::done;
  }
  return mine.size();
}

std::size_t RequestReader::feed_chunks(std::string_view bytes, BodySink& sink) {
  parser_->begin_chunks(&sink);
  std::size_t taken = 0;
  while (state_ == State::body && taken < bytes.size()) {
    error_code error;
    const uint64_t body_before = body_bytes_;
    const std::string_view rest = bytes.substr(taken);
    // The shortest body is "0\r\n\r\n". Beast asserts that it sees all of it at once: fed byte by byte it would abort.
    if (parser_->chunks == 0 && rest.size() < 5) break;
    const std::size_t step = parser_->put({rest.data(), rest.size()}, error);
    taken += step;
    frame_bytes_ += step - (body_bytes_ - body_before);
    if (state_ == State::stopped) break;
    // A size line of an ordinary client has a few bytes; 32 for each allowed chunk is generous to extensions.
    if (frame_bytes_ > 32 * limits_.chunks + limits_.headers) {
      refuse(413, "body: more framing of chunks than content");
    } else if (error == http::error::need_more) {
      if (step == 0) break;
    } else if (error) {
      const bool is_ours = parser_->problem != nullptr;
      refuse(is_ours ? parser_->status : 400,
             is_ours ? std::string(parser_->problem) : "body: bad chunk: " + error.message());
    } else if (parser_->is_done()) {
      state_ = State::done;
    }
  }
  return taken;
}

}  // namespace freshet
