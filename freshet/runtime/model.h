#pragma once
/// A shared model: any number of readers that never wait, one writer that never waits for them.
///
///     auto model = Model::make(std::move(learner), std::move(schema), publication_of(*learner));
///     ReadGuard now = model->read();                 // any thread, one request
///     now.predict(x, out);
///     auto lease = model->lease();                   // the one writer; a second caller gets `conflict`
///     lease->learn(x, before);
///     lease->advance(lsn, time_us);                  // everything up to `lsn` has been learned
///     lease->publish_if_due(nothing_queued);
///
/// Readers get const objects. The only way to teach a shared model is the WriterLease: it can neither be copied nor
/// made, only moved, and Model::lease() gives out one at a time.
///
/// What readers see depends on the mode. In `live` they look at the table that the writer is changing, cell by cell
/// (base/live.h): nothing is ever stale, and a prediction may mix cells from before and after one event. In `snapshot`
/// they look at an immutable copy that is a prefix of the log; the writer makes the next copy at most every 20 times
/// what a copy costs, so that publication takes at most 5 % of training, and at once when it has nothing else to do or
/// somebody waits for an LSN. docs/concurrency.md has the reasons.

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

#include "freshet/base/status.h"
#include "freshet/core/learner.h"
#include "freshet/core/schema.h"
#include "freshet/log/log.h"
#include "freshet/runtime/published.h"

namespace freshet {

inline constexpr Lsn kNobodyWaits = ~Lsn{0};

/// How a model becomes visible.
struct Publication {
  enum class Mode : uint8_t { live, snapshot } mode = Mode::snapshot;
  uint32_t every_n = 0;   // events; 0: as the cost allows
  uint32_t every_ms = 0;  // 0: as the cost allows: 20 times the cost, at least 1 ms
  RetiredLimits limits = {};
};

/// live where the learner can, else snapshot.
Publication publication_of(const Learner& learner) noexcept;
std::string_view mode_name(Publication::Mode mode) noexcept;

/// What readers look at. Immutable, but for the learner in live mode, which the writer goes on changing.
struct ModelView {
  std::shared_ptr<Learner> learner;  // in snapshot mode never changed again
  Lsn lsn = 0;                       // snapshot: events up to here are in it. live: ModelClock knows
  uint32_t outputs = 0;              // of every prediction made with this view
  bool is_live = false;
  uint32_t kind = 0;                 // rises with WriterLease::replace: versions of different kinds aren't mixed
};

/// The few numbers that writer, appender and readers share. All relaxed but `applied`.
struct alignas(64) ModelClock {
  std::atomic<Lsn> applied{0};            // stored with release after the event's stores: readers load it with acquire
  std::atomic<Lsn> published{0};          // readers see at least this
  std::atomic<Lsn> appended{0};           // last LSN in the log
  std::atomic<int64_t> appended_us{0};    // its append time
  std::atomic<int64_t> waiting_us{0};     // append time of the first event taken but not published; 0: none
  std::atomic<uint64_t> publications{0}, skipped{0};
  std::atomic<int64_t> publish_cost_ns{0};  // smoothed
};

/// One request's view of a model. Belongs to its thread and its scope; copies and moves are left out on purpose.
class ReadGuard {
 public:
  /// Writes the prediction.  out: shape [outputs()]. Wait-free, never allocates (a pipeline's first calls may).
  void predict(const Example& x, std::span<float> out) const noexcept {
    if (view_->is_live) view_->learner->predict_live(x, out);
    else view_->learner->predict(x, out);
  }
  uint32_t outputs() const noexcept { return view_->outputs; }
  /// All events up to this one are in the prediction; in live mode cells may be newer.
  Lsn lsn() const noexcept { return lsn_; }
  /// 0 when lsn() is the last one appended, else the age of the first event not yet published, microseconds.
  int64_t staleness_us() const noexcept;
  const Schema& schema() const noexcept { return *schema_; }
  bool is_live() const noexcept { return view_->is_live; }
  /// For `explain`, `info`, `label`. In live mode call only what learner.h allows while the writer learns.
  const Learner& learner() const noexcept { return *view_->learner; }
  /// Keeps what this guard sees, for a prediction that takes long: then drop the guard.
  Published<ModelView>::Retained retain() const noexcept { return view_.retain(); }

 private:
  friend class Model;
  ReadGuard(const Published<ModelView>& views, const ModelClock& clock, const Schema& schema) noexcept
      : view_(views.read()),
        clock_(&clock),
        schema_(&schema),
        lsn_(view_->is_live ? clock.applied.load(std::memory_order_acquire) : view_->lsn) {}

  Published<ModelView>::Guard view_;
  const ModelClock* clock_;
  const Schema* schema_;
  Lsn lsn_;
};

class Model;

/// The right to teach one shared model: move-only; letting it go gives it back. Belongs to one thread at a time.
class [[nodiscard]] WriterLease {
 public:
  WriterLease(WriterLease&& other) noexcept : model_(std::exchange(other.model_, nullptr)) {}
  WriterLease& operator=(WriterLease&& other) noexcept {
    std::swap(model_, other.model_);
    return *this;
  }
  WriterLease(const WriterLease&) = delete;
  WriterLease& operator=(const WriterLease&) = delete;
  ~WriterLease();

  /// As Learner::learn. Readers see it after publish(); in live mode cell by cell at once.
  Status learn(const Example& x, std::span<float> before) noexcept;
  /// The writer's copy: learn_many, decisions, merge, replace. Never show it to readers.
  Learner& working() noexcept;
  const Learner& working() const noexcept;
  /// Only the writer adds names.
  Schema& schema() noexcept;

  /// An event has been taken from the log and will be learned next: staleness counts from its append time.
  void begin(int64_t time_us) noexcept;
  /// Everything up to `lsn` has been learned. In live mode this is what makes it visible.
  void advance(Lsn lsn) noexcept;
  Lsn applied() const noexcept;

  /// Makes everything learned so far visible. `exhausted`: too many old versions wait for stalled readers, or a copy
  /// could not be made; go on learning, it is counted and tried again.
  Status publish() noexcept;
  /// Publishes when the interval has passed, `is_idle` (nothing is queued), or somebody waits for LSN `wanted`, the lowest
  /// that anybody waits for, and it is learned. True: it did.
  bool publish_if_due(bool is_idle, Lsn wanted = kNobodyWaits) noexcept;

  /// Puts another learner in the model's place, for instance after a reset, and publishes it at once. Readers keep the
  /// old one until they let go.
  Status replace(std::unique_ptr<Learner> learner) noexcept;

  /// Saves the working learner. For pipelines use the model file (core/model_file.h).
  Status checkpoint(Writer& writer, Lsn lsn) noexcept;
  /// Number of this lease: each one is higher than those before. The log's own token fences across processes.
  uint64_t token() const noexcept;

 private:
  friend class Model;
  explicit WriterLease(Model& model) noexcept : model_(&model) {}
  Model* model_;
};

class Model {
 public:
  /// `unsupported`: live mode asked of a learner without trait kLive.
  static Result<std::unique_ptr<Model>> make(std::unique_ptr<Learner> learner, std::unique_ptr<Schema> schema,
                                             Publication publication) noexcept;
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  /// REQUIRES: no lease and no reader lives.
  ~Model();

  /// Any thread, wait-free.
  ReadGuard read() const noexcept { return ReadGuard(views_, clock_, *schema_); }
  /// The right to teach. `conflict`: somebody holds it.
  Result<WriterLease> lease() noexcept;

  /// The log has grown to `lsn`, appended at `time_us`. Any thread, in order.
  void appended(Lsn lsn, int64_t time_us) noexcept;

  const ModelClock& clock() const noexcept { return clock_; }
  const Schema& schema() const noexcept { return *schema_; }
  Publication::Mode mode() const noexcept { return publication_.mode; }

 private:
  friend class WriterLease;
  Model(std::shared_ptr<Learner> learner, std::unique_ptr<Schema> schema, Publication publication,
        std::unique_ptr<ModelView> first) noexcept;
  Result<std::unique_ptr<ModelView>> next_view() noexcept;
  void put(std::unique_ptr<ModelView> view) noexcept;
  Status publish() noexcept;
  bool is_due() const noexcept;
  int64_t interval_ns() const noexcept;
  void seen(int64_t cost_ns) noexcept;

  const Publication publication_;
  std::unique_ptr<Schema> schema_;
  std::shared_ptr<Learner> working_;  // the lease holder's
  Published<ModelView> views_;
  ModelClock clock_;
  std::atomic<bool> is_leased_{false};
  uint64_t leases_ = 0;               // given out so far; changed only by who has just become the holder
  Lsn applied_ = 0;                   // the writer's own copy of clock_.applied
  Lsn published_ = 0;
  uint32_t outputs_ = 0;              // of what readers see
  uint32_t kind_ = 0;
  int64_t published_ns_ = 0;          // when the last publication ended, or was refused
  bool copies_ = true;                // copy_into works for this learner
  uint32_t asked_ = 0;                // publish_if_due: reads the clock on every 8th call
};

}  // namespace freshet
