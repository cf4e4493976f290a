#pragma once
/// One client's connection: requests in, one at a time, answers out in order.
///
///     idle -> head -> body -> serving -> writing -> idle ...      keep-alive
///                                  \-> streaming                  events, until either side goes
///     any -> lingering -> closed                                  refused: what the client still sends is read away
///
/// Lives on one HttpWorker's thread; a Reply may come from any other and is posted there.
/// Requests in: http_connection.cc; answers out: http_answers.cc.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "freshet/net/event_hub.h"
#include "freshet/net/http/call_body.h"
#include "freshet/net/http/event_stream.h"
#include "freshet/net/http/http_response.h"
#include "freshet/net/http/http_route.h"
#include "freshet/net/http/http_worker.h"
#include "freshet/net/http/request_body.h"
#include "freshet/net/http/request_judge.h"
#include "freshet/net/http/request_reader.h"
#include "freshet/net/service.h"

namespace freshet {

/// What one request needs while it is in the house. A worker keeps spare ones, so that idle connections are small.
struct HttpExchange {
  explicit HttpExchange(const HttpLimits& limits) : body(limits, budget), decoded(limits, budget) {}

  RequestBudget budget;
  RequestBody body;
  CallBody decoded;
  HttpRoute route;
  Call call;
  HttpResponse response;
  EventHub* stream = nullptr;  // what the service wants to be streamed
  bool is_answered = false;
  int64_t begun_us = 0;
};

class HttpConnection final : public EventWatcher,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(boost::asio::ip::tcp::socket socket, std::shared_ptr<HttpWorker> worker,
                 std::shared_ptr<HttpClientUse> use);
  ~HttpConnection() override;

  void start();
  void close() noexcept;
  /// Looks at the timers; called by the worker a few times a second.
  void check_time(int64_t now_us) noexcept;
  /// When it became idle; 0: it isn't.
  int64_t idle_since_us() const noexcept;
  /// A request has come, or its answer is on the way. Event streams are never busy.
  bool is_busy() const noexcept;
  /// The server goes down: finish what is being done, begin nothing new.
  void drain() noexcept;

  void wake() noexcept override;  // EventWatcher

  /// Its place in the worker's list.
  std::size_t index = 0;

  // For the Reply, on any thread: the exchange, whose response it writes; then, once, replied().
  HttpExchange& exchange() noexcept { return *exchange_; }
  void replied() noexcept;

 private:
  enum class Phase : uint8_t { idle, head, body, serving, writing, streaming, lingering, closed };

  void enter(Phase phase) noexcept;
  void read_more();
  void on_read(bool is_open, std::size_t size);
  void advance();
  bool take_head();
  bool take_body();
  bool make_room();
  void begin_request();
  void send_continue();
  void serve();
  void serve_asset();
  void refuse(uint16_t status, std::string_view reason, bool leaves_rest);
  void answer();
  void tell_service();
  void write(std::string_view bytes);
  void write_rest();
  void on_written();
  void after_answer();
  void begin_stream();
  void send_events();
  void linger();
  void check_body_time(int64_t passed_us);
  void release_exchange() noexcept;

  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<HttpWorker> worker_;
  std::shared_ptr<HttpClientUse> use_;
  boost::asio::ip::address peer_;
  RequestReader reader_;
  std::unique_ptr<HttpExchange> exchange_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // of what is read and not yet taken
  Phase phase_ = Phase::idle;
  int64_t since_us_ = 0;      // when this phase began
  int64_t progress_us_ = 0;   // last byte written, or event sent
  bool closes_ = false;       // after this answer
  bool leaves_rest_ = false;  // the client is still sending what nobody wants
  bool is_counted_ = true;    // in HttpShared
  bool is_reading_ = false;
  bool is_sending_ = false;
  bool is_advancing_ = false;
  bool is_handling_ = false;  // inside Service::handle
  bool is_replied_inline_ = false;
  bool is_serving_ = false;  // the HttpExchange belongs to a Reply
  HttpVerdict refusal_;      // to be sent when a small unwanted body has been read away
  std::string_view to_write_;
  std::size_t read_away_ = 0;

  std::optional<EventStream> stream_;
  std::atomic<bool> is_woken_{false};
};

}  // namespace freshet
