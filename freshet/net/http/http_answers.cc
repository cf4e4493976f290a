// The second half of HttpConnection: answers out. http_connection.cc has the requests in.
#include <cerrno>
#include <string>
#include <utility>

#include <sys/socket.h>

#include "freshet/net/access.h"
#include "freshet/net/http/http_connection.h"
#include "freshet/net/http/http_reply.h"
#include "freshet/net/http/own_responses.h"
#include "freshet/net/http/status_code.h"

namespace freshet {
namespace {

constexpr int kReadsInARow = 64;  // of a hub's events, before other connections have their turn

}  // namespace

// ---- answering --------------------------------------------------------------------------------

void HttpConnection::serve() {
  HttpExchange& exchange = *exchange_;
  Call& call = exchange.call;
  if (reader_.head().verb == HttpRoute::Verb::options) {
    put_verbs(exchange.response);
    return answer();
  }
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
  add_cors(exchange_->response, reader_.head().origin, worker_->shared().options.allowed_origins);
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

void HttpConnection::serve_asset() {
  const HttpShared& shared = worker_->shared();
  const Asset& asset = *exchange_->route.asset;
  const auto at = static_cast<std::size_t>(&asset - shared.options.assets.data());
  put_asset(exchange_->response, asset, shared.plain_assets[at], reader_.head().takes_gzip);
  answer();
}

void HttpConnection::tell_service() {
  const HttpResponse& response = exchange_->response;
  worker_->shared().service->done({.protocol = "http",
                                   .method = exchange_->route.method,
                                   .model = exchange_->route.model,
                                   .code = response.status(),
                                   .duration_us = steady_us() - exchange_->begun_us,
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

// ---- event streams ----------------------------------------------------------------------------

void HttpConnection::begin_stream() {
  HttpShared& shared = worker_->shared();
  const HttpLimits& limits = shared.options.limits;
  EventHub& hub = *std::exchange(exchange_->stream, nullptr);
  stream_.emplace(
      StreamCounts{shared.streams, use_->streams, limits.streams, limits.streams_per_address});
  if (!stream_->open(hub, exchange_->call.model, exchange_->call.last_event_id)) {
    stream_.reset();
    return refuse(429,
                  "events: too many streams are open (" + std::to_string(limits.streams) + ", " +
                      std::to_string(limits.streams_per_address) + " from one address); close one",
                  false);
  }
  exchange_->response.put_body("text/event-stream", "");
  add_cors(exchange_->response, reader_.head().origin, shared.options.allowed_origins);
  tell_service();
  const std::string_view head = stream_->keep(exchange_->response.finish_stream(worker_->date()));
  release_exchange();
  closes_ = false;
  enter(Phase::streaming);
  read_away_ = 0;
  read_more();  // sees the client go
  stream_->watch(this);
  write(head);
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
    if (turns == kReadsInARow) {
      wake();
      break;
    }
    const std::string_view events = stream_->read();
    if (events.empty()) break;
    write(events);
  }
  is_sending_ = false;
}

}  // namespace freshet
