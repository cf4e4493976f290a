#pragma once
/// The Reply of one HTTP request: writes the response on the thread that answers, sends it when destroyed.

#include <memory>

#include "freshet/net/http/http_connection.h"
#include "freshet/net/http/status_code.h"
#include "freshet/net/service.h"

namespace freshet {

class HttpReply final : public Reply {
 public:
  explicit HttpReply(std::shared_ptr<HttpConnection> connection) noexcept
      : connection_(std::move(connection)), exchange_(connection_->exchange()) {}

  ~HttpReply() override {
    if (!exchange_.is_answered) {
      exchange_.response.put_error(500,
                                   "server: a request went unanswered; this is a mistake of ours");
    }
    connection_->replied();
  }

  void finish(const Status& status, uint32_t retry_after_s) noexcept override {
    if (!begin()) return;
    if (status.ok()) {
      exchange_.response.put_body("", "");
    } else {
      exchange_.response.put_error(http_status(status.code()), status.text(), retry_after_s);
    }
  }
  void finish(const Answer& answer) noexcept override {
    if (begin())
      exchange_.response.put(answer, exchange_.decoded, exchange_.call.method == Method::inference);
  }
  void finish(const TrainAnswer& answer) noexcept override {
    if (begin())
      exchange_.response.put(answer, exchange_.decoded, exchange_.call.method == Method::training);
  }
  void finish(const FeedbackAnswer& answer) noexcept override {
    if (begin()) exchange_.response.put(answer);
  }
  void finish(const Health& health) noexcept override {
    if (begin()) exchange_.response.put(health, exchange_.call.method);
  }
  void finish(const ServerMetadata& metadata) noexcept override {
    if (begin()) exchange_.response.put(metadata);
  }
  void finish(const ModelMetadata& metadata) noexcept override {
    if (begin()) exchange_.response.put(metadata, exchange_.call.method == Method::model_config);
  }
  void finish(std::span<const IndexEntry> entries) noexcept override {
    if (begin()) exchange_.response.put(entries);
  }
  void finish_json(std::string_view json) noexcept override {
    if (begin()) exchange_.response.put_body("application/json", json);
  }
  void finish_text(std::string_view text) noexcept override {
    if (begin()) exchange_.response.put_body("text/plain; charset=utf-8", text);
  }
  void stream(EventHub& hub) noexcept override {
    if (begin()) exchange_.stream = &hub;
  }

 private:
  // The first answer counts.
  bool begin() noexcept { return !std::exchange(exchange_.is_answered, true); }

  std::shared_ptr<HttpConnection> connection_;
  HttpExchange& exchange_;
};

}  // namespace freshet
