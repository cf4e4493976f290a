#include "freshet/net/http/http_connection.h"

#include <algorithm>
#include <cstring>

#include <boost/asio/buffer.hpp>
#include <sys/socket.h>

namespace freshet {
namespace {

constexpr std::size_t kBuffer = 4 << 10;
constexpr std::size_t kBodyBuffer = 64 << 10;
constexpr std::size_t kSmallBody =
    64 << 10;  // an unwanted one is read away, and the connection goes on
constexpr std::size_t kReadAway = 1 << 20;  // at most, of a client that is being refused
constexpr int64_t kLingerUs = 2'000'000;
constexpr int64_t kIdleWhileDrainingUs = 1'000'000;
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
  if (stream_) stream_->close();
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
  const RequestHead& head = reader_.head();
  const HttpShared& shared = worker_->shared();
  closes_ = !head.keeps_alive || shared.is_draining.load(std::memory_order_relaxed);
  refusal_ = judge_head(head, shared.options,
                        {.host_name = shared.host_name,
                         .peer_address = use_->address,
                         .is_loopback = shared.is_loopback && peer_.is_loopback()},
                        exchange_->route, exchange_->call);
  if (refusal_.status != 0) {
    const bool has_rest = reader_.state() == RequestReader::State::body;
    const bool is_small =
        !head.is_chunked && head.content_length <= kSmallBody && !head.expects_continue;
    if (has_rest && !is_small) return refuse(refusal_.status, refusal_.reason, true);
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
  BodySink& sink = refusal_.status != 0 ? static_cast<BodySink&>(nowhere) : exchange_->body;
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
  if (refusal_.status != 0) {
    refuse(refusal_.status, refusal_.reason, false);
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

// ---- after an answer (http_answers.cc)

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
        write(":\n\n");
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
