#include "freshet/runtime/model.h"

#include <algorithm>
#include <utility>

#include "freshet/runtime/clock.h"

namespace freshet {

Publication publication_of(const Learner& learner) noexcept {
  Publication publication;
  if ((learner.traits() & kLive) != 0) publication.mode = Publication::Mode::live;
  return publication;
}

std::string_view mode_name(Publication::Mode mode) noexcept {
  return mode == Publication::Mode::live ? "live" : "snapshot";
}

// ---- readers

int64_t ReadGuard::staleness_us() const noexcept {
  if (lsn_ >= clock_->appended.load(std::memory_order_acquire)) return 0;
  // Events that the writer has not even taken wait since the last append at least.
  int64_t since = clock_->waiting_us.load(std::memory_order_relaxed);
  if (since == 0) since = clock_->appended_us.load(std::memory_order_relaxed);
  return std::max<int64_t>(unix_us() - since, 1);
}

// ---- model

namespace {

std::unique_ptr<ModelView> view_of(std::shared_ptr<Learner> learner, bool is_live) noexcept {
  auto view = std::make_unique<ModelView>();
  view->learner = std::move(learner);
  view->outputs = view->learner->outputs();
  view->is_live = is_live;
  return view;
}

}  // namespace

Result<std::unique_ptr<Model>> Model::make(std::unique_ptr<Learner> learner, std::unique_ptr<Schema> schema,
                                           Publication publication) noexcept {
  const bool is_live = publication.mode == Publication::Mode::live;
  if (is_live && (learner->traits() & kLive) == 0)
    return Status(Code::unsupported, "model: this learner can't be published live; use snapshot");
  std::shared_ptr<Learner> working = std::move(learner);
  std::shared_ptr<Learner> seen = working;
  if (!is_live) {
    FRESHET_TRY_ASSIGN(seen, working->snapshot());
  }
  return std::unique_ptr<Model>(
      new Model(std::move(working), std::move(schema), publication, view_of(std::move(seen), is_live)));
}

Model::Model(std::shared_ptr<Learner> learner, std::unique_ptr<Schema> schema, Publication publication,
             std::unique_ptr<ModelView> first) noexcept
    : publication_(publication),
      schema_(std::move(schema)),
      working_(std::move(learner)),
      views_(std::move(first), publication.limits),
      outputs_(views_.read()->outputs) {}

Model::~Model() = default;

Result<WriterLease> Model::lease() noexcept {
  bool held = false;
  if (!is_leased_.compare_exchange_strong(held, true, std::memory_order_acq_rel))
    return Status(Code::conflict, "model: another writer holds the lease; wait until it lets go");
  ++leases_;
  return WriterLease(*this);
}

void Model::appended(Lsn lsn, int64_t time_us) noexcept {
  clock_.appended_us.store(time_us, std::memory_order_relaxed);
  clock_.appended.store(lsn, std::memory_order_release);
}

// A copy of the working learner: into a drained old version where the learner can, else a new one.
Result<std::unique_ptr<ModelView>> Model::next_view() noexcept {
  std::unique_ptr<ModelView> view;
  while (copies_ && view == nullptr && (view = views_.spare()) != nullptr)
    if (view->kind != kind_) view = nullptr;
  if (view != nullptr) {
    Status copied = working_->copy_into(*view->learner);
    copies_ = copied.code() != Code::unsupported;
    if (copied.ok()) {
      view->outputs = view->learner->outputs();
      return view;
    }
  }
  FRESHET_TRY_ASSIGN(std::shared_ptr<Learner> copy, working_->snapshot());
  return view_of(std::move(copy), false);
}

void Model::put(std::unique_ptr<ModelView> view) noexcept {
  view->lsn = applied_;
  view->kind = kind_;
  outputs_ = view->outputs;
  const uint64_t bytes = sizeof(ModelView) + (view->is_live ? 0 : view->learner->bytes());
  views_.publish(std::move(view), bytes);
}

Status Model::publish() noexcept {
  const int64_t began = steady_ns();
  if (publication_.mode == Publication::Mode::snapshot) {
    if (views_.is_full()) {
      clock_.skipped.fetch_add(1, std::memory_order_relaxed);
      published_ns_ = began;
      return {Code::exhausted, "model: readers hold too many old versions; publication is put off until they let go"};
    }
    auto view = next_view();
    if (!view.ok()) {
      clock_.skipped.fetch_add(1, std::memory_order_relaxed);
      published_ns_ = began;
      return std::move(view).status();
    }
    put(*std::move(view));
  } else if (working_->outputs() != outputs_) {
    put(view_of(working_, true));
  }
  published_ = applied_;
  clock_.waiting_us.store(0, std::memory_order_relaxed);
  clock_.published.store(applied_, std::memory_order_release);
  seen(steady_ns() - began);
  return {};
}

void Model::seen(int64_t cost_ns) noexcept {
  const int64_t before = clock_.publish_cost_ns.load(std::memory_order_relaxed);
  // Rises at once, falls slowly: one interrupted copy must not make the next too early.
  const int64_t cost = cost_ns > before ? cost_ns : before - (before - cost_ns) / 8;
  clock_.publish_cost_ns.store(cost, std::memory_order_relaxed);
  clock_.publications.fetch_add(1, std::memory_order_relaxed);
  published_ns_ = steady_ns();
}

int64_t Model::interval_ns() const noexcept {
  if (publication_.every_ms != 0) return int64_t{publication_.every_ms} * 1'000'000;
  return std::max<int64_t>(20 * clock_.publish_cost_ns.load(std::memory_order_relaxed), 1'000'000);
}

bool Model::is_due() const noexcept {
  if (publication_.every_n != 0 && applied_ - published_ >= publication_.every_n) return true;
  if (publication_.every_n != 0 && publication_.every_ms == 0) return false;
  return steady_ns() - published_ns_ >= interval_ns();
}

// ---- the writer

WriterLease::~WriterLease() {
  if (model_ != nullptr) model_->is_leased_.store(false, std::memory_order_release);
}

Status WriterLease::learn(const Example& x, std::span<float> before) noexcept { return model_->working_->learn(x, before); }
Learner& WriterLease::working() noexcept { return *model_->working_; }
const Learner& WriterLease::working() const noexcept { return *model_->working_; }
Schema& WriterLease::schema() noexcept { return *model_->schema_; }
Lsn WriterLease::applied() const noexcept { return model_->applied_; }
uint64_t WriterLease::token() const noexcept { return model_->leases_; }

void WriterLease::begin(int64_t time_us) noexcept {
  if (model_->clock_.waiting_us.load(std::memory_order_relaxed) == 0)
    model_->clock_.waiting_us.store(time_us, std::memory_order_relaxed);
}

void WriterLease::advance(Lsn lsn) noexcept {
  model_->applied_ = lsn;
  model_->clock_.applied.store(lsn, std::memory_order_release);
  if (model_->publication_.mode != Publication::Mode::live) return;
  if (model_->working_->outputs() != model_->outputs_) model_->put(view_of(model_->working_, true));
  model_->published_ = lsn;
  model_->clock_.waiting_us.store(0, std::memory_order_relaxed);
  model_->clock_.published.store(lsn, std::memory_order_release);
}

Status WriterLease::publish() noexcept { return model_->publish(); }

bool WriterLease::publish_if_due(bool is_idle, Lsn wanted) noexcept {
  Model& model = *model_;
  if (model.published_ == model.applied_) return false;
  const bool is_wanted = wanted <= model.applied_;
  // The clock is read on every 8th call: it costs as much as a small learner's step.
  if (!is_idle && !is_wanted && model.publication_.every_n == 0 && (++model.asked_ & 7) != 0) return false;
  if (!is_idle && !is_wanted && !model.is_due()) return false;
  return model.publish().ok();
}

Status WriterLease::replace(std::unique_ptr<Learner> learner) noexcept {
  Model& model = *model_;
  const bool is_live = model.publication_.mode == Publication::Mode::live;
  if (is_live && (learner->traits() & kLive) == 0)
    return {Code::unsupported, "model: this learner can't be published live; use snapshot"};
  std::shared_ptr<Learner> working = std::move(learner);
  std::shared_ptr<Learner> seen = working;
  if (!is_live) {
    FRESHET_TRY_ASSIGN(seen, working->snapshot());
  }
  model.working_ = std::move(working);
  model.copies_ = true;
  ++model.kind_;
  model.put(view_of(std::move(seen), is_live));
  return {};
}

Status WriterLease::checkpoint(Writer& writer, Lsn lsn) noexcept {
  if (lsn != model_->applied_)
    return {Code::invalid_argument, "model: a checkpoint is taken at the last LSN learned, no other"};
  return model_->working_->save(writer);
}

}  // namespace freshet
