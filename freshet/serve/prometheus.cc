#include <cmath>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "freshet/base/version.h"
#include "freshet/runtime/clock.h"
#include "freshet/serve/server.h"

namespace freshet {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

/// Families in the order they are first used.
class Page {
 public:
  void counter(const char* name, const char* help, Labels labels, double value) {
    add(name, help, MetricType::Counter, std::move(labels)).counter.value = value;
  }
  void gauge(const char* name, const char* help, Labels labels, double value) {
    add(name, help, MetricType::Gauge, std::move(labels)).gauge.value = value;
  }
  /// Cumulative buckets at whole octaves of microseconds, in seconds.
  void histogram(const char* name, const char* help, Labels labels, const LatencyHistogram& from) {
    ClientMetric::Histogram& to =
        add(name, help, MetricType::Histogram, std::move(labels)).histogram;
    const LatencyHistogram::Counts counts = from.counts();
    std::size_t at = 0;
    for (int64_t bound_us = 16; bound_us <= 16'777'216; bound_us *= 4) {
      for (; at < LatencyHistogram::bucket(bound_us); ++at)
        to.sample_count += counts[at];
      to.bucket.push_back({to.sample_count, static_cast<double>(bound_us) / 1e6});
    }
    for (; at < counts.size(); ++at)
      to.sample_count += counts[at];
    to.bucket.push_back({to.sample_count, INFINITY});
    to.sample_sum = static_cast<double>(from.sum_us()) / 1e6;
  }
  std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  ClientMetric& add(const char* name, const char* help, MetricType type, Labels labels) {
    if (families_.empty() || families_.back().name != name) {
      auto same = std::find_if(families_.begin(), families_.end(),
                               [&](const auto& f) { return f.name == name; });
      if (same != families_.end()) {
        same->metric.emplace_back().label = std::move(labels);
        return same->metric.back();
      }
      families_.push_back({.name = name, .help = help, .type = type, .metric = {}});
    }
    families_.back().metric.emplace_back().label = std::move(labels);
    return families_.back().metric.back();
  }
  std::vector<MetricFamily> families_;
};

void add_model(Page& page, const std::string& name, const HostedModel& model) {
  const ServedModelStatus now = model.model().status();
  const Labels labels{{"model", name}};
  const auto with = [&](const char* key, const char* value) {
    return Labels{{"model", name}, {key, value}};
  };
  const auto number = [](auto x) { return static_cast<double>(x); };
  page.counter("freshet_train_examples_total", "Examples offered to learn, by what became of them.",
               with("result", "learned"), number(now.examples));
  page.counter("freshet_train_examples_total", "", with("result", "skipped"), number(now.skipped));
  page.gauge("freshet_train_queue_length", "Events appended, not learned.", labels,
             number(now.appended - std::min(now.appended, now.applied)));
  page.counter("freshet_train_queue_rejected_total", "Events refused because the queue was full.",
               labels, number(now.log.rejected));
  for (const auto& [stage, lsn] :
       {std::pair{"appended", now.appended}, std::pair{"applied", now.applied},
        std::pair{"published", now.published}, std::pair{"durable", now.durable}})
    page.gauge("freshet_model_lsn", "How far the model is, by stage.", with("stage", stage),
               number(lsn));
  page.gauge("freshet_model_staleness_seconds", "Age of the oldest event not yet published.",
             labels, number(now.staleness_us) / 1e6);
  if (const auto scores = model.model().scores())
    for (const MetricScores& score : scores->metrics)
      page.gauge("freshet_model_loss",
                 "Metrics over the window, each predicted before it was learned.",
                 with("metric", score.name.c_str()), score.window);
  page.histogram("freshet_predict_duration_seconds", "Calls of infer.", labels,
                 model.counters().predict_us);
  page.counter("freshet_publish_total", "Publications.", labels, number(now.publications));
  page.counter("freshet_publish_skipped_total",
               "Publications put off: old versions were still being read.", labels,
               number(now.publications_skipped));
  page.gauge("freshet_publish_duration_seconds", "Smoothed cost of one publication.", labels,
             number(now.publish_cost_ns) / 1e9);
  page.gauge("freshet_feedback_pending", "Remembered predictions that wait for a label.", labels,
             number(now.pending));
  page.counter("freshet_feedback_expired_total", "Remembered predictions that no label came for.",
               labels, number(now.expired));
  page.counter("freshet_feedback_evicted_total", "Remembered predictions dropped for space.",
               labels, number(now.evicted));
  page.counter("freshet_wal_fsync_total", "Syncs of the log.", labels, number(now.log.syncs));
  page.counter("freshet_wal_bytes_total", "Bytes appended to the log.", labels,
               number(now.log.bytes));
  if (now.checkpoint_us > 0) {
    page.gauge("freshet_checkpoint_age_seconds", "Since the newest checkpoint.", labels,
               number(unix_us() - now.checkpoint_us) / 1e6);
    page.gauge("freshet_checkpoint_duration_seconds", "What the newest checkpoint took.", labels,
               number(now.checkpoint_cost_us) / 1e6);
  }
  page.counter("freshet_nonfinite_total", "Predictions that were not finite.",
               with("where", "infer"),
               number(model.counters().infer_not_finite.load(std::memory_order_relaxed)));
}

}  // namespace

std::string Server::prometheus_text() noexcept {
  Page page;
  page.gauge("freshet_build_info", "Always 1.", {{"version", std::string(kVersion)}}, 1);
  {
    const std::lock_guard lock(counts_mutex_);
    for (const auto& [request, count] : counts_)
      page.counter("freshet_requests_total", "Requests answered.",
                   {{"protocol", request.protocol},
                    {"method", request.method},
                    {"model", request.model},
                    {"code", std::to_string(request.code)}},
                   static_cast<double>(count));
  }
  page.histogram("freshet_request_duration_seconds", "Requests, read to answered.", {},
                 request_us_);
  page.gauge("freshet_connections", "Open connections.", {},
             static_cast<double>(connections_.load(std::memory_order_relaxed)));
  page.gauge("freshet_inflight_bytes", "Bodies not yet answered.", {},
             static_cast<double>(inflight_bytes_.load(std::memory_order_relaxed)));
  for (const auto& [name, hosted] : models_)
    add_model(page, name, *hosted.model);
  return page.text();
}

}  // namespace freshet
