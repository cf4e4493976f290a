/// Everybody at full speed, for ThreadSanitizer (preset tsan) and for the checks themselves: no prediction is torn, none
/// is older than one its thread has seen, and nothing freed is looked at.

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "freshet/runtime/clock.h"
#include "freshet/runtime/model.h"
#include "freshet/runtime/tiny_learners.h"

namespace freshet {
namespace {

constexpr int64_t kForNs = 300'000'000;
constexpr int kReaders = 3;

struct Watch {
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> torn{0}, back{0}, reads{0}, bad_lsn{0}, failed{0};
};

constexpr float kCell = 5;

// Cells count learned examples, so a prediction of at least lsn() is a prefix that includes it.
void read_on(const Model& model, Watch& watch, bool stalls) {
  Lsn last_lsn = 0;
  float last = 0;
  for (int k = 0; k < 5000 && !watch.stop.load(std::memory_order_relaxed); ++k) {
    const ReadGuard now = model.read();
    std::array<float, 2> out{};
    now.predict(tiny::example(kCell), out);
    watch.torn += now.is_live() ? out[1] < out[0] : out[1] != out[0];
    watch.back += now.lsn() < last_lsn || out[0] < last;
    watch.bad_lsn += out[1] < static_cast<float>(now.lsn());
    last_lsn = now.lsn();
    last = out[0];
    if (stalls && k % 64 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(3));
    (void)now.staleness_us();
    watch.reads.fetch_add(1, std::memory_order_relaxed);
  }
}

// Keeps versions by reference for a while, as a compute pool or a stream does.
void retain_on(const Model& model, Watch& watch) {
  std::array<Published<ModelView>::Retained, 4> kept;
  for (uint64_t k = 0; !watch.stop.load(std::memory_order_relaxed); ++k) {
    kept[k % kept.size()] = model.read().retain();
    std::array<float, 2> out{};
    for (const auto& one : kept) {
      if (!one) continue;
      if (one->is_live) one->learner->predict_live(tiny::example(kCell), out);
      else one->learner->predict(tiny::example(kCell), out);
      watch.torn += !one->is_live && out[1] != out[0];
    }
  }
}

void write_on(Model& model, Watch& watch, bool replaces, bool is_live) {
  auto lease = model.lease();
  const int64_t until = steady_ns() + kForNs;
  for (Lsn lsn = 1; steady_ns() < until; ++lsn) {
    const int64_t now = unix_us();
    model.appended(lsn, now);
    lease->begin(now);
    if (replaces && lsn % 1000 == 0) {
      // As a reset: another learner in the same model.
      std::unique_ptr<Learner> next;
      if (is_live) next = std::make_unique<tiny::Live>();
      else next = std::make_unique<tiny::Dense>(100 + lsn % 7);
      CHECK(lease->replace(std::move(next)).ok());
    }
    watch.failed += !lease->learn(tiny::example(kCell), {}).ok();
    lease->advance(lsn);
    lease->publish_if_due(lsn % 16 == 0);
  }
  watch.stop = true;
}

void run(std::unique_ptr<Learner> learner, bool replaces) {
  const Publication publication = publication_of(*learner);
  const bool is_live = publication.mode == Publication::Mode::live;
  auto model = Model::make(std::move(learner), std::make_unique<Schema>(), publication);
  REQUIRE(model.ok());
  Watch watch;
  std::vector<std::thread> threads;
  for (int k = 0; k < kReaders; ++k)
    threads.emplace_back([&, k] {
      // Threads come and go: their slots are reused while others read.
      while (!watch.stop) std::thread([&] { read_on(**model, watch, k == 0); }).join();
    });
  threads.emplace_back([&] { retain_on(**model, watch); });
  write_on(**model, watch, replaces, is_live);
  for (auto& thread : threads) thread.join();
  CHECK(watch.reads > 0);
  CHECK(watch.torn == 0);
  CHECK(watch.failed == 0);
  if (replaces) return;  // the count begins again with each learner
  CHECK(watch.back == 0);
  CHECK(watch.bad_lsn == 0);
}

TEST_CASE("races: live, readers at full speed, one stalls, one retains") { run(std::make_unique<tiny::Live>(), false); }
TEST_CASE("races: snapshot, readers at full speed, one stalls, one retains") {
  run(std::make_unique<tiny::Dense>(), false);
}
TEST_CASE("races: snapshot without copy_into") { run(std::make_unique<tiny::Dense>(200, false), false); }
TEST_CASE("races: live, the learner is replaced under the readers") { run(std::make_unique<tiny::Live>(), true); }
TEST_CASE("races: snapshot, the learner is replaced under the readers") {
  run(std::make_unique<tiny::Dense>(), true);
}

TEST_CASE("races: many threads want the lease, one has it") {
  auto made = Model::make(std::make_unique<tiny::Dense>(16), std::make_unique<Schema>(), {});
  Model& model = **made;
  std::atomic<int> inside{0}, taken{0};
  std::vector<std::thread> threads;
  for (int k = 0; k < 4; ++k)
    threads.emplace_back([&] {
      for (int tries = 0; tries < 2000; ++tries) {
        auto lease = model.lease();
        if (!lease.ok()) continue;
        CHECK(inside.fetch_add(1) == 0);
        CHECK(lease->learn(tiny::example(kCell), {}).ok());
        lease->advance(static_cast<Lsn>(taken.fetch_add(1) + 1));
        (void)lease->publish_if_due(true);
        inside.fetch_sub(1);
      }
    });
  for (auto& thread : threads) thread.join();
  std::array<float, 2> out{};
  auto lease = model.lease();
  lease->working().predict(tiny::example(kCell), out);
  CHECK(out[0] == static_cast<float>(taken.load()));
}

}  // namespace
}  // namespace freshet
