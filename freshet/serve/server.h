#pragma once
/// The server: several models in one process behind every door.
///
///     Server::open(options, registry)      loads <data-dir>/<model> for each model named and each folder found
///     door->open(url, *server)             doors call handle() from their threads
///     server->drain(30'000'000)            learns what was accepted, writes checkpoints
///
/// The set of models is fixed from open to drain, so finding one takes no lock.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/registry.h"
#include "freshet/net/event_hub.h"
#include "freshet/net/service.h"
#include "freshet/serve/hosted_model.h"
#include "freshet/serve/page_model.h"

namespace freshet {

struct ServerOptions {
  std::string data_dir;
  std::vector<HostedOptions> models;  // the first is the default model
  uint64_t ready_max_lag = 1000;      // events: a model that is further behind isn't ready
};

/// Calls by what they were and what became of them, for Prometheus.
struct RequestCount {
  std::string protocol, method, model;
  uint16_t code = 0;
  auto operator<=>(const RequestCount&) const = default;
};

class Server final : public Service {
 public:
  /// `conflict`: another process serves this folder, or a folder's model was made by another spec. `invalid_argument`: a
  /// spec or name is wrong.
  static Result<std::unique_ptr<Server>> open(ServerOptions options,
                                              const Registry& registry) noexcept;
  ~Server() override;

  void handle(const Call& call, std::unique_ptr<Reply> reply) noexcept override;
  void done(const Outcome& outcome) noexcept override;

  HostedModel* find(std::string_view name) noexcept;
  PageModel* page(std::string_view name) noexcept;
  EventHub& hub() noexcept { return hub_; }
  /// Everything in the text format of Prometheus (serve/prometheus.cc).
  std::string prometheus_text() noexcept;
  /// What recovery found, a line each: "shuttle: ...".
  std::vector<std::string> remarks() const;
  /// Numbers of connections and bytes, told by whoever owns the doors.
  void set_door_load(std::size_t connections, std::size_t inflight_bytes) noexcept;

  /// Not ready any more; learns what was accepted, for at most `timeout_us`, and writes checkpoints. `deadline`: something
  /// was left for the next start.
  Status drain(int64_t timeout_us) noexcept;

 private:
  struct Hosted {
    std::unique_ptr<PageModel> page;
    std::unique_ptr<HostedModel> model;
  };
  explicit Server(ServerOptions options) noexcept;
  Status host(HostedOptions options, const Registry& registry) noexcept;
  Status found(HostedOptions& options, const std::string& folder, std::span<const std::byte> file,
               const Registry& registry) noexcept;
  Status load_folders(const Registry& registry) noexcept;
  void tick() noexcept;
  bool is_ready(const HostedModel& model, bool for_training) const noexcept;
  void index(const Call& call, Reply& reply) noexcept;
  Status unknown_model(std::string_view name) const noexcept;

  ServerOptions options_;
  EventHub hub_;
  LogThreads threads_;
  Deadlines deadlines_;
  std::map<std::string, Hosted, std::less<>> models_;
  std::vector<std::string>
      order_;  // as they were named, then as they were found: the first is the default one
  std::atomic<bool> is_draining_{false};
  std::atomic<std::size_t> connections_{0}, inflight_bytes_{0};

  std::mutex counts_mutex_;
  std::map<RequestCount, uint64_t> counts_;
  LatencyHistogram request_us_;

  std::mutex tick_mutex_;
  std::condition_variable tick_end_;
  bool is_ended_ = false;
  std::thread ticker_;
};

}  // namespace freshet
