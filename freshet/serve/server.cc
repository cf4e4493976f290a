#include "freshet/serve/server.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "freshet/base/failure.h"
#include "freshet/base/text.h"
#include "freshet/base/version.h"
#include "freshet/core/model_file.h"
#include "freshet/core/spec.h"
#include "freshet/log/file.h"
#include "freshet/net/model_name.h"
#include "freshet/runtime/clock.h"
#include "freshet/runtime/notice.h"
#include "freshet/serve/model_folder.h"
#include "freshet/serve/model_metadata.h"

namespace freshet {
namespace {

constexpr std::array<std::string_view, 3> kExtensions{"binary_tensor_data", "parameters",
                                                      "freshet_train"};
constexpr std::size_t kMaxRequestLabels = 4096;  // counters of Prometheus never grow past this

/// The bytes of `options.file`, found to be a model; its spec becomes that of `options`.
Result<std::vector<std::byte>> model_file(HostedOptions& options, const Registry& registry) {
  const auto bad = [&](const Status& status) {
    return failure(status.code(), "serve: model \"" + options.name + "\": " + options.file + ": " +
                                      std::string(status.text()));
  };
  auto bytes = read_file(options.file, kLargestModel);
  if (!bytes.ok()) return bad(bytes.status());
  const auto file = ModelFileReader::open(*bytes);
  if (!file.ok()) return bad(file.status());
  const auto learner = file->learner(registry);
  if (!learner.ok()) return bad(learner.status());
  if (const auto schema = file->schema(); !schema.ok()) return bad(schema.status());
  const bool decides = (*learner)->label() == Label::decision;
  if (decides && (file->text("input.hash") == "all" || file->number("input.hash_seed") != 0))
    return bad(Status(Code::unsupported,
                      "it has learned from text hashed with --hash all or --hash-seed; decisions "
                      "that come over HTTP "
                      "are hashed without, so train it without"));
  options.served.spec = spec_of(**learner);
  return bytes;
}

/// Another limit would fold the same log to another state: what the folder says holds, and is told.
void keep_limits(const FolderSpec& known, HostedOptions& options) {
  ServedModelOptions& served = options.served;
  const ServedModelOptions defaults;
  const bool asks_for_others =
      (served.pending.ttl_us != known.pending.ttl_us &&
       served.pending.ttl_us != defaults.pending.ttl_us) ||
      (served.pending.max_bytes != known.pending.max_bytes &&
       served.pending.max_bytes != defaults.pending.max_bytes) ||
      (served.silence.after_us != 0 && (served.silence.after_us != known.silence.after_us ||
                                        served.silence.cost != known.silence.cost));
  if (asks_for_others)
    notice(Level::warning,
           "model \"" + options.name + "\" keeps the limits of its first start: ttl_s " +
               std::to_string(known.pending.ttl_us / 1'000'000) + ", max_pending_bytes " +
               std::to_string(known.pending.max_bytes) + ", reward_wait_s " +
               std::to_string(known.silence.after_us / 1'000'000) +
               "; its log was folded with them");
  served.pending = known.pending;
  served.silence = known.silence;
}

}  // namespace

Server::Server(ServerOptions options) noexcept : options_(std::move(options)) {}

Result<std::unique_ptr<Server>> Server::open(ServerOptions options,
                                             const Registry& registry) noexcept {
  std::vector<HostedOptions> models = std::move(options.models);
  auto server = std::unique_ptr<Server>(new Server(std::move(options)));
  for (HostedOptions& model : models)
    FRESHET_TRY(server->host(std::move(model), registry));
  FRESHET_TRY(server->load_folders(registry));
  if (server->models_.empty())
    return {Code::invalid_argument, "serve: no model; name one with --model NAME=SPEC"};
  server->ticker_ = std::thread([raw = server.get()] { raw->tick(); });
  return server;
}

Status Server::host(HostedOptions options, const Registry& registry) noexcept {
  if (!is_model_name(options.name))
    return failure(Code::invalid_argument,
                   "serve: \"" + options.name +
                       "\" is no model name; use letters, digits, '_', '.', '-', at most 128");
  if (models_.contains(options.name))
    return failure(Code::invalid_argument, "serve: model \"" + options.name + "\" is named twice");
  const std::string folder = options_.data_dir + "/" + options.name;
  std::vector<std::byte> file;
  if (!options.file.empty()) {
    FRESHET_TRY_ASSIGN(file, model_file(options, registry));
  }
  if (auto known = read_folder_spec(folder); known.ok()) {
    if (options.served.spec.empty()) options.served.spec = known->spec;
    if (known->spec != options.served.spec)
      return failure(Code::conflict,
                     "serve: " + folder + " holds a model made as '" + known->spec +
                         "'; serve it as that, under another name, or with another --data-dir");
    options.served.seed = known->seed;
    options.served.base = known->base;
    if (known->has_limits) keep_limits(*known, options);
  } else if (known.status().code() != Code::not_found) {
    return std::move(known).status();
  } else {
    FRESHET_TRY(found(options, folder, file, registry));
  }
  options.served.folder = folder;
  Hosted hosted;
  hosted.page = std::make_unique<PageModel>(hub_);
  options.served.observer = hosted.page.get();
  const std::string name = options.name;
  auto model = HostedModel::open(std::move(options), threads_, deadlines_, registry);
  if (!model.ok())
    return failure(model.status().code(),
                   "serve: model \"" + name + "\": " + std::string(model.status().text()));
  hosted.model = std::move(*model);
  hosted.page->attach(*hosted.model);
  order_.push_back(name);
  models_.emplace(name, std::move(hosted));
  return {};
}

/// A model's first start: its folder says what it is made of.
Status Server::found(HostedOptions& options, const std::string& folder, std::span<const std::byte> file,
                     const Registry& registry) noexcept {
  // A bad spec leaves no folder behind.
  if (auto learner = make_learner(options.served.spec, registry, options.served.seed);
      !learner.ok())
    return failure(learner.status().code(), "serve: model \"" + options.name +
                                                "\": " + std::string(learner.status().text()));
  FRESHET_TRY(write_folder_spec(folder, options.served, file));
  FRESHET_TRY_ASSIGN(const FolderSpec written, read_folder_spec(folder));
  options.served.base = written.base;
  return {};
}

/// Models of an earlier start are served again.
Status Server::load_folders(const Registry& registry) noexcept {
  auto names = model_folders(options_.data_dir);
  if (!names.ok()) return std::move(names).status();
  for (const std::string& name : *names) {
    if (models_.contains(name)) continue;
    HostedOptions options;
    options.name = name;
    FRESHET_TRY(host(std::move(options), registry));
  }
  return {};
}

Server::~Server() {
  {
    const std::lock_guard lock(tick_mutex_);
    is_ended_ = true;
  }
  tick_end_.notify_all();
  if (ticker_.joinable()) ticker_.join();
}

void Server::tick() noexcept {
  std::unique_lock lock(tick_mutex_);
  auto next = std::chrono::steady_clock::now();
  while (!is_ended_) {
    next += std::chrono::milliseconds(500);
    if (tick_end_.wait_until(lock, next, [this] { return is_ended_; })) return;
    lock.unlock();
    const int64_t now_us = unix_us();
    for (auto& [name, hosted] : models_)
      hosted.page->sample(now_us);
    lock.lock();
  }
}

HostedModel* Server::find(std::string_view name) noexcept {
  const auto found = models_.find(name.empty() ? std::string_view(order_.front()) : name);
  return found == models_.end() ? nullptr : found->second.model.get();
}

PageModel* Server::page(std::string_view name) noexcept {
  const auto found = models_.find(name.empty() ? std::string_view(order_.front()) : name);
  return found == models_.end() ? nullptr : found->second.page.get();
}

Status Server::unknown_model(std::string_view name) const noexcept {
  std::vector<std::string_view> names;
  for (const auto& [known, hosted] : models_)
    names.push_back(known);
  std::string message = "no model \"" + std::string(name) + "\"";
  if (const std::string_view nearest = nearest_name(name, names); !nearest.empty())
    message += "; the nearest is \"" + std::string(nearest) + "\"";
  return failure(Code::not_found, message);
}

bool Server::is_ready(const HostedModel& model, bool for_training) const noexcept {
  const ServedModelStatus now = model.model().status();
  if (for_training && now.state == TrainerState::stopped) return false;
  return now.appended - std::min(now.appended, now.applied) <= options_.ready_max_lag ||
         now.state == TrainerState::stopped || now.state == TrainerState::paused;
}

void Server::handle(const Call& call, std::unique_ptr<Reply> reply) noexcept {
  switch (call.method) {
    case Method::live:
      return reply->finish(Health{.live = true, .ready = true});
    case Method::ready: {
      bool ready = !is_draining_.load(std::memory_order_relaxed);
      for (const auto& [name, hosted] : models_)
        ready = ready && is_ready(*hosted.model, call.for_training);
      return reply->finish(Health{.live = true, .ready = ready});
    }
    case Method::server_metadata:
      return reply->finish(
          ServerMetadata{.name = "freshet", .version = kVersion, .extensions = kExtensions});
    case Method::index:
      return index(call, *reply);
    case Method::prometheus:
      return reply->finish_text(prometheus_text());
    case Method::events:
      if (!call.model.empty() && find(call.model) == nullptr)
        return reply->finish(unknown_model(call.model));
      return reply->stream(hub_);
    default:
      break;
  }
  HostedModel* model = find(call.model);
  if (model == nullptr) return reply->finish(unknown_model(call.model));
  if (!call.version.empty() && call.version != std::to_string(model->model().read().lsn()))
    return reply->finish(failure(
        Code::not_found, "version " + std::string(call.version) +
                             " is not served; only the newest state is, leave the version out"));
  switch (call.method) {
    case Method::model_ready:
      return reply->finish(Health{
          .live = true, .ready = is_ready(*model, call.for_training), .name = model->name()});
    case Method::model_metadata:
    case Method::model_config:
      return answer_metadata(*model, *reply);
    case Method::infer:
    case Method::inference:
      return model->infer(call, std::move(reply));
    case Method::train:
    case Method::predict_train:
    case Method::training:
      return model->train(call, std::move(reply));
    case Method::feedback:
      return model->feedback(call, std::move(reply));
    case Method::activate:
      return model->activate(call, std::move(reply));
    case Method::checkpoint:
      return model->checkpoint(call, std::move(reply));
    case Method::metrics:
      return reply->finish_json(page(call.model)->metrics_json());
    case Method::history:
      return reply->finish_json(page(call.model)->history_json(call.span_s));
    default:
      return reply->finish(Status(Code::unsupported, "server: this call isn't served here"));
  }
}

void Server::index(const Call& call, Reply& reply) noexcept {
  std::vector<IndexEntry> entries;
  std::vector<std::string> versions, reasons;
  versions.reserve(models_.size());
  reasons.reserve(models_.size());
  for (const std::string& name : order_) {
    const Hosted& hosted = models_.find(name)->second;
    const bool ready = is_ready(*hosted.model, false);
    if (call.ready_only && !ready) continue;
    const ServedModelStatus now = hosted.model->model().status();
    versions.push_back(std::to_string(now.published));
    reasons.push_back(now.reason);
    entries.push_back({.name = name,
                       .version = versions.back(),
                       .state = ready ? "READY" : "LOADING",
                       .reason = reasons.back()});
  }
  reply.finish(std::span<const IndexEntry>(entries));
}

/// Counts the call; a refused one goes onto its model's page.
void Server::done(const Outcome& outcome) noexcept {
  request_us_.add(outcome.duration_us);
  PageModel* page = outcome.model.empty() ? nullptr : this->page(outcome.model);
  if (outcome.code >= 400) {
    if (page != nullptr)
      page->refused(outcome.code, method_name(outcome.method), outcome.error);
    else
      for (auto& [name, hosted] : models_)
        hosted.page->refused(outcome.code, method_name(outcome.method), outcome.error);
  }
  const std::lock_guard lock(counts_mutex_);
  RequestCount key{std::string(outcome.protocol), std::string(method_name(outcome.method)),
                   page == nullptr ? "-" : std::string(outcome.model), outcome.code};
  if (counts_.size() < kMaxRequestLabels || counts_.contains(key)) ++counts_[std::move(key)];
}

std::vector<std::string> Server::remarks() const {
  std::vector<std::string> all;
  for (const auto& [name, hosted] : models_)
    for (const std::string& remark : hosted.model->model().remarks())
      all.push_back(name + ": " + remark);
  return all;
}

void Server::set_door_load(std::size_t connections, std::size_t inflight_bytes) noexcept {
  connections_.store(connections, std::memory_order_relaxed);
  inflight_bytes_.store(inflight_bytes, std::memory_order_relaxed);
}

Status Server::drain(int64_t timeout_us) noexcept {
  is_draining_.store(true, std::memory_order_relaxed);
  const int64_t until_ns = steady_ns() + timeout_us * 1000;
  Status first;
  for (auto& [name, hosted] : models_) {
    const int64_t left_us = std::max<int64_t>(0, (until_ns - steady_ns()) / 1000);
    Status drained = hosted.model->model().drain(left_us);
    if (!drained.ok() && first.ok())
      first = failure(drained.code(), name + ": " + std::string(drained.text()));
  }
  return first;
}

}  // namespace freshet
