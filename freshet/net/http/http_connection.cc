#include "freshet/net/http/http_connection.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <boost/asio/buffer.hpp>
#include <sys/socket.h>

#include "freshet/net/access.h"
#include "freshet/net/http/host_rule.h"
#include "freshet/net/http/http_reply.h"
#include "freshet/net/http/status_code.h"

namespace freshet {
namespace {

constexpr std::size_t kBuffer = 4 << 10;
constexpr std::size_t kBodyBuffer = 64 << 10;
constexpr std::size_t kSmallBody =
    64 << 10;  // an unwanted one is read away, and the connection goes on
constexpr std::size_t kReadAway = 1 << 20;  // at most, of a client that is being refused
constexpr int64_t kLingerUs = 2'000'000;
constexpr int64_t kIdleWhileDrainingUs = 1'000'000;
constexpr std::size_t kFramesAtOnce = 64;
constexpr int kRequestsInARow = 64;  // of one connection, before others have their turn

struct Nowhere final : BodySink {
  bool take(std::string_view) noexcept override { return true; }
};

}  // namespace

HttpConnection::HttpConnection(boost::asio::ip::tcp::socket socket,
                               std::shared_ptr<HttpWorker> worker,
                               std::shared_ptr<HttpClientUse> use)
    : socket_(std::move(socket)),
      worker_(std::move(worker)),
      use_(std::move(use)),
      reader_(worker_->shared().options.limits) {}

HttpConnection::~HttpConnection() {
  if (is_counted_) worker_->shared().leave(*use_);  // never started, or the server is gone
}

void HttpConnection::start() {
  if (worker_->is_stopping()) return;
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  socket_.native_non_blocking(true, ignored);
  peer_ = socket_.remote_endpoint(ignored).address();
  buffer_.resize(kBuffer);
  worker_->remember(shared_from_this());
  enter(Phase::idle);
  advance();
}

void HttpConnection::enter(Phase phase) noexcept {
  phase_ = phase;
  since_us_ = progress_us_ = worker_->now_us();
}

void HttpConnection::close() noexcept {
  if (phase_ == Phase::closed) return;
  const std::shared_ptr<HttpConnection> self = shared_from_this();  // the worker lets go of it here
  leave_stream();
  phase_ = Phase::closed;
  worker_->forget(this);
  boost::system::error_code ignored;
  socket_.close(ignored);
  worker_->shared().leave(*use_);
  is_counted_ = false;
  // While a request is being served its HttpExchange belongs to the Reply; answer() gives it back.
  if (exchange_ != nullptr && !is_serving_) release_exchange();
}

void HttpConnection::release_exchange() noexcept {
  exchange_->budget.clear();
  worker_->give_exchange(std::move(exchange_));
}

int64_t HttpConnection::idle_since_us() const noexcept {
  return phase_ == Phase::idle ? std::max<int64_t>(since_us_, 1) : 0;
}

bool HttpConnection::is_busy() const noexcept {
  return phase_ == Phase::head || phase_ == Phase::body || phase_ == Phase::serving ||
         phase_ == Phase::writing;
}

// ---- reading ----------------------------------------------------------------------------------

void HttpConnection::read_more() {
  if (is_reading_ || phase_ == Phase::closed) return;
  if (!make_room()) return;
  is_reading_ = true;
  socket_.async_read_some(
      boost::asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
        self->on_read(!error, size);
      });
}

// Room behind what is read; false: refused, because what must be whole doesn't fit.
bool HttpConnection::make_room() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (phase_ == Phase::body && buffer_.size() < kBodyBuffer && exchange_ != nullptr &&
      reader_.head().content_length > reader_.body_bytes() + kBuffer) {
    buffer_.resize(kBodyBuffer);
  }
  if (end_ < buffer_.size()) return true;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    return true;
  }
  const HttpLimits& limits = worker_->shared().options.limits;
  const std::size_t most = limits.request_line + limits.headers + kBuffer;
  if (buffer_.size() >= most && phase_ != Phase::body) {
    refuse(431, RequestReader::too_long(limits), true);
    return false;
  }
  if (buffer_.size() >= std::max(most, kBodyBuffer)) {
    refuse(413, "body: more framing of chunks than content", true);
    return false;
  }
  buffer_.resize(std::min(buffer_.size() * 2, std::max(most, kBodyBuffer)));
  return true;
}

void HttpConnection::on_read(bool is_open, std::size_t size) {
  is_reading_ = false;
  worker_->look_at_clock();
  if (phase_ == Phase::closed) return;
  if (!is_open) {
    // Answers on their way are still wanted: a client may have closed only its sending side.
    if (phase_ != Phase::serving && phase_ != Phase::writing) close();
    return;
  }
  if (phase_ == Phase::lingering || phase_ == Phase::streaming) {
    read_away_ += size;
    return read_away_ > kReadAway ? close() : read_more();
  }
  end_ += size;
  advance();
}

// Takes requests from the buffer until bytes are missing, or one is being answered.
void HttpConnection::advance() {
  if (is_advancing_) return;  // called from an answer within: the loop goes on by itself
  is_advancing_ = true;
  int turns = 0;
  bool goes_on = true;
  while (goes_on) {
    if (phase_ == Phase::idle && begin_ != end_) {
      if (++turns > kRequestsInARow) {
        worker_->post([self = shared_from_this()] { self->advance(); });
        break;
      }
      enter(Phase::head);
    }
    if (phase_ == Phase::head) {
      goes_on = take_head();
    } else if (phase_ == Phase::body) {
      goes_on = take_body();
    } else {
      goes_on = false;
    }
    goes_on = goes_on || (phase_ == Phase::idle && begin_ != end_);
  }
  is_advancing_ = false;
  if (phase_ == Phase::idle || phase_ == Phase::head || phase_ == Phase::body) {
    if (turns <= kRequestsInARow) read_more();
  }
}

// False: bytes are missing, or the request was refused.
bool HttpConnection::take_head() {
  Nowhere nowhere;
  begin_ += reader_.feed({buffer_.data() + begin_, end_ - begin_}, nowhere);
  if (reader_.state() == RequestReader::State::head) return false;
  if (reader_.state() == RequestReader::State::refused) {
    refuse(reader_.status(), reader_.reason(), true);
    return false;
  }
  begin_request();
  return true;
}

void HttpConnection::begin_request() {
  enter(Phase::body);
  exchange_ = worker_->take_exchange();
  exchange_->begun_us = worker_->now_us();
  exchange_->budget.set(&worker_->shared().inflight, &use_->inflight);
  refusal_ = 0;
  const RequestHead& head = reader_.head();
  closes_ = !head.keeps_alive || worker_->shared().is_draining.load(std::memory_order_relaxed);
  if (!judge_head()) {
    const bool has_rest = reader_.state() == RequestReader::State::body;
    const bool is_small =
        !head.is_chunked && head.content_length <= kSmallBody && !head.expects_continue;
    if (has_rest && !is_small) return refuse(refusal_, refusal_reason_, true);
    return;
  }
  exchange_->body.begin(head);
  if (exchange_->body.status() != 0)
    return refuse(exchange_->body.status(), exchange_->body.reason(), true);
  if (head.expects_continue && reader_.state() == RequestReader::State::body && begin_ == end_)
    send_continue();
}

bool HttpConnection::take_body() {
  Nowhere nowhere;
  BodySink& sink = refusal_ != 0 ? static_cast<BodySink&>(nowhere) : exchange_->body;
  begin_ += reader_.feed({buffer_.data() + begin_, end_ - begin_}, sink);
  switch (reader_.state()) {
    case RequestReader::State::head:
    case RequestReader::State::body:
      return false;
    case RequestReader::State::refused:
      refuse(reader_.status(), reader_.reason(), true);
      return false;
    case RequestReader::State::stopped:
      refuse(exchange_->body.status(), exchange_->body.reason(), true);
      return false;
    case RequestReader::State::done:
      break;
  }
  if (refusal_ != 0) {
    refuse(refusal_, refusal_reason_, false);
  } else if (!exchange_->body.finish()) {
    refuse(exchange_->body.status(), exchange_->body.reason(), false);
  } else {
    serve();
  }
  return phase_ == Phase::idle;
}

void HttpConnection::send_continue() {
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  // A client that doesn't get it goes on after a while anyway.
  (void)::send(socket_.native_handle(), kContinue.data(), kContinue.size(),
               MSG_NOSIGNAL | MSG_DONTWAIT);
}

// ---- judging ----------------------------------------------------------------------------------

// Everything that the head alone decides; false: refusal_ says why.
bool HttpConnection::judge_head() {
  const RequestHead& head = reader_.head();
  const HttpShared& shared = worker_->shared();
  HttpRoute& route = exchange_->route;
  const auto refused = [&](uint16_t status, std::string_view reason) {
    refusal_ = status;
    refusal_reason_.assign(reason);
    return false;
  };
  route.read(head.verb, head.target, shared.options);
  const bool is_exempt = route.method == Method::live || route.method == Method::ready ||
                         route.method == Method::prometheus;
  if (!is_exempt) {
    if (!is_trusted_host(head.host, shared.host_name, shared.options.allowed_hosts)) {
      return refused(
          403,
          "host: this name is not mine; ask by IP address, or start the server with --allow-host");
    }
    if (!is_trusted_origin(head.origin, head.host, shared.options.allowed_origins)) {
      return refused(
          403, "origin: pages of other sites may not ask; start the server with --allow-origin");
    }
  }
  if (head.verb == HttpRoute::Verb::options) return true;
  if (route.refused != 0) return refused(route.refused, route.reason);
  fill_call();
  const Status access = judge_access(exchange_->call);
  return access.ok() || refused(403, access.text());
}

void HttpConnection::fill_call() {
  const RequestHead& head = reader_.head();
  const HttpRoute& route = exchange_->route;
  Call& call = exchange_->call;
  call = {};
  call.method = route.method;
  call.model = route.model;
  call.version = route.version;
  call.principal.address = use_->address;
  call.principal.is_loopback =
      worker_->shared().is_loopback && peer_.is_loopback() && !head.came_through_proxy;
  call.last_event_id = head.last_event_id;
  if (route.query.empty()) return;
  call.for_training = route.method == Method::ready && route.query_value("for") == "train";
  const std::string span =
      route.method == Method::history ? route.query_value("span") : std::string();
  call.span_s = span == "300" ? 300 : span == "3600" ? 3600 : span == "86400" ? 86400 : 0;
}

// ---- answering --------------------------------------------------------------------------------

void HttpConnection::serve() {
  HttpExchange& exchange = *exchange_;
  Call& call = exchange.call;
  if (reader_.head().verb == HttpRoute::Verb::options) return serve_options();
  if (call.method == Method::asset) return serve_asset();
  if (reader_.head().verb == HttpRoute::Verb::post) {
    Status read = exchange.decoded.read(exchange.body.bytes(), reader_.head().json_length,
                                        worker_->now_us(), call);
    if (read.ok() && call.remember) read = judge_access(call);
    if (!read.ok()) return refuse(http_status(read.code()), read.text(), false);
  }
  enter(Phase::serving);
  is_serving_ = true;
  is_handling_ = true;
  is_replied_inline_ = false;
  worker_->shared().service->handle(call, std::make_unique<HttpReply>(shared_from_this()));
  is_handling_ = false;
  if (is_replied_inline_) answer();
}

void HttpConnection::replied() noexcept {
  if (HttpWorker::current() == worker_.get() && is_handling_) {
    is_replied_inline_ = true;
  } else {
    worker_->post([self = shared_from_this()] { self->answer(); });
  }
}

void HttpConnection::answer() {
  is_serving_ = false;
  if (phase_ == Phase::closed) return release_exchange();
  if (exchange_->stream != nullptr) return begin_stream();
  if (!reader_.head().origin.empty()) add_cors();
  tell_service();
  closes_ = closes_ || worker_->shared().is_draining.load(std::memory_order_relaxed);
  if (!closes_ && !reader_.head().is_http_11)
    exchange_->response.add_head("Connection: keep-alive\r\n");
  write(exchange_->response.finish(worker_->date(), closes_,
                                   reader_.head().verb == HttpRoute::Verb::head));
}

void HttpConnection::refuse(uint16_t status, std::string_view reason, bool leaves_rest) {
  if (exchange_ == nullptr) {
    exchange_ = worker_->take_exchange();
    exchange_->begun_us = since_us_;
    exchange_->route.method = Method::none;
    exchange_->route.model = {};
  }
  leaves_rest_ = leaves_rest;
  closes_ = closes_ || leaves_rest;
  exchange_->response.put_error(status, reason);
  if (status == 405) {
    exchange_->response.add_head("Allow: ");
    exchange_->response.add_head(exchange_->route.allow);
    exchange_->response.add_head("\r\n");
  }
  answer();
}

void HttpConnection::add_cors() {
  const std::vector<std::string>& allowed = worker_->shared().options.allowed_origins;
  if (std::find(allowed.begin(), allowed.end(), reader_.head().origin) == allowed.end()) return;
  exchange_->response.add_head("Access-Control-Allow-Origin: ");
  exchange_->response.add_head(reader_.head().origin);
  exchange_->response.add_head("\r\nVary: Origin\r\n");
}

void HttpConnection::serve_options() {
  exchange_->response.put_body("", "");
  exchange_->response.add_head(
      "Allow: GET, HEAD, POST, OPTIONS\r\n"
      "Access-Control-Allow-Methods: GET, HEAD, POST\r\n"
      "Access-Control-Allow-Headers: Content-Type, Inference-Header-Content-Length, Last-Event-ID, "
      "Authorization\r\n"
      "Access-Control-Max-Age: 600\r\n");
  answer();
}

void HttpConnection::serve_asset() {
  const HttpShared& shared = worker_->shared();
  const Asset& asset = *exchange_->route.asset;
  const auto at = static_cast<std::size_t>(&asset - shared.options.assets.data());
  HttpResponse& response = exchange_->response;
  if (reader_.head().takes_gzip) {
    response.put_body(asset.type,
                      {reinterpret_cast<const char*>(asset.gzip.data()), asset.gzip.size()});
    response.add_head("Content-Encoding: gzip\r\n");
  } else {
    response.put_body(asset.type, shared.plain_assets[at]);
  }
  response.add_head(asset.is_immutable ? "Cache-Control: public, max-age=31536000, immutable\r\n"
                                       : "Cache-Control: no-cache\r\n");
  response.add_head(
      "Vary: Accept-Encoding\r\n"
      "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src "
      "'self' data:; "
      "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
      "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n");
  answer();
}

void HttpConnection::tell_service() {
  const HttpResponse& response = exchange_->response;
  worker_->shared().service->done({.protocol = "http",
                                   .method = exchange_->route.method,
                                   .model = exchange_->route.model,
                                   .code = response.status(),
                                   .duration_us = steady_now_us() - exchange_->begun_us,
                                   .error = response.error()});
}

// ---- writing ----------------------------------------------------------------------------------

void HttpConnection::write(std::string_view bytes) {
  if (phase_ != Phase::streaming) enter(Phase::writing);
  to_write_ = bytes;
  write_rest();
}

// Tries at once: nearly always the socket takes everything, and one system call is all.
void HttpConnection::write_rest() {
  while (!to_write_.empty()) {
    const ssize_t sent = ::send(socket_.native_handle(), to_write_.data(), to_write_.size(),
                                MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return close();
    if (sent >= 0) {
      to_write_.remove_prefix(static_cast<std::size_t>(sent));
      progress_us_ = worker_->now_us();
      continue;
    }
    socket_.async_wait(boost::asio::ip::tcp::socket::wait_write,
                       [self = shared_from_this()](const boost::system::error_code& error) {
                         self->worker_->look_at_clock();
                         if (self->phase_ == Phase::closed) return;
                         error ? self->close() : self->write_rest();
                       });
    return;
  }
  on_written();
}

void HttpConnection::on_written() {
  if (phase_ != Phase::streaming) return after_answer();
  if (closes_) return close();
  send_events();
}

void HttpConnection::after_answer() {
  release_exchange();
  if (closes_) return leaves_rest_ ? linger() : close();
  reader_.reset();
  if (begin_ == end_ && buffer_.size() > kBuffer) {
    begin_ = end_ = 0;
    buffer_.resize(kBuffer);
    buffer_.shrink_to_fit();
  }
  enter(Phase::idle);
  advance();
}

// Closing while the client still sends would make its kernel throw away our answer: read on for a while.
void HttpConnection::linger() {
  enter(Phase::lingering);
  boost::system::error_code ignored;
  socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  begin_ = end_ = 0;
  read_away_ = 0;
  read_more();
}

// ---- event streams ----------------------------------------------------------------------------

void HttpConnection::begin_stream() {
  HttpShared& shared = worker_->shared();
  const HttpLimits& limits = shared.options.limits;
  is_stream_counted_ = true;
  const std::size_t all = shared.streams.fetch_add(1) + 1;
  const std::size_t mine = use_->streams.fetch_add(1) + 1;
  if (all > limits.streams || mine > limits.streams_per_address) {
    leave_stream();
    exchange_->stream = nullptr;
    return refuse(429, "events: too many streams are open (64, 8 from one address); close one",
                  false);
  }
  hub_ = exchange_->stream;
  place_ = hub_->place(exchange_->call.model, exchange_->call.last_event_id);
  exchange_->response.put_body("text/event-stream", "");
  if (!reader_.head().origin.empty()) add_cors();
  tell_service();
  stream_bytes_ = exchange_->response.finish_stream(worker_->date());
  release_exchange();
  closes_ = false;
  enter(Phase::streaming);
  read_away_ = 0;
  read_more();  // sees the client go
  hub_->watch(this);
  write(stream_bytes_);
}

void HttpConnection::wake() noexcept {
  if (is_woken_.exchange(true)) return;
  if (auto self = weak_from_this().lock()) {
    worker_->post([self = std::static_pointer_cast<HttpConnection>(std::move(self))] {
      self->send_events();
    });
  }
}

void HttpConnection::send_events() {
  if (phase_ != Phase::streaming || !to_write_.empty() || is_sending_) return;
  is_sending_ = true;
  for (int turns = 0; phase_ == Phase::streaming && to_write_.empty(); ++turns) {
    is_woken_.store(false);  // before reading: what comes now wakes again
    if (turns == kRequestsInARow) {
      wake();
      break;
    }
    uint64_t lost = 0;
    const std::vector<EventHub::Frame> frames = hub_->read(place_, kFramesAtOnce, lost);
    if (frames.empty() && lost == 0) break;
    stream_bytes_.clear();
    if (lost > 0) stream_bytes_ = "event: gap\ndata: {\"lost\":" + std::to_string(lost) + "}\n\n";
    for (const EventHub::Frame& frame : frames)
      stream_bytes_.append(*frame);
    write(stream_bytes_);
  }
  is_sending_ = false;
}

void HttpConnection::leave_stream() noexcept {
  if (hub_ != nullptr) hub_->unwatch(this);
  hub_ = nullptr;
  if (!is_stream_counted_) return;
  is_stream_counted_ = false;
  use_->streams.fetch_sub(1);
  worker_->shared().streams.fetch_sub(1);
}

// ---- time -------------------------------------------------------------------------------------

void HttpConnection::check_time(int64_t now_us) noexcept {
  const HttpLimits& limits = worker_->shared().options.limits;
  const int64_t passed_us = now_us - since_us_;
  switch (phase_) {
    case Phase::idle:
      if (passed_us > limits.idle_time_us) close();
      break;
    case Phase::head:
      if (passed_us > limits.header_time_us)
        refuse(408, "header: too slow; send it in one piece", true);
      break;
    case Phase::body:
      check_body_time(passed_us);
      break;
    case Phase::writing:
      if (now_us - progress_us_ > limits.write_stall_us) close();
      break;
    case Phase::streaming:
      if (!to_write_.empty()) {
        if (now_us - progress_us_ > limits.write_stall_us) close();
      } else if (now_us - progress_us_ > limits.comment_time_us) {
        stream_bytes_ = ":\n\n";
        write(stream_bytes_);
      }
      break;
    case Phase::lingering:
      if (passed_us > kLingerUs) close();
      break;
    case Phase::serving:
    case Phase::closed:
      break;
  }
}

void HttpConnection::check_body_time(int64_t passed_us) {
  const HttpLimits& limits = worker_->shared().options.limits;
  const auto received = static_cast<int64_t>(reader_.body_bytes());
  const int64_t announced =
      static_cast<int64_t>(std::min<uint64_t>(reader_.head().content_length, limits.body));
  const int64_t grace_us = limits.header_time_us;
  const bool is_slow =
      passed_us > grace_us && received < (passed_us - grace_us) / 1'000'000 * limits.body_rate;
  const int64_t most_us = limits.body_time_us + (std::max(received, announced) >> 20) * 1'000'000;
  if (is_slow || passed_us > most_us)
    refuse(408,
           "body: too slow; at least " + std::to_string(limits.body_rate) + " bytes/s are expected",
           true);
}

void HttpConnection::drain() noexcept {
  closes_ = true;
  if (phase_ == Phase::streaming && to_write_.empty()) {
    closes_ = false;
    send_events();
    closes_ = true;
    if (to_write_.empty()) close();
  } else if (phase_ == Phase::idle && worker_->now_us() - since_us_ > kIdleWhileDrainingUs) {
    close();
  }
}

}  // namespace freshet
