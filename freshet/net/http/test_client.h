#pragma once
/// For tests: a service that answers from memory, and a client that says exactly the bytes it is given.

#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "freshet/net/event_hub.h"
#include "freshet/net/http/http_door.h"
#include "freshet/net/service.h"

namespace freshet {

/// infer: output `prediction`, for each row of `x` the sum of its values; or what `on_call` does.
class TestService final : public Service {
 public:
  std::function<void(const Call&, std::unique_ptr<Reply>)> on_call;
  EventHub hub;
  std::atomic<int> calls{0};
  std::mutex mutex;
  std::vector<std::string> outcomes;  // "infer m 200"
  std::vector<std::thread> threads;   // joined at the end

  ~TestService() override {
    for (std::thread& thread : threads)
      thread.join();
  }

  void handle(const Call& call, std::unique_ptr<Reply> reply) noexcept override {
    ++calls;
    if (on_call) return on_call(call, std::move(reply));
    answer(call, *reply);
  }

  void answer(const Call& call, Reply& reply) {
    switch (call.method) {
      case Method::infer:
      case Method::inference:
        return sum(call, reply);
      case Method::train:
      case Method::predict_train:
      case Method::training:
        return train(call, reply);
      case Method::live:
      case Method::ready:
      case Method::model_ready:
        return reply.finish(Health{.live = true, .ready = !call.for_training, .name = call.model});
      case Method::events:
        return reply.stream(hub);
      case Method::prometheus:
        return reply.finish_text("freshet_up 1\n");
      case Method::metrics:
      case Method::history:
        return reply.finish_json("{\"span\":" + std::to_string(call.span_s) + "}");
      default:
        return reply.finish(Status(Code::unsupported, "test: no such method"));
    }
  }

  void done(const Outcome& outcome) noexcept override {
    const std::lock_guard lock(mutex);
    outcomes.push_back(std::string(method_name(outcome.method)) + " " + std::string(outcome.model) +
                       " " + std::to_string(outcome.code));
  }

 private:
  static void sum(const Call& call, Reply& reply) {
    if (call.inputs.empty()) return reply.finish(Status(Code::invalid_argument, "test: no inputs"));
    const Tensor& x = call.inputs[0];
    if (x.datatype == Datatype::bytes || x.datatype == Datatype::none) {
      const int64_t shape[] = {1};
      const std::string_view text[] = {x.texts.empty() ? std::string_view("raw") : x.texts[0]};
      const Tensor out{.name = "label", .datatype = Datatype::bytes, .shape = shape, .texts = text};
      return reply.finish(
          Answer{.model = call.model, .version = "1", .id = call.id, .outputs = {&out, 1}});
    }
    const std::size_t rows = x.shape.empty() ? 1 : static_cast<std::size_t>(x.shape[0]);
    std::vector<float> sums(rows);
    for (std::size_t i = 0; rows != 0 && i < x.elements(); ++i) {
      sums[i / (x.elements() / rows)] += static_cast<float>(tensor_number(x, i));
    }
    const int64_t shape[] = {static_cast<int64_t>(rows)};
    const Tensor out =
        Tensor::of<float>("prediction", Datatype::f32, shape, std::span<const float>(sums));
    const Parameter lsn = Parameter::of("model_lsn", int64_t{7});
    reply.finish(Answer{.model = call.model,
                        .version = "7",
                        .id = call.id,
                        .lsn = 7,
                        .parameters = {&lsn, 1},
                        .outputs = {&out, 1}});
  }

  static void train(const Call& call, Reply& reply) {
    const double loss[] = {0.25};
    reply.finish(TrainAnswer{.model = call.model,
                             .version = "8",
                             .id = call.id,
                             .accepted = 1,
                             .lsn = 8,
                             .ack = call.ack,
                             .loss = loss});
  }
};

/// A door on a free port with a TestService behind it.
struct TestServer {
  explicit TestServer(HttpOptions options = {}, const char* url = "127.0.0.1:0") {
    if (options.threads == 0) options.threads = 2;
    door = *make_http_door(std::move(options));
    const Status opened = door->open(url, service);
    if (opened.ok())
      port =
          static_cast<uint16_t>(std::stoi(door->address().substr(door->address().rfind(':') + 1)));
  }
  ~TestServer() { (void)door->close(0); }

  TestService service;
  std::unique_ptr<Door> door;
  uint16_t port = 0;
};

class RawClient {
 public:
  explicit RawClient(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_open_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { ::close(socket_); }

  bool is_open() const { return is_open_; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  void half_close() { ::shutdown(socket_, SHUT_WR); }

  /// What has come within `wait_ms` (as soon as anything did); "" at the end, or if nothing came.
  std::string some(int wait_ms = 5000) {
    pollfd wait{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, wait_ms) <= 0) return {};
    std::string bytes(65536, '\0');
    const ssize_t size = ::recv(socket_, bytes.data(), bytes.size(), 0);
    bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return bytes;
  }

  /// One whole response (by Content-Length); what came until the end, if it ends before.
  std::string response() {
    while (true) {
      const std::size_t head = kept_.find("\r\n\r\n");
      if (head != std::string::npos) {
        const std::size_t at = kept_.find("Content-Length: ");
        const std::size_t size = head + 4 + (at < head ? std::stoul(kept_.substr(at + 16)) : 0);
        if (kept_.size() >= size) {
          std::string whole = kept_.substr(0, size);
          kept_.erase(0, size);
          return whole;
        }
      }
      const std::string more = some();
      if (more.empty()) return std::exchange(kept_, {});
      kept_ += more;
    }
  }

  /// True when the server has closed.
  bool is_closed(int wait_ms = 3000) {
    while (true) {
      pollfd wait{.fd = socket_, .events = POLLIN, .revents = 0};
      if (::poll(&wait, 1, wait_ms) <= 0) return false;
      char byte[4096];
      if (::recv(socket_, byte, sizeof byte, 0) <= 0) return true;
    }
  }

 private:
  int socket_;
  bool is_open_ = false;
  std::string kept_;
};

/// A request with Host and Content-Length. head: further lines, each ending in \r\n.
inline std::string request(std::string_view verb, std::string_view target,
                           std::string_view body = "", std::string_view head = "") {
  std::string text;
  text.append(verb)
      .append(" ")
      .append(target)
      .append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n")
      .append(head);
  if (verb == "POST")
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  return text.append("\r\n").append(body);
}

/// Sends one request on a connection of its own.
inline std::string ask(uint16_t port, std::string_view bytes) {
  RawClient client(port);
  client.send(bytes);
  return client.response();
}

inline int status_of(std::string_view response) {
  return response.size() > 12 ? std::atoi(std::string(response.substr(9, 3)).c_str()) : 0;
}

inline std::string body_of(std::string_view response) {
  const std::size_t at = response.find("\r\n\r\n");
  return at == std::string_view::npos ? std::string() : std::string(response.substr(at + 4));
}

}  // namespace freshet
