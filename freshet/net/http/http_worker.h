#pragma once
/// One thread of the HTTP door, its event loop and the connections that live on it; and what all threads share.
///
/// Inside this folder only: Asio is seen by connection.cc, worker.cc and server.cc.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "freshet/net/http/http_door.h"
#include "freshet/net/http/request_body.h"
#include "freshet/runtime/clock.h"

namespace freshet {

class HttpConnection;
class Service;
struct HttpExchange;

/// What one client address holds. Lives as long as one of its connections.
struct HttpClientUse {
  std::string address;
  std::size_t connections = 0;
  std::atomic<std::size_t> streams{0};
  InflightCounter inflight;
};

/// What all threads of one door share.
struct HttpShared {
  HttpOptions options;
  Service* service = nullptr;
  bool is_loopback = false;               ///< the listener
  std::string host_name;                  ///< of the listener's URL, when it is a name
  std::vector<std::string> plain_assets;  ///< decompressed, by the index in options.assets

  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> streams{0};
  std::atomic<bool> is_draining{false};
  std::atomic<std::size_t> cut{0};  ///< connections closed while they had something to do
  InflightCounter inflight;

  std::mutex mutex;
  std::condition_variable is_empty;  ///< connections became 0
  std::map<std::string, std::weak_ptr<HttpClientUse>, std::less<>> addresses;

  /// Counts a connection of this address; null if it has too many.
  std::shared_ptr<HttpClientUse> enter(const std::string& address);
  void leave(HttpClientUse& use);
};

class HttpWorker : public std::enable_shared_from_this<HttpWorker> {
 public:
  explicit HttpWorker(std::shared_ptr<HttpShared> shared);
  ~HttpWorker();

  void start();
  /// Cuts every connection, waits for the thread.
  void stop();

  boost::asio::io_context& context() noexcept { return context_; }
  HttpShared& shared() noexcept { return *shared_; }

  /// Runs `task` on this thread soon; drops it after stop(). Any thread.
  void post(std::function<void()> task);

  /// Makes a connection of it, on this thread. Any thread.
  void adopt(boost::asio::ip::tcp::socket socket, std::shared_ptr<HttpClientUse> use);

  // This thread only:
  bool is_stopping() const noexcept { return is_stopping_; }
  void remember(std::shared_ptr<HttpConnection>);
  void forget(HttpConnection*) noexcept;
  void close_oldest_idle() noexcept;
  std::unique_ptr<HttpExchange> take_exchange();
  void give_exchange(std::unique_ptr<HttpExchange>) noexcept;
  /// Of the present round of the loop.
  int64_t now_us() const noexcept { return now_us_; }
  void look_at_clock() noexcept { now_us_ = steady_us(); }
  std::string_view date();

  /// The worker whose thread this is; null on others.
  static HttpWorker* current() noexcept;

 private:
  void run();
  void tick();
  void wait_for_tick();

  std::shared_ptr<HttpShared> shared_;
  boost::asio::io_context context_{1};
  boost::asio::steady_timer timer_{context_};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      context_.get_executor()};
  std::thread thread_;
  std::mutex mutex_;
  bool is_stopped_ = false;   // under mutex_: nothing is posted any more
  bool is_stopping_ = false;  // this thread's
  int64_t now_us_ = 0;
  // Owned: while a request is served nothing else of this thread holds its connection, and the Reply's thread may let go
  // of it at any moment.
  std::vector<std::shared_ptr<HttpConnection>> connections_;
  std::vector<std::unique_ptr<HttpExchange>> spare_exchanges_;
  char date_[30];
  int64_t date_second_ = -1;
};

}  // namespace freshet
