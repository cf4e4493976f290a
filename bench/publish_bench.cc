#include "bench/publish_bench.h"

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include "bench/measure.h"
#include "freshet/base/bits.h"
#include "freshet/base/live.h"
#include "freshet/core/spec.h"
#include "freshet/runtime/catalog.h"
#include "freshet/runtime/clock.h"
#include "freshet/runtime/model.h"
#include "freshet/runtime/tiny_learners.h"

namespace freshet {
namespace {

constexpr uint32_t kFeatures = 32;

/// A stream of hashed examples: 32 features of 1, uniform indices, labels 0 and 1. Made before the clock starts.
class Stream {
 public:
  explicit Stream(uint32_t count, uint32_t mask) : index_(std::size_t{count} * kFeatures), value_(kFeatures, 1.0f) {
    for (std::size_t k = 0; k < index_.size(); ++k) index_[k] = static_cast<uint32_t>(mix64(k)) & mask;
  }
  Example operator[](uint64_t k) const {
    Example x;
    x.numeric.index = std::span(index_).subspan(k % (index_.size() / kFeatures) * kFeatures, kFeatures);
    x.numeric.value = value_;
    x.label = std::span(&kLabels[k & 1], 1);
    return x;
  }

 private:
  static constexpr float kLabels[] = {0, 1};
  std::vector<uint32_t> index_;
  std::vector<float> value_;
};

/// Calls of `step(k)` in a second of this thread's time, for about `seconds`.
template <class Step>
double rate(double seconds, Step step) {
  const double begin = thread_cpu_seconds(), until = begin + seconds;
  uint64_t k = 0;
  double now = begin;
  do {
    for (int inner = 0; inner < 256; ++inner) step(k++);
    now = thread_cpu_seconds();
  } while (now < until);
  return static_cast<double>(k) / (now - begin);
}

/// Median over rounds of cost(b) / cost(a), the two measured in turn.
template <class A, class B>
double cost_quotient(const PublishBenchOptions& options, A a, B b) {
  std::vector<double> quotients;
  for (uint32_t round = 0; round < options.rounds; ++round) {
    const double rate_a = rate(options.seconds, a), rate_b = rate(options.seconds, b);
    quotients.push_back(rate_a / rate_b);
  }
  return median(std::move(quotients));
}

Result<std::unique_ptr<Model>> model_of(const std::string& spec) {
  FRESHET_TRY_ASSIGN(auto learner, make_learner(spec, catalog()));
  const Publication publication = publication_of(*learner);
  return Model::make(std::move(learner), std::make_unique<Schema>(), publication);
}

// A step of a hashed linear model, with the store of each mode: what `live` costs the writer. From locals, as the learners
// do it: behind an atomic store the compiler reads again what it can't know to be the same.
template <class Store>
void sgd_step(std::vector<float>& weights, const Example& x, Store store) {
  float* const w = weights.data();
  const std::span<const uint32_t> indices = x.numeric.index;
  float sum = 0;
  for (const uint32_t index : indices) sum += w[index];
  const float by = 0.01f * (x.label[0] - sum);
  for (const uint32_t index : indices) store(w[index], w[index] + by);
}

Figure live_store_cost(const PublishBenchOptions& options, uint32_t bits, double gate) {
  const Stream stream(1 << 16, (1u << bits) - 1);
  std::vector<float> plain(std::size_t{1} << bits), live(std::size_t{1} << bits);
  const double cost = cost_quotient(
      options,
      [&](uint64_t k) { sgd_step(plain, stream[k], [](float& to, float value) { to = value; }); },
      [&](uint64_t k) { sgd_step(live, stream[k], [](float& to, float value) { live_store(to, value); }); });
  return {"live write, 2^" + std::to_string(bits) + " weights, no reader, against plain stores", cost, "times", gate, false};
}

// A read of cells that somebody may be changing against a read of plain floats; and the guard around both.
Status live_read_cost(const PublishBenchOptions& options, std::vector<Figure>& figures) {
  FRESHET_TRY_ASSIGN(const auto model, model_of("logistic(bits=18)"));
  FRESHET_TRY_ASSIGN(auto lease, model->lease());
  const Stream stream(1 << 14, (1u << 18) - 1);
  for (uint64_t k = 0; k < (1 << 14); ++k) FRESHET_TRY(lease.learn(stream[k], {}));
  float out = 0;
  const double cost = cost_quotient(
      options, [&](uint64_t k) { lease.working().predict(stream[k], std::span(&out, 1)); },
      [&](uint64_t k) { lease.working().predict_live(stream[k], std::span(&out, 1)); });
  figures.push_back({"live read, 32 of 2^18 weights, against plain floats", cost, "times", 1.1, false});
  const double guards = rate(options.seconds, [&](uint64_t) { out += static_cast<float>(model->read().lsn()); });
  figures.push_back({"a guard: pin, look, let go", 1e9 / guards, "ns"});
  return {};
}

Result<Figure> snapshot_read_cost(const PublishBenchOptions& options) {
  FRESHET_TRY_ASSIGN(const auto model, model_of("scale | logistic"));
  FRESHET_TRY_ASSIGN(auto lease, model->lease());
  std::vector<float> row(1000);
  for (std::size_t k = 0; k < row.size(); ++k) row[k] = static_cast<float>(k % 17);
  Example x;
  x.dense = row;
  const float label = 1;
  x.label = std::span(&label, 1);
  for (Lsn lsn = 1; lsn <= 10; ++lsn) {
    FRESHET_TRY(lease.learn(x, {}));
    lease.advance(lsn);
  }
  FRESHET_TRY(lease.publish());
  const Learner& own = lease.working();
  float out = 0;
  const double cost = cost_quotient(
      options, [&](uint64_t) { own.predict(x, std::span(&out, 1)); },
      [&](uint64_t) { model->read().predict(x, std::span(&out, 1)); });
  return Figure{"snapshot read, 1,000 dense features, guard included, against a private predict", cost, "times", 1.05, false};
}

// Learning live while another thread reads as fast as it can.
Result<Figure> live_learning_beside_reader(const PublishBenchOptions& options, uint32_t bits) {
  FRESHET_TRY_ASSIGN(const auto model, model_of("logistic(bits=" + std::to_string(bits) + ")"));
  FRESHET_TRY_ASSIGN(auto lease, model->lease());
  const Stream stream(1 << 16, (1u << bits) - 1);
  Lsn lsn = 0;
  const auto learn = [&](uint64_t k) {
    (void)lease.learn(stream[k], {});
    lease.advance(++lsn);
  };
  std::vector<double> quotients;
  for (uint32_t round = 0; round < options.rounds; ++round) {
    const double alone = rate(options.seconds, learn);
    std::atomic<bool> stop{false};
    std::thread reader([&] {
      float out = 0;
      for (uint64_t k = 0; !stop.load(std::memory_order_relaxed); ++k) model->read().predict(stream[k * 7], std::span(&out, 1));
    });
    quotients.push_back(rate(options.seconds, learn) / alone);
    stop = true;
    reader.join();
  }
  return Figure{"live learning beside a reader flat out, 2^" + std::to_string(bits) + " weights, against alone",
                median(std::move(quotients)), "times", {}, true};
}

struct Torn {
  std::atomic<uint64_t> reads{0}, torn{0};
  std::atomic<bool> stop{false};
};

Result<Figure> torn_reads(const TornBenchOptions& options, std::unique_ptr<Learner> learner) {
  const Publication publication = publication_of(*learner);
  const bool is_live = publication.mode == Publication::Mode::live;
  FRESHET_TRY_ASSIGN(const auto model, Model::make(std::move(learner), std::make_unique<Schema>(), publication));
  FRESHET_TRY_ASSIGN(auto lease, model->lease());
  Torn counts;
  std::vector<std::thread> readers;
  const float cell = 5;
  for (uint32_t k = 0; k < options.readers; ++k)
    readers.emplace_back([&] {
      float out[2] = {};
      for (uint64_t n = 0; !counts.stop.load(std::memory_order_relaxed); ++n) {
        model->read().predict(tiny::example(cell), out);
        // Snapshot: all cells are equal. Live: a cell read twice only grows, and holds whole numbers.
        const bool is_torn = is_live ? out[1] < out[0] || out[0] != static_cast<float>(static_cast<uint64_t>(out[0]))
                                     : out[0] != out[1];
        if (is_torn) counts.torn.fetch_add(1, std::memory_order_relaxed);
        counts.reads.fetch_add(1, std::memory_order_relaxed);
      }
    });
  const int64_t until = steady_ns() + static_cast<int64_t>(options.seconds * 1e9);
  for (Lsn lsn = 1; steady_ns() < until; ++lsn) {
    (void)lease.learn(tiny::example(cell), {});
    lease.advance(lsn);
    lease.publish_if_due(false);
  }
  counts.stop = true;
  for (std::thread& reader : readers) reader.join();
  return Figure{std::string("torn reads, ") + (is_live ? "live" : "snapshot") + ", " + std::to_string(options.readers) +
                    " readers, " + std::to_string(counts.reads.load()) + " reads",
                static_cast<double>(counts.torn.load()), "reads", 0, false};
}

}  // namespace

Result<std::vector<Figure>> bench_publish(const PublishBenchOptions& options) noexcept {
  std::vector<Figure> figures;
  FRESHET_TRY(live_read_cost(options, figures));
  FRESHET_TRY_ASSIGN(figures.emplace_back(), snapshot_read_cost(options));
  figures.push_back(live_store_cost(options, 14, 1.15));
  figures.push_back(live_store_cost(options, 22, 1.25));
  for (const uint32_t bits : {18u, 22u}) {
    FRESHET_TRY_ASSIGN(figures.emplace_back(), live_learning_beside_reader(options, bits));
  }
  return figures;
}

Result<std::vector<Figure>> bench_torn(const TornBenchOptions& options) noexcept {
  std::vector<Figure> figures;
  FRESHET_TRY_ASSIGN(figures.emplace_back(), torn_reads(options, std::make_unique<tiny::Dense>(options.params)));
  FRESHET_TRY_ASSIGN(figures.emplace_back(), torn_reads(options, std::make_unique<tiny::Live>()));
  return figures;
}

}  // namespace freshet
