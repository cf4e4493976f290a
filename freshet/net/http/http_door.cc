#include "freshet/net/http/http_door.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/resource.h>
#include <sys/socket.h>

#include "freshet/base/chars.h"
#include "freshet/base/failure.h"
#include "freshet/net/http/http_worker.h"
#include "freshet/net/http/inflate.h"
#include "freshet/runtime/notice.h"

namespace freshet {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

struct Address {
  std::string host;
  std::string port;
};

Status bad_address(std::string_view url) {
  return failure(
      Code::invalid_argument,
      "http: \"" + std::string(url) + "\" is not an address; write 127.0.0.1:8000 or [::1]:8000");
}

Result<Address> parse_address(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  std::string_view rest = url;
  if (rest.substr(0, kScheme.size()) == kScheme) rest.remove_prefix(kScheme.size());
  while (!rest.empty() && rest.back() == '/')
    rest.remove_suffix(1);
  const std::size_t colon = rest.rfind(':');
  uint64_t port = 0;
  if (colon == std::string_view::npos || !parse_all(rest.substr(colon + 1), &port) ||
      port > 65535) {
    return bad_address(url);
  }
  std::string_view host = rest.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  if (host.empty() || host.find('/') != std::string_view::npos) return bad_address(url);
  return Address{std::string(host), std::string(rest.substr(colon + 1))};
}

// The first IPv4 address of the name, else the first of any kind.
Result<tcp::endpoint> resolve(boost::asio::io_context& context, const Address& address) {
  error_code error;
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(address.host, address.port, tcp::resolver::passive, error);
  if (error || found.empty()) {
    return failure(Code::invalid_argument,
                   "http: cannot resolve \"" + address.host + "\": " + error.message());
  }
  for (const auto& entry : found) {
    if (entry.endpoint().address().is_v4()) return tcp::endpoint(entry.endpoint());
  }
  return tcp::endpoint(found.begin()->endpoint());
}

std::string shown(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" +
         std::to_string(endpoint.port());
}

Status listen_failed(const tcp::endpoint& endpoint, const error_code& error) {
  const std::string where = "http: " + shown(endpoint) + ": ";
  if (error == boost::asio::error::address_in_use) {
    const unsigned next = endpoint.port() < 65526 ? endpoint.port() + 10u : endpoint.port() - 10u;
    return failure(Code::conflict, where + "the port is in use; try --http " +
                                       shown({endpoint.address(), static_cast<uint16_t>(next)}) +
                                       ", or port 0 for a free one");
  }
  if (error == boost::asio::error::access_denied) {
    return failure(Code::denied,
                   where + "not allowed; ports below 1024 need rights, take one above");
  }
  return failure(Code::invalid_argument, where + error.message());
}

// Decompresses a page file; cut short if it is broken, which a test of the page sees.
std::string unzip(std::span<const std::byte> gzip) {
  std::string out;
  Inflate inflate;
  const auto append = [](void* self, std::string_view piece) noexcept {
    static_cast<std::string*>(self)->append(piece);
    return true;
  };
  if (inflate.begin(Inflate::Coding::gzip)) {
    inflate.feed({reinterpret_cast<const char*>(gzip.data()), gzip.size()}, append, &out);
  }
  return out;
}

// Raises the soft limit of descriptors to the hard one, and lowers the limit of connections under it.
void fit_descriptors(HttpLimits& limits) {
  constexpr std::size_t kForOthers = 256;  // logs, models, the other listener
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return;
  if (descriptors.rlim_cur < descriptors.rlim_max) {
    const rlim_t before = descriptors.rlim_cur;
    descriptors.rlim_cur = descriptors.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &descriptors) != 0) descriptors.rlim_cur = before;
  }
  const std::size_t room = descriptors.rlim_cur > 2 * kForOthers
                               ? static_cast<std::size_t>(descriptors.rlim_cur) - kForOthers
                               : static_cast<std::size_t>(descriptors.rlim_cur) / 2;
  if (descriptors.rlim_cur == RLIM_INFINITY || room >= limits.connections) return;
  notice(Level::warning, "http: " + std::to_string(room) + " connections instead of " +
                             std::to_string(limits.connections) +
                             ", because of the limit of open files (ulimit -n)");
  limits.connections = room;
}

// Accepts for all workers, on the first one's thread, and deals connections out in turn.
//
// Not one SO_REUSEPORT socket for each thread: the kernel deals by hash, so that a few clients may all land on one
// thread, and a second server on the same port would start without an error.
class Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  Acceptor(std::shared_ptr<HttpShared> shared, std::vector<std::shared_ptr<HttpWorker>> workers)
      : shared_(std::move(shared)),
        workers_(std::move(workers)),
        acceptor_(workers_[0]->context()),
        pause_(workers_[0]->context()) {}

  Status listen(const tcp::endpoint& endpoint) {
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(4096, error);
    return error ? listen_failed(endpoint, error) : Status();
  }

  tcp::endpoint endpoint() const {
    error_code ignored;
    return acceptor_.local_endpoint(ignored);
  }

  void accept() {
    const std::shared_ptr<HttpWorker>& worker = workers_[next_++ % workers_.size()];
    acceptor_.async_accept(worker->context(), [self = shared_from_this(), worker](
                                                  const error_code& error, tcp::socket socket) {
      if (error == boost::asio::error::operation_aborted || !self->acceptor_.is_open()) return;
      if (!error) self->take(worker, std::move(socket));
      error && self->is_out_of_descriptors(error) ? self->make_room() : self->accept();
    });
  }

  // First worker's thread.
  void close() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }

 private:
  static bool is_out_of_descriptors(const error_code& error) {
    return error == boost::asio::error::no_descriptors ||
           error == boost::asio::error::no_buffer_space ||
           error == error_code(ENFILE, boost::system::system_category());
  }

  void take(const std::shared_ptr<HttpWorker>& worker, tcp::socket socket) {
    error_code error;
    const tcp::endpoint peer = socket.remote_endpoint(error);
    if (error) return;
    const bool has_room = shared_->connections.load() < shared_->options.limits.connections;
    std::shared_ptr<HttpClientUse> use =
        has_room ? shared_->enter(peer.address().to_string()) : nullptr;
    if (use != nullptr) return worker->adopt(std::move(socket), std::move(use));
    constexpr std::string_view kFull =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: "
        "63\r\n"
        "Retry-After: 1\r\nConnection: close\r\n\r\n"
        "{\"error\":\"server: too many connections; close some, try again\"}";
    (void)::send(socket.native_handle(), kFull.data(), kFull.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  // Out of descriptors: closes what nobody uses, and waits a moment instead of spinning.
  void make_room() {
    for (const auto& worker : workers_)
      worker->post([worker = worker.get()] { worker->close_oldest_idle(); });
    pause_.expires_after(std::chrono::milliseconds(20));
    pause_.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error && self->acceptor_.is_open()) self->accept();
    });
  }

  std::shared_ptr<HttpShared> shared_;
  std::vector<std::shared_ptr<HttpWorker>> workers_;
  tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::size_t next_ = 0;
};

class HttpDoor final : public Door {
 public:
  explicit HttpDoor(HttpOptions options) : shared_(std::make_shared<HttpShared>()) {
    shared_->options = std::move(options);
  }
  ~HttpDoor() override { (void)close(0); }

  Status open(std::string_view url, Service& service) noexcept override;
  Status close(int64_t drain_us) noexcept override;
  std::string address() const override { return address_; }
  DoorLoad load() const noexcept override {
    return {shared_->connections.load(), shared_->inflight.bytes.load(), shared_->streams.load()};
  }

 private:
  void wait_until_empty(int64_t drain_us);

  std::shared_ptr<HttpShared> shared_;
  std::vector<std::shared_ptr<HttpWorker>> workers_;
  std::shared_ptr<Acceptor> acceptor_;
  std::string address_;
};

Status HttpDoor::open(std::string_view url, Service& service) noexcept {
  if (acceptor_ != nullptr) return {Code::conflict, "http: this door is open already"};
  FRESHET_TRY_ASSIGN(const Address address, parse_address(url));
  boost::asio::io_context context;
  FRESHET_TRY_ASSIGN(const tcp::endpoint wanted, resolve(context, address));

  HttpOptions& options = shared_->options;
  fit_descriptors(options.limits);
  shared_->service = &service;
  shared_->inflight.limit = options.limits.inflight;
  shared_->is_loopback = wanted.address().is_loopback();
  error_code is_name;
  boost::asio::ip::make_address(address.host, is_name);
  if (is_name) shared_->host_name = address.host;
  for (const Asset& asset : options.assets)
    shared_->plain_assets.push_back(unzip(asset.gzip));

  const uint32_t threads =
      options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  for (uint32_t i = 0; i < threads; ++i)
    workers_.push_back(std::make_shared<HttpWorker>(shared_));
  auto acceptor = std::make_shared<Acceptor>(shared_, workers_);
  if (Status listening = acceptor->listen(wanted); !listening.ok()) {
    workers_.clear();
    return listening;
  }
  acceptor_ = std::move(acceptor);
  address_ = "http://" + shown(acceptor_->endpoint());
  acceptor_->accept();
  for (const auto& worker : workers_)
    worker->start();
  return {};
}

void HttpDoor::wait_until_empty(int64_t drain_us) {
  std::unique_lock lock(shared_->mutex);
  shared_->is_empty.wait_for(lock, std::chrono::microseconds(drain_us),
                             [this] { return shared_->connections.load() == 0; });
}

Status HttpDoor::close(int64_t drain_us) noexcept {
  if (workers_.empty()) return {};
  workers_[0]->post([acceptor = acceptor_] { acceptor->close(); });
  shared_->is_draining.store(true);
  if (drain_us > 0) wait_until_empty(drain_us);
  for (const auto& worker : workers_)
    worker->stop();
  workers_.clear();
  acceptor_ = nullptr;
  if (shared_->cut.load() == 0) return {};
  return {Code::deadline, "http: connections were cut that had not finished in time"};
}

}  // namespace

Result<std::unique_ptr<Door>> make_http_door(HttpOptions options) noexcept {
  return std::unique_ptr<Door>(std::make_unique<HttpDoor>(std::move(options)));
}

}  // namespace freshet
