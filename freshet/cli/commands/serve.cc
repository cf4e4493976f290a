/// `freshet serve`: models that learn while they serve, until Ctrl-C.

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <semaphore.h>

#include "freshet/base/failure.h"
#include "freshet/cli/command.h"
#include "freshet/cli/common_options.h"
#include "freshet/cli/console.h"
#include "freshet/cli/json_text.h"
#include "freshet/net/http/http_door.h"
#include "freshet/runtime/catalog.h"
#include "freshet/serve/config.h"
#include "freshet/serve/dashboard.h"
#include "freshet/serve/demonstration.h"
#include "freshet/serve/server.h"

namespace freshet {
namespace {

constexpr std::array<std::string_view, 3> kAckNames{"queued", "applied", "durable"};
enum class Publish : uint8_t { automatic, live, snapshot };
constexpr std::array<std::string_view, 3> kPublishNames{"auto", "live", "snapshot"};

struct ModelOptions {
  std::span<const std::string_view> model;
  std::string_view config;
  Ack ack = Ack::applied;
  Publish publish = Publish::automatic;
};
constexpr std::array kModelOptions{
    option<&ModelOptions::model>("model",
                                 "NAME=SPEC, or NAME=FILE to go on from a model file; as often as "
                                 "there are models; none: the demonstration."),
    option<&ModelOptions::config>(
        "config", "A JSON file: {\"models\": {\"NAME\": {\"spec\": ..., \"ack\": ...}}}."),
    option<&ModelOptions::ack>("ack", "When training is answered, unless the call says.",
                               kAckNames),
    option<&ModelOptions::publish>("publish", "How readers see a model.", kPublishNames),
};

struct DoorOptions {
  std::string_view http = "127.0.0.1:8000", metrics = "127.0.0.1:8002";
  std::span<const std::string_view> allow_host, allow_origin;
};
constexpr std::array kDoorOptions{
    option<&DoorOptions::http>(
        "http", "Address and port of the HTTP door and the page; port 0: any free one."),
    option<&DoorOptions::metrics>("metrics",
                                  "Address and port of /metrics for Prometheus; 'off': none."),
    option<&DoorOptions::allow_host>(
        "allow_host", "Host names that requests may name, beside this machine's addresses."),
    option<&DoorOptions::allow_origin>("allow_origin",
                                       "Origins of pages, beside our own, that may call."),
};

struct LogOptions {
  std::string_view data_dir;
  bool repair = false, keep_log = false;
  uint64_t retain_bytes = uint64_t{10} << 30u;
  uint32_t sync_delay_us = 0;
  uint64_t ttl_s = 86'400, max_pending_bytes = uint64_t{256} << 20u;
  uint64_t reward_wait_s = 0;
  double default_reward = 0;
  uint64_t exit_timeout_s = 30;
};
constexpr std::array kLogOptions{
    option<&LogOptions::data_dir>(
        "data_dir",
        "Where models live; else $XDG_STATE_HOME/freshet, else ~/.local/state/freshet."),
    option<&LogOptions::repair>("repair",
                                "Drop damaged records instead of refusing to start; says which."),
    option<&LogOptions::retain_bytes>(
        "retain_bytes", "Of a model's log, at most about so much is kept beside its checkpoints.",
        1 << 20, 1e15, "bytes"),
    option<&LogOptions::keep_log>(
        "keep_log", "Keep the whole log, so that replay from the start stays possible."),
    option<&LogOptions::sync_delay_us>(
        "sync_delay_us", "Wait so long for more who want to be durable.", 0, 2000, "us"),
    option<&LogOptions::ttl_s>("ttl_s", "How long a remembered prediction waits for its label.", 1,
                               31'536'000, "s"),
    option<&LogOptions::max_pending_bytes>("max_pending_bytes", "Space for remembered predictions.",
                                           65'536, 1e15, "bytes"),
    option<&LogOptions::reward_wait_s>(
        "reward_wait_s",
        "A decision of which nobody has told so long has got --default-reward; 0: it is dropped.",
        0, 31'536'000, "s"),
    option<&LogOptions::default_reward>("default_reward", "What silence means for a decision.",
                                        -1e30, 1e30),
    option<&LogOptions::exit_timeout_s>(
        "exit_timeout", "At the end, learn what was accepted for at most so long.", 0, 3600, "s"),
};

struct LimitOptions {
  uint32_t max_request_line = 4096, max_headers = 8192;
  uint64_t max_body = uint64_t{64} << 20u, max_inflight = uint64_t{1} << 30u;
  uint64_t max_elements = uint64_t{1} << 28u;
  uint32_t max_ratio = 100, max_chunks = 65'536;
  uint32_t max_connections = 10'000, max_connections_per_address = 1000;
  uint32_t max_streams = 64, max_streams_per_address = 8;
  uint32_t header_time_s = 5, body_rate = 1024, body_time_s = 60, idle_time_s = 75,
           write_stall_s = 30;
  uint32_t max_queue = 65'536;
};
constexpr std::array kLimitOptions{
    option<&LimitOptions::max_request_line>("max_request_line", "Of a request.", 256, 1 << 20,
                                            "bytes"),
    option<&LimitOptions::max_headers>("max_headers", "All headers of a request.", 256, 1 << 20,
                                       "bytes"),
    option<&LimitOptions::max_body>("max_body", "A body, after decompression.", 1024, 1 << 30,
                                    "bytes"),
    option<&LimitOptions::max_inflight>(
        "max_inflight", "Bodies of all requests together; an address may hold a quarter.", 65'536,
        1e12, "bytes"),
    option<&LimitOptions::max_elements>("max_elements", "Of one tensor.", 1, 1 << 30),
    option<&LimitOptions::max_ratio>("max_ratio", "Of a compressed body beyond 8 MiB of output.", 2,
                                     100'000),
    option<&LimitOptions::max_chunks>("max_chunks", "Of a chunked body.", 1, 1e7),
    option<&LimitOptions::max_connections>("max_connections", "At once.", 1, 1e6),
    option<&LimitOptions::max_connections_per_address>("max_connections_per_address",
                                                       "At once, of one address.", 1, 1e6),
    option<&LimitOptions::max_streams>("max_streams", "Event streams at once.", 0, 100'000),
    option<&LimitOptions::max_streams_per_address>("max_streams_per_address",
                                                   "Event streams of one address.", 0, 100'000),
    option<&LimitOptions::header_time_s>("header_time", "Until a request's headers are there.", 1,
                                         3600, "s"),
    option<&LimitOptions::body_rate>("body_rate", "Slower bodies are given up.", 1, 1e9, "bytes/s"),
    option<&LimitOptions::body_time_s>(
        "body_time", "Until a body is there, and a second more for each MiB.", 1, 86'400, "s"),
    option<&LimitOptions::idle_time_s>(
        "idle_time", "Connections that ask nothing so long are closed.", 1, 86'400, "s"),
    option<&LimitOptions::write_stall_s>(
        "write_stall", "Clients that read nothing so long are left.", 1, 86'400, "s"),
    option<&LimitOptions::max_queue>("max_queue",
                                     "Events of a model that wait to be logged; then 429.", 1, 1e7),
};
HttpLimits limits_of(const LimitOptions& given) noexcept {
  constexpr int64_t kSecond = 1'000'000;
  HttpLimits limits;
  limits.request_line = given.max_request_line;
  limits.headers = given.max_headers;
  limits.body = given.max_body;
  limits.inflight = given.max_inflight;
  limits.elements = given.max_elements;
  limits.ratio = given.max_ratio;
  limits.chunks = given.max_chunks;
  limits.connections = given.max_connections;
  limits.connections_per_address = given.max_connections_per_address;
  limits.streams = given.max_streams;
  limits.streams_per_address = given.max_streams_per_address;
  limits.header_time_us = given.header_time_s * kSecond;
  limits.body_rate = given.body_rate;
  limits.body_time_us = given.body_time_s * kSecond;
  limits.idle_time_us = given.idle_time_s * kSecond;
  limits.write_stall_us = given.write_stall_s * kSecond;
  return limits;
}

struct FeedOptions {
  std::span<const std::string_view> feed, telemetry;
  double rate = 200;
};
constexpr std::array kFeedOptions{
    option<&FeedOptions::feed>("feed",
                               "NAME=DATA: replays a file into a model, each row predicted first."),
    option<&FeedOptions::rate>("rate", "Rows a second of feeds; 0: as fast as the model learns.", 0,
                               1e7, "rows/s"),
    option<&FeedOptions::telemetry>("telemetry",
                                    "NAME: a model that learns this machine's load from /proc."),
};

struct ServeOptions {
  ModelOptions models;
  DoorOptions doors;
  LogOptions log;
  FeedOptions feeds;
  LimitOptions limits;
  CommonOptions common;
};
constexpr std::array kGroups{
    group<&ServeOptions::models>("models", kModelOptions),
    group<&ServeOptions::doors>("doors", kDoorOptions),
    group<&ServeOptions::log>("log", kLogOptions),
    group<&ServeOptions::feeds>("feeds", kFeedOptions),
    group<&ServeOptions::limits>("limits", kLimitOptions),
    group<&ServeOptions::common>("all commands", kCommonOptions),
};
constexpr std::array<std::string_view, 4> kExamples{
    "freshet serve  # the demonstration: a bundled stream and this machine's load",
    "freshet serve --model 'ads=scale | logistic' --data-dir ads-data",
    "freshet serve --model shuttle=shuttle.frsh  # goes on from what `freshet train` wrote",
    "freshet serve --model 'oml=oml_dummy(train_delay_s=5)' --http 127.0.0.1:8080",
};

/// Ctrl-C and SIGTERM wake the main thread; a second one ends the process, which loses nothing acknowledged.
class EndSignals {
 public:
  EndSignals() noexcept {
    sem_init(&wake_, 0, 0);
    struct sigaction action{};
    action.sa_handler = [](int signal) {
      which_ = signal;
      sem_post(&wake_);
    };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    // A log that may not grow (ulimit -f) is a failed write, told on the page; not the end of the process.
    std::signal(SIGXFSZ, SIG_IGN);
  }
  int wait() noexcept {
    while (sem_wait(&wake_) != 0 && errno == EINTR && which_ == 0) {
    }
    return which_;
  }

 private:
  static inline sem_t wake_;
  static inline volatile std::sig_atomic_t which_ = 0;
};

bool is_loopback(std::string_view address) noexcept {
  return address.starts_with("http://127.") || address.starts_with("http://[::1]");
}

std::string default_data_dir() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state != 0)
    return std::string(state) + "/freshet";
  const char* home = std::getenv("HOME");
  return std::string(home == nullptr ? "." : home) + "/.local/state/freshet";
}

/// "NAME=VALUE", both there.
Result<std::pair<std::string, std::string>> split_pair(std::string_view option,
                                                       std::string_view text) {
  const std::size_t at = text.find('=');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size())
    return failure(Code::invalid_argument, "--" + std::string(option) + ": expected NAME=" +
                                               (option == "model" ? "SPEC or NAME=FILE" : "DATA") +
                                               ", found \"" + std::string(text) + "\"");
  return std::pair(std::string(text.substr(0, at)), std::string(text.substr(at + 1)));
}

/// A file that is there, or what can only be meant as one.
bool names_a_file(const std::string& value) {
  std::error_code error;
  if (std::filesystem::is_regular_file(value, error)) return true;
  if (value.find_first_of("(|") != std::string::npos) return false;
  return value.find('/') != std::string::npos || value.ends_with(".frsh") ||
         value.ends_with(".ckpt");
}

Result<std::vector<HostedOptions>> models_of(const ServeOptions& options) {
  std::vector<HostedOptions> models;
  for (const std::string_view text : options.models.model) {
    FRESHET_TRY_ASSIGN(auto pair, split_pair("model", text));
    HostedOptions model;
    model.name = std::move(pair.first);
    (names_a_file(pair.second) ? model.file : model.served.spec) = std::move(pair.second);
    models.push_back(std::move(model));
  }
  if (!options.models.config.empty())
    FRESHET_TRY(read_config(std::string(options.models.config), models));
  for (const std::string_view name : options.feeds.telemetry)
    models.push_back(telemetry_model(std::string(name)));
  if (models.empty()) models = demonstration_models();
  for (HostedOptions& model : models) {
    if (!model.has_ack) model.ack = options.models.ack;
    model.served.seed = options.common.seed;
    model.served.repair = options.log.repair;
    model.served.max_queue = options.limits.max_queue;
    model.served.keeps_log = options.log.keep_log;
    model.served.retain_bytes = options.log.retain_bytes;
    model.served.sync_delay_us = options.log.sync_delay_us;
    if (!model.has_ttl)
      model.served.pending.ttl_us = static_cast<int64_t>(options.log.ttl_s) * 1'000'000;
    model.served.pending.max_bytes = options.log.max_pending_bytes;
    if (model.served.silence.after_us == 0)
      model.served.silence.after_us = static_cast<int64_t>(options.log.reward_wait_s) * 1'000'000;
    if (!model.has_default_reward)
      model.served.silence.cost = static_cast<float>(0 - options.log.default_reward);
    if (model.served.silence.after_us > model.served.pending.ttl_us)
      return failure(Code::invalid_argument,
                     "--reward-wait-s: longer than --ttl-s: the decision would be gone before");
    if (options.models.publish != Publish::automatic && !model.served.publication)
      model.served.publication = Publication{.mode = options.models.publish == Publish::live
                                                         ? Publication::Mode::live
                                                         : Publication::Mode::snapshot};
  }
  return models;
}

Result<std::vector<std::unique_ptr<Feed>>> feeds_of(const ServeOptions& options, Server& server) {
  std::vector<std::unique_ptr<Feed>> feeds;
  const bool is_demonstration = options.models.model.empty() && options.models.config.empty() &&
                                options.feeds.telemetry.empty();
  if (is_demonstration) feeds = demonstration_feeds(server, options.feeds.rate);
  for (const std::string_view text : options.feeds.feed) {
    FRESHET_TRY_ASSIGN(auto pair, split_pair("feed", text));
    HostedModel* model = server.find(pair.first);
    if (model == nullptr || pair.first.empty())
      return failure(Code::invalid_argument,
                     "--feed: no model \"" + pair.first + "\"; name it with --model");
    if (model->label() == Label::decision)
      return failure(Code::unsupported,
                     "--feed: \"" + pair.first +
                         "\" makes decisions, which a file can't be asked for; send them to train");
    FRESHET_TRY_ASSIGN(auto rows, file_rows(pair.second, reader_options(*model)));
    FileFeedOptions feed;
    feed.source = pair.second;
    feed.rows_per_second = options.feeds.rate;
    feed.text = pair.second + ", replayed" +
                (options.feeds.rate > 0
                     ? " at " + std::to_string(static_cast<int>(options.feeds.rate)) + " rows/s"
                     : "");
    feeds.push_back(std::make_unique<FileFeed>(*model, *server.page(pair.first), std::move(rows),
                                               std::move(feed)));
  }
  for (const std::string_view name : options.feeds.telemetry)
    feeds.push_back(std::make_unique<TelemetryFeed>(*server.find(name), *server.page(name)));
  return feeds;
}

std::vector<std::string> texts(std::span<const std::string_view> from) {
  return {from.begin(), from.end()};
}

/// Doors in the order they close.
struct Doors {
  std::unique_ptr<Door> http, metrics;
  void close(int64_t drain_us) noexcept {
    for (const auto* door : {&http, &metrics})
      if (*door) (void)(*door)->close(drain_us);
  }
};

Result<Doors> open_doors(const ServeOptions& options, Server& server) {
  Doors doors;
  HttpOptions http;
  http.threads = options.common.threads > 1 ? options.common.threads : 0;
  http.allowed_hosts = texts(options.doors.allow_host);
  http.allowed_origins = texts(options.doors.allow_origin);
  http.assets = dashboard_assets();
  http.limits = limits_of(options.limits);
  FRESHET_TRY_ASSIGN(doors.http, make_http_door(std::move(http)));
  FRESHET_TRY(doors.http->open("http://" + std::string(options.doors.http), server));
  if (options.doors.metrics != "off") {
    HttpOptions metrics;
    metrics.threads = 1;
    metrics.metrics_only = true;
    FRESHET_TRY_ASSIGN(doors.metrics, make_http_door(std::move(metrics)));
    if (Status opened = doors.metrics->open("http://" + std::string(options.doors.metrics), server);
        !opened.ok()) {
      doors.close(0);
      return failure(opened.code(), std::string(opened.text()) + " (--metrics)");
    }
  }
  return doors;
}

void greet(Console& console, const std::string& data_dir, const Server& server,
           const Doors& doors) {
  for (const std::string& remark : server.remarks())
    console.note(remark);
  console.note("models in " + data_dir);
  console.note("page and calls at " + doors.http->address() + "/");
  if (doors.metrics) console.note("metrics at " + doors.metrics->address() + "/metrics");
  if (!is_loopback(doors.http->address()))
    console.note(
        "this address is not loopback: calls that teach are answered 403, predictions are open to "
        "who can reach it");
  console.note("Ctrl-C ends it; nothing acknowledged is lost");
  if (console.json()) {
    JsonText told;
    told.begin_object().text("http", doors.http->address());
    if (doors.metrics) told.text("metrics", doors.metrics->address());
    console.print_line(told.text("data_dir", data_dir).end_object().str());
  }
  console.flush();
}

int run(const ServeOptions& options, std::span<const std::string_view>, Console& console) {
  EndSignals signals;
  send_notices_to(console, true);
  const std::string data_dir =
      options.log.data_dir.empty() ? default_data_dir() : std::string(options.log.data_dir);
  auto models = models_of(options);
  if (!models.ok()) return console.fail(models.status());
  auto server = Server::open({.data_dir = data_dir, .models = std::move(*models)}, catalog());
  if (!server.ok()) return console.fail(server.status());
  // Before the doors: from its first answer on a model says that it is fed.
  auto feeds = feeds_of(options, **server);
  if (!feeds.ok()) return console.fail(feeds.status());
  auto doors = open_doors(options, **server);
  if (!doors.ok()) return console.fail(doors.status());
  for (const auto& feed : *feeds)
    feed->start();
  greet(console, data_dir, **server, *doors);
  const int signal = signals.wait();
  console.note("ending: learning what was accepted");
  for (const auto& feed : *feeds)
    feed->stop();
  const auto timeout_us = static_cast<int64_t>(options.log.exit_timeout_s) * 1'000'000;
  doors->close(timeout_us);
  feeds->clear();
  if (Status drained = (*server)->drain(timeout_us); !drained.ok())
    console.note(std::string(drained.text()) + "; it is learned at the next start");
  return signal == SIGINT ? kInterrupted : kDone;
}

}  // namespace

extern const Command serve_command;
constinit const Command serve_command{
    "serve",
    "Serves models over HTTP while they learn from every labelled event.",
    "[--model NAME=SPEC|FILE]...",
    kExamples,
    {"", "", 0, 0},
    kGroups,
    sizeof(ServeOptions),
    &command_defaults<ServeOptions>,
    &run_with<ServeOptions, &run>,
};

}  // namespace freshet
