#pragma once
/// What people see of one model (docs/page-api.md): its state, its scores beside the baselines', rates, latencies, what
/// surprised it, what was refused, and how all that went over time.
///
/// Only what was measured is shown. The trainer tells what it learned (TrainerObserver), doors tell what they refused,
/// feeds how far they are; twice a second the server calls sample(), which draws the sums, keeps them as series and
/// publishes `status` and `metrics` events. Threads: any.

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "freshet/core/component.h"
#include "freshet/runtime/scores.h"
#include "freshet/runtime/training.h"
#include "freshet/serve/latency.h"
#include "freshet/serve/series.h"
#include "freshet/serve/surprise.h"

namespace freshet {

class EventHub;
class HostedModel;
struct ServedModelStatus;

/// How far a feed is.
struct FeedState {
  std::string text;         // "UCI Statlog (Shuttle), replayed at 200 rows/s"
  uint64_t rows_total = 0;  // 0: without end
  uint64_t rows_sent = 0;
  bool has_ended = false;
};

class PageModel final : public TrainerObserver {
 public:
  explicit PageModel(EventHub& hub) : hub_(hub) {}

  /// Before the doors open.
  void attach(const HostedModel& model) noexcept;

  // ---- told by the trainer
  void learned(const Learned& learned) noexcept override;
  void checkpointed(Lsn lsn, uint64_t bytes) noexcept override;

  // ---- told by doors and feeds
  void refused(uint16_t code, std::string_view call, std::string_view reason) noexcept;
  void feed(const FeedState& state) noexcept;
  /// A regression feed said `prediction` for `for_us`; `seen`: the newest label.
  void forecast(int64_t for_us, float prediction, float seen) noexcept;

  // ---- the server's clock, twice a second
  void sample(int64_t now_us) noexcept;

  // ---- GET
  std::string metrics_json() const;
  std::string history_json(int64_t span_s) const;

 private:
  struct Sums {
    int64_t time_us = 0;
    uint64_t learned = 0, offered = 0, predicted = 0, refused = 0;
    LatencyHistogram::Counts predict_us{};
  };
  void keep_row(const Learned& learned) noexcept;
  void count_class(std::size_t id) noexcept;
  void look_for_surprise(const Learned& learned, bool is_class);
  void publish_surprise(const Learned& learned, boost::json::object&& what);
  void look_at_state(const ServedModelStatus& now, int64_t now_us);
  boost::json::object status(int64_t now_us);
  void describe(boost::json::object& out) const;
  boost::json::value last_row() const;
  boost::json::object metrics(bool is_whole) const;
  void keep(std::string_view name, int64_t now_us, double value);

  EventHub& hub_;
  const HostedModel* model_ = nullptr;

  mutable std::mutex mutex_;  // guards what follows
  std::vector<float> last_row_;
  std::vector<bool> last_row_has_;
  FeedState feed_;
  bool has_feed_ = false;
  std::deque<std::string> surprises_, errors_;
  std::deque<std::pair<int64_t, std::string>> forecasts_;
  std::deque<int64_t> checkpoints_;
  std::map<std::string, Series, std::less<>> series_;
  std::deque<Sums> sums_;
  uint64_t not_finite_ = 0;
  std::string state_;
  int64_t since_us_ = 0;
  int64_t started_us_ = 0;

  std::atomic<uint32_t> majority_{kNone};  // the class met most since the start

  // Of the trainer's thread alone.
  int64_t row_us_ = 0;                  // record time of last_row_
  std::vector<uint64_t> class_counts_;  // rows learned since the start, by class
  SurpriseWatch surprises_watch_;
};

}  // namespace freshet
