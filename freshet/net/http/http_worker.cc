#include "freshet/net/http/http_worker.h"

#include <chrono>
#include <cstdio>
#include <ctime>

#include <boost/asio/post.hpp>

#include "freshet/net/http/http_connection.h"

namespace freshet {
namespace {

thread_local HttpWorker* current_worker = nullptr;

constexpr std::chrono::milliseconds kTick{250};
constexpr std::chrono::milliseconds kTickWhileDraining{20};
constexpr std::size_t kSpareExchanges = 64;

}  // namespace

std::shared_ptr<HttpClientUse> HttpShared::enter(const std::string& address) {
  const std::lock_guard lock(mutex);
  std::weak_ptr<HttpClientUse>& known = addresses[address];
  std::shared_ptr<HttpClientUse> use = known.lock();
  if (use == nullptr) {
    use = std::make_shared<HttpClientUse>();
    use->address = address;
    use->inflight.limit = options.limits.inflight / 4;
    known = use;
  }
  if (use->connections >= options.limits.connections_per_address) return nullptr;
  ++use->connections;
  connections.fetch_add(1);
  return use;
}

void HttpShared::leave(HttpClientUse& use) {
  const std::lock_guard lock(mutex);
  if (--use.connections == 0) addresses.erase(use.address);
  if (connections.fetch_sub(1) == 1) is_empty.notify_all();
}

HttpWorker::HttpWorker(std::shared_ptr<HttpShared> shared) : shared_(std::move(shared)) {}

HttpWorker::~HttpWorker() = default;

HttpWorker* HttpWorker::current() noexcept {
  return current_worker;
}

void HttpWorker::start() {
  thread_ = std::thread([self = shared_from_this()] { self->run(); });
}

void HttpWorker::run() {
  current_worker = this;
  look_at_clock();
  wait_for_tick();
  context_.run();
  current_worker = nullptr;
}

void HttpWorker::stop() {
  post([this] {
    is_stopping_ = true;
    timer_.cancel();
    while (!connections_.empty()) {
      if (connections_.back()->is_busy()) shared_->cut.fetch_add(1);
      connections_.back()->close();
    }
    work_.reset();
  });
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void HttpWorker::post(std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  if (is_stopped_) return;
  boost::asio::post(context_, [this, run = std::move(task)] {
    look_at_clock();
    run();
  });
}

void HttpWorker::adopt(boost::asio::ip::tcp::socket socket, std::shared_ptr<HttpClientUse> use) {
  auto connection =
      std::make_shared<HttpConnection>(std::move(socket), shared_from_this(), std::move(use));
  post([connection] { connection->start(); });
}

void HttpWorker::remember(std::shared_ptr<HttpConnection> connection) {
  connection->index = connections_.size();
  connections_.push_back(std::move(connection));
}

void HttpWorker::forget(HttpConnection* connection) noexcept {
  std::swap(connections_[connection->index], connections_.back());
  connections_[connection->index]->index = connection->index;
  connections_.pop_back();
}

void HttpWorker::close_oldest_idle() noexcept {
  HttpConnection* oldest = nullptr;
  for (const auto& connection : connections_) {
    const int64_t since = connection->idle_since_us();
    if (since != 0 && (oldest == nullptr || since < oldest->idle_since_us()))
      oldest = connection.get();
  }
  if (oldest != nullptr) oldest->close();
}

void HttpWorker::wait_for_tick() {
  timer_.expires_after(shared_->is_draining.load() ? kTickWhileDraining : kTick);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && !is_stopping_) tick();
  });
}

// One look at every connection a few times a second costs less than a timer for each phase of each request.
void HttpWorker::tick() {
  look_at_clock();
  const bool is_draining = shared_->is_draining.load();
  for (std::size_t i = connections_.size();
       i-- > 0;) {  // backwards: closing one moves the last to its place
    if (is_draining) {
      connections_[i]->drain();
      if (i >= connections_.size()) continue;
    }
    connections_[i]->check_time(now_us_);
  }
  wait_for_tick();
}

std::unique_ptr<HttpExchange> HttpWorker::take_exchange() {
  if (spare_exchanges_.empty()) {
    auto exchange = std::make_unique<HttpExchange>(shared_->options.limits);
    return exchange;
  }
  std::unique_ptr<HttpExchange> exchange = std::move(spare_exchanges_.back());
  spare_exchanges_.pop_back();
  return exchange;
}

void HttpWorker::give_exchange(std::unique_ptr<HttpExchange> exchange) noexcept {
  if (spare_exchanges_.size() >= kSpareExchanges) return;
  exchange->decoded.clear();
  exchange->body.clear();
  exchange->response.clear();
  exchange->budget.clear();
  exchange->stream = nullptr;
  exchange->is_answered = false;
  spare_exchanges_.push_back(std::move(exchange));
}

std::string_view HttpWorker::date() {
  const std::time_t now = std::time(nullptr);
  if (now != date_second_) {
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::strftime(date_, sizeof date_, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    date_second_ = now;
  }
  return {date_, 29};
}

}  // namespace freshet
