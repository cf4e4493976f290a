#include "bench/http_echo.h"

#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace freshet {
namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using boost::system::error_code;

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const std::string& answer)
      : socket_(std::move(socket)), answer_(answer) {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
  }

  void read() {
    request_ = {};
    http::async_read(socket_, buffer_, request_,
                     [self = shared_from_this()](const error_code& error, std::size_t) {
                       if (!error) self->write();
                     });
  }

 private:
  void write() {
    response_ = {http::status::ok, request_.version()};
    response_.set(http::field::content_type, "application/json");
    response_.keep_alive(request_.keep_alive());
    response_.body() = answer_;
    response_.prepare_payload();
    http::async_write(socket_, response_,
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        if (!error && self->response_.keep_alive()) self->read();
                      });
  }

  tcp::socket socket_;
  const std::string& answer_;
  boost::beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
};

class Echo final : public HttpEcho {
 public:
  Echo(std::string answer, uint32_t threads)
      : answer_(std::move(answer)), acceptor_(make_contexts(threads)) {}

  ~Echo() override {
    for (auto& context : contexts_)
      context->stop();
    for (std::thread& thread : threads_)
      thread.join();
  }

  Status listen() {
    error_code error;
    acceptor_.open(tcp::v4(), error);
    if (!error) acceptor_.bind({boost::asio::ip::address_v4::loopback(), 0}, error);
    if (!error) acceptor_.listen(1024, error);
    if (error) return {Code::unavailable, "echo: cannot listen on 127.0.0.1"};
    accept();
    for (auto& context : contexts_) {
      threads_.emplace_back([&context] {
        const auto work = boost::asio::make_work_guard(*context);
        context->run();
      });
    }
    return {};
  }

  uint16_t port() const noexcept override {
    error_code ignored;
    return acceptor_.local_endpoint(ignored).port();
  }

 private:
  boost::asio::io_context& make_contexts(uint32_t threads) {
    for (uint32_t i = 0; i < threads; ++i)
      contexts_.push_back(std::make_unique<boost::asio::io_context>(1));
    return *contexts_[0];
  }

  void accept() {
    boost::asio::io_context& context = *contexts_[next_++ % contexts_.size()];
    acceptor_.async_accept(context, [this, &context](const error_code& error, tcp::socket socket) {
      if (error) return;
      auto session = std::make_shared<Session>(std::move(socket), answer_);
      boost::asio::post(context, [session] { session->read(); });
      accept();
    });
  }

  std::string answer_;
  std::vector<std::unique_ptr<boost::asio::io_context>> contexts_;
  std::vector<std::thread> threads_;
  tcp::acceptor acceptor_;
  std::size_t next_ = 0;
};

}  // namespace

Result<std::unique_ptr<HttpEcho>> HttpEcho::start(std::string answer, uint32_t threads) noexcept {
  auto echo = std::make_unique<Echo>(std::move(answer), threads);
  if (Status listening = echo->listen(); !listening.ok()) return listening;
  return std::unique_ptr<HttpEcho>(std::move(echo));
}

}  // namespace freshet
