#include <limits>

#include "freshet/core/transformer.h"
#include "tests/conformance/allocations.h"
#include "tests/conformance/kit.h"

namespace freshet {
namespace {

std::unique_ptr<Transformer> make_transform(const Entry<Transformer>& entry) {
  alignas(std::max_align_t) std::byte options[512];
  REQUIRE(entry.info.options_size <= sizeof(options));
  entry.info.defaults(options);
  auto made = entry.make(options, catalogue());
  REQUIRE(made.ok());
  return std::move(*made);
}

template <class F>
void each_transform(F&& f) {
  for (const Entry<Transformer>* entry : transform_entries()) {
    const std::string name(entry->info.name);
    CAPTURE(name);
    f(*entry);
  }
}

bool same(const ExampleBuffer& a, const ExampleBuffer& b) {
  return a.dense == b.dense && a.index == b.index && a.value == b.value && a.nominal == b.nominal &&
         a.category == b.category;
}

const StreamShape kShape{.diet = Diet::mixed};

}  // namespace

TEST_CASE("every transform has its documentation") {
  each_transform([](const Entry<Transformer>& entry) {
    CHECK(!entry.info.summary.empty());
    CHECK(!entry.info.paper.empty());
    CHECK(!entry.info.cost.empty());
    CHECK(!entry.info.memory.empty());
    for (const OptionSpec& option : entry.info.options)
      CHECK(!option.doc.empty());
    CHECK(&make_transform(entry)->info() == &entry.info);
  });
}

TEST_CASE("apply is pure, finite, and allocates nothing once the buffer has grown") {
  each_transform([](const Entry<Transformer>& entry) {
    auto transform = make_transform(entry);
    const auto rows = examples(kShape, 200);
    ExampleBuffer out, again;
    for (const ExampleBuffer& row : rows) {
      const Example x = row.view();
      transform->learn(x);
      REQUIRE(transform->apply(x, out).ok());
      REQUIRE(transform->apply(x, again).ok());
      const AllocationCount count;
      REQUIRE(transform->apply(x, again).ok());
      const uint64_t allocations = count.so_far();
      CHECK(allocations == 0);
      CHECK(same(out, again));
      CHECK(first_bad(out.view()) == kNone);
      CHECK(out.index.size() == out.value.size());
      CHECK(out.nominal.size() == out.category.size());
    }
  });
}

TEST_CASE("weight 0 teaches a transform nothing; a stateless one never learns") {
  each_transform([](const Entry<Transformer>& entry) {
    auto transform = make_transform(entry);
    auto rows = examples(kShape, 100);
    for (ExampleBuffer& row : rows)
      transform->learn(row.view());
    ExampleBuffer was, now;
    REQUIRE(transform->apply(rows[3].view(), was).ok());
    const bool stateless = (transform->traits() & kStateless) != 0;
    for (ExampleBuffer& row : rows) {
      for (float& value : row.value)
        value *= 50;
      row.weight = stateless ? 1 : 0;
      transform->learn(row.view());
    }
    rows = examples(kShape, 100);
    REQUIRE(transform->apply(rows[3].view(), now).ok());
    CHECK(same(was, now));
  });
}

TEST_CASE(
    "a transform in a pipeline: saved and loaded it goes on; a clone is its own; halves merge") {
  each_transform([](const Entry<Transformer>& entry) {
    const std::string spec = std::string(entry.info.name) + " | linear";
    auto learner = make(spec);
    StreamShape shape = kShape;
    shape.classes = 0;
    const auto rows = examples(shape, 300);
    teach(*learner, rows, 0, 150);
    const auto saved = bytes_of(*learner);
    auto file = ModelFileReader::open(saved);
    REQUIRE(file.ok());
    auto loaded = file->learner(catalogue());
    if (!loaded.ok()) FAIL(loaded.status().text());
    auto clone = learner->clone();
    REQUIRE(clone.ok());
    CHECK(bytes_of(**clone) == saved);
    teach(*learner, rows, 150);
    CHECK(bytes_of(**clone) == saved);
    teach(**loaded, rows, 150);
    CHECK(bytes_of(**loaded) == bytes_of(*learner));
    auto spare = make(spec);
    REQUIRE(learner->copy_into(*spare).ok());
    CHECK(bytes_of(*spare) == bytes_of(*learner));
    CHECK((*clone)->merge(**loaded).ok());
    check_finite(**clone, predict(**clone, rows[0].view()));
  });
}

TEST_CASE("before equals predict through every transform") {
  each_transform([](const Entry<Transformer>& entry) {
    auto learner = make(std::string(entry.info.name) + " | logistic(bits=10)");
    const bool live = (learner->traits() & kLive) != 0;
    CHECK(live == ((entry.info.traits & kStateless) != 0));
    for (const ExampleBuffer& row : examples(kShape, 200)) {
      const auto said = predict(*learner, row.view());
      std::vector<float> before(said.size());
      REQUIRE(learner->learn(row.view(), before).ok());
      CHECK(before == said);
    }
  });
}

}  // namespace freshet
