#include "freshet/metric/evaluation.h"
#include "freshet/metric/sum_metric.h"
#include "tests/conformance/kit.h"

namespace freshet {
namespace {

template <class F>
void each_metric(F&& f) {
  for (const Entry<Metric>* entry : metric_entries()) {
    const std::string name(entry->info.name);
    CAPTURE(name);
    auto metric = make_metric(name, catalogue());
    REQUIRE(metric.ok());
    f(name, **metric);
  }
}

std::unique_ptr<Metric> fresh(const std::string& name) {
  auto made = make_metric(name, catalogue());
  REQUIRE(made.ok());
  return std::move(*made);
}

/// Scores k to `to` of a stream: three classes with probabilities, or targets.
void score(Metric& metric, uint32_t from, uint32_t to, float weight = 1) {
  const bool classes = metric.label() == Label::one_class;
  for (uint32_t k = from; k < to; k++) {
    Draws draws(3, 0, k);
    if (metric.label() == Label::decision) {
      const float truth[] = {static_cast<float>(draws.below(3)),
                             static_cast<float>(draws.uniform()), .5f};
      metric.update(truth, std::vector<float>{.2f, .3f, .5f}, weight);
    } else if (classes) {
      float p[3] = {static_cast<float>(draws.uniform()), static_cast<float>(draws.uniform()), .3f};
      const float sum = p[0] + p[1] + p[2];
      for (float& x : p)
        x /= sum;
      const float truth = static_cast<float>(draws.below(3));
      metric.update({&truth, 1}, p, weight);
    } else {
      const float truth = static_cast<float>(5 + draws.normal()),
                  p = truth + static_cast<float>(draws.normal());
      metric.update({&truth, 1}, {&p, 1}, weight);
    }
  }
}

std::vector<std::byte> bytes_of(const Metric& metric) {
  ModelFileWriter writer;
  REQUIRE(writer.add_metric(metric).ok());
  return writer.finish();
}

}  // namespace

TEST_CASE("every metric has its documentation") {
  each_metric([](const std::string& name, const Metric& metric) {
    const Info& info = find_entry(metric_entries(), name)->info;
    CHECK(!info.summary.empty());
    CHECK(!info.paper.empty());
    CHECK(!info.memory.empty());
    CHECK(&metric.info() == &info);
    CHECK(metric.label() != Label::none);
  });
}

TEST_CASE("no value before the first score, a finite one after; reset begins anew") {
  each_metric([](const std::string&, Metric& metric) {
    CHECK(std::isnan(metric.value()));
    score(metric, 0, 100);
    const double value = metric.value();
    CHECK(std::isfinite(value));
    metric.reset();
    CHECK(std::isnan(metric.value()));
    score(metric, 0, 100);
    CHECK(metric.value() == value);
  });
}

TEST_CASE("perfect answers have the best value") {
  each_metric([](const std::string& name, Metric& metric) {
    const bool classes = metric.label() == Label::one_class;
    if (metric.label() == Label::decision) return;  // costs have no best value
    for (uint32_t k = 0; k < 60; k++) {
      const float truth = static_cast<float>(classes ? k % 2 : k);
      const float p[2] = {truth == 0 ? 1.0f : 0.0f, truth == 0 ? 0.0f : 1.0f};
      metric.update({&truth, 1},
                    classes ? std::span<const float>(p) : std::span<const float>(&truth, 1), 1);
    }
    const double best = metric.larger_is_better() ? 1 : 0;
    CHECK(metric.value() == doctest::Approx(best));
    CHECK(name == std::string(metric.info().name));
  });
}

TEST_CASE("weight 0 scores nothing; 2 is twice where the trait says so") {
  each_metric([](const std::string& name, Metric& metric) {
    score(metric, 0, 50);
    const double value = metric.value();
    score(metric, 50, 60, 0);
    CHECK(metric.value() == value);
    if ((metric.traits() & kWeightIsCount) == 0 || name == "kappa_t")
      return;  // kappa_t looks at the one before
    auto heavy = fresh(name), twice = fresh(name);
    score(*heavy, 0, 50, 2);
    for (uint32_t k = 0; k < 50; k++) {
      score(*twice, k, k + 1);
      score(*twice, k, k + 1);
    }
    CHECK(heavy->value() == doctest::Approx(twice->value()).epsilon(1e-9));
  });
}

TEST_CASE("saved and loaded a metric goes on; a clone is its own; halves merge or say why not") {
  each_metric([](const std::string& name, Metric& metric) {
    score(metric, 0, 100);
    const auto saved = bytes_of(metric);
    auto file = ModelFileReader::open(saved);
    REQUIRE(file.ok());
    auto loaded = file->metrics(catalogue());
    REQUIRE(loaded.ok());
    REQUIRE(loaded->size() == 1);
    auto clone = metric.clone();
    REQUIRE(clone.ok());
    score(metric, 100, 200);
    CHECK(bytes_of(**clone) == saved);
    score(*(*loaded)[0], 100, 200);
    CHECK((*loaded)[0]->value() == metric.value());
    CHECK(bytes_of(*(*loaded)[0]) == bytes_of(metric));
    auto other = fresh(name);
    score(*other, 100, 200);
    if (const Status merged = (*clone)->merge(*other); merged.ok()) {
      if (name != "kappa_t")
        CHECK((*clone)->value() == doctest::Approx(metric.value()).epsilon(1e-9));
    } else {
      CHECK(merged.code() == Code::unsupported);
    }
  });
}

TEST_CASE(
    "over a window a metric equals a new one fed with the window's examples; faded it forgets") {
  each_metric([](const std::string& name, const Metric& metric) {
    auto made = Evaluation::make(
        metric.label(), {.metrics = {name}, .window = 40, .baselines = false}, catalogue());
    REQUIRE(made.ok());
    Evaluation& evaluation = **made;
    auto last = fresh(name);
    const bool classes = metric.label() != Label::number;
    for (uint32_t k = 0; k < 130; k++) {
      Draws draws(5, 0, k);
      const float truth =
          classes ? static_cast<float>(draws.below(2)) : static_cast<float>(draws.normal());
      const float p = static_cast<float>(draws.uniform());  // of a decision: that of its action 0
      REQUIRE(evaluation.observe({&truth, 1}, {&p, 1}, 1).ok());
      if (k == 89 && name == "kappa_t") last->update({&truth, 1}, {&p, 1}, 1);
      if (k >= 90) last->update({&truth, 1}, {&p, 1}, 1);
    }
    if (name != "kappa_t")  // its window begins with a class before that a new metric doesn't know
      CHECK(evaluation.score(0, 0).window == doctest::Approx(last->value()).epsilon(1e-9));
    CHECK(std::isfinite(evaluation.score(0, 0).faded));
  });
}

}  // namespace freshet
