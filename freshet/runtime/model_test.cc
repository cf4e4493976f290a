#include "freshet/runtime/model.h"

#include <doctest/doctest.h>

#include <array>
#include <thread>

#include "freshet/runtime/clock.h"
#include "freshet/runtime/tiny_learners.h"

namespace freshet {
namespace {

constexpr float kOne = 1;
Example one() { return tiny::example(kOne); }

Publication every_ms(uint32_t ms) {
  Publication publication;
  publication.every_ms = ms;
  return publication;
}
Publication every_n(uint32_t n) {
  Publication publication;
  publication.every_n = n;
  return publication;
}
Publication live() {
  Publication publication;
  publication.mode = Publication::Mode::live;
  return publication;
}

std::unique_ptr<Model> model_of(std::unique_ptr<Learner> learner, Publication publication = {}) {
  auto model = Model::make(std::move(learner), std::make_unique<Schema>(), publication);
  REQUIRE(model.ok());
  return *std::move(model);
}

std::array<float, 2> ask(const Model& model) {
  std::array<float, 2> out{};
  model.read().predict(one(), out);
  return out;
}

TEST_CASE("model: one lease at a time; the next has a higher number") {
  auto model = model_of(std::make_unique<tiny::Dense>());
  uint64_t token = 0;
  {
    auto lease = model->lease();
    REQUIRE(lease.ok());
    token = lease->token();
    auto second = model->lease();
    CHECK(second.status().code() == Code::conflict);
    WriterLease moved = *std::move(lease);
    CHECK(model->lease().status().code() == Code::conflict);
  }
  auto next = model->lease();
  REQUIRE(next.ok());
  CHECK(next->token() > token);
}

TEST_CASE("model: a snapshot changes only when it is published, and is a prefix of the log") {
  auto model = model_of(std::make_unique<tiny::Dense>());
  auto lease = model->lease();
  for (Lsn lsn = 1; lsn <= 3; ++lsn) {
    model->appended(lsn, unix_us());
    CHECK(lease->learn(one(), {}).ok());
    lease->advance(lsn);
  }
  CHECK(ask(*model)[0] == 0);
  CHECK(model->read().lsn() == 0);
  CHECK(model->read().staleness_us() > 0);
  CHECK(lease->publish().ok());
  CHECK(ask(*model)[0] == 3);
  CHECK(model->read().lsn() == 3);
  CHECK(model->read().staleness_us() == 0);
}

TEST_CASE("model: live learning is seen at once") {
  auto learner = std::make_unique<tiny::Live>();
  const Publication publication = publication_of(*learner);
  CHECK(publication.mode == Publication::Mode::live);
  auto model = model_of(std::move(learner), publication);
  auto lease = model->lease();
  model->appended(1, unix_us());
  CHECK(lease->learn(one(), {}).ok());
  CHECK(ask(*model)[0] == 1);
  CHECK(model->read().staleness_us() > 0);
  lease->advance(1);
  CHECK(model->read().lsn() == 1);
  CHECK(model->read().staleness_us() == 0);
}

TEST_CASE("model: live is refused for a learner that can't") {
  auto model = Model::make(std::make_unique<tiny::Dense>(), std::make_unique<Schema>(),
                           live());
  CHECK(model.status().code() == Code::unsupported);
}

TEST_CASE("model: versions circulate: a drained one is filled and shown again") {
  auto model = model_of(std::make_unique<tiny::Dense>());
  auto lease = model->lease();
  const auto address = [&] { return static_cast<const tiny::Dense&>(model->read().learner()).address(); };
  std::array<const float*, 6> seen{};
  for (Lsn lsn = 1; lsn <= 6; ++lsn) {
    CHECK(lease->learn(one(), {}).ok());
    lease->advance(lsn);
    CHECK(lease->publish().ok());
    seen[lsn - 1] = address();
    CHECK(ask(*model)[1] == static_cast<float>(lsn));
  }
  CHECK(seen[2] == seen[0]);
  CHECK(seen[3] == seen[1]);
}

TEST_CASE("model: a learner that can't be copied into is cloned") {
  auto model = model_of(std::make_unique<tiny::Dense>(10, false));
  auto lease = model->lease();
  for (Lsn lsn = 1; lsn <= 4; ++lsn) {
    CHECK(lease->learn(one(), {}).ok());
    lease->advance(lsn);
    CHECK(lease->publish().ok());
    CHECK(ask(*model)[1] == static_cast<float>(lsn));
  }
}

TEST_CASE("model: publication is due when nothing is queued or somebody waits, else by its cost") {
  auto model = model_of(std::make_unique<tiny::Dense>(), every_ms(3'600'000));
  auto lease = model->lease();
  const auto learn = [&](Lsn lsn) {
    CHECK(lease->learn(one(), {}).ok());
    lease->advance(lsn);
  };
  CHECK(lease->publish().ok());
  learn(1);
  for (int k = 0; k < 100; ++k) CHECK(!lease->publish_if_due(false));
  CHECK(lease->publish_if_due(true));
  CHECK(!lease->publish_if_due(true));  // nothing new
  learn(2);
  CHECK(!lease->publish_if_due(false, 3));
  learn(3);
  CHECK(lease->publish_if_due(false, 3));
  CHECK(model->clock().published.load() == 3);
}

TEST_CASE("model: every_n publishes by count") {
  auto model = model_of(std::make_unique<tiny::Dense>(), every_n(3));
  auto lease = model->lease();
  for (Lsn lsn = 1; lsn <= 7; ++lsn) {
    CHECK(lease->learn(one(), {}).ok());
    lease->advance(lsn);
    CHECK(lease->publish_if_due(false) == (lsn % 3 == 0));
  }
}

TEST_CASE("stalled: a reader that never lets go costs staleness, not training") {
  auto model = model_of(std::make_unique<tiny::Dense>());
  auto lease = model->lease();
  {
    const ReadGuard stalled = model->read();
    bool put_off = false;
    for (Lsn lsn = 1; lsn <= 20; ++lsn) {
      CHECK(lease->learn(one(), {}).ok());
      lease->advance(lsn);
      if (Status done = lease->publish(); !done.ok()) {
        CHECK(done.code() == Code::exhausted);
        put_off = true;
      }
    }
    CHECK(put_off);
    CHECK(lease->applied() == 20);
    CHECK(model->clock().skipped.load() == 12);
    std::array<float, 2> out{};
    stalled.predict(one(), out);
    CHECK(out[1] == 0);
  }
  CHECK(lease->publish().ok());
  CHECK(ask(*model)[0] == 20);
}

TEST_CASE("stalled: a slow reader that retains does not hold back other models") {
  auto slow = model_of(std::make_unique<tiny::Dense>());
  auto other = model_of(std::make_unique<tiny::Dense>());
  const auto kept = slow->read().retain();
  auto lease = other->lease();
  for (Lsn lsn = 1; lsn <= 50; ++lsn) {
    CHECK(lease->learn(one(), {}).ok());
    lease->advance(lsn);
    CHECK(lease->publish().ok());
  }
  CHECK(kept->lsn == 0);
}

TEST_CASE("model: replacing the learner shows the new one, and old versions are never filled with it") {
  auto model = model_of(std::make_unique<tiny::Dense>());
  auto lease = model->lease();
  for (Lsn lsn = 1; lsn <= 3; ++lsn) {
    CHECK(lease->learn(one(), {}).ok());
    lease->advance(lsn);
    CHECK(lease->publish().ok());
  }
  lease->advance(4);
  CHECK(lease->replace(std::make_unique<tiny::Dense>(7)).ok());
  CHECK(ask(*model)[1] == 0);
  CHECK(model->read().lsn() == 4);
  CHECK(lease->learn(one(), {}).ok());
  lease->advance(5);
  CHECK(lease->publish().ok());
  CHECK(ask(*model)[1] == 1);
}

TEST_CASE("model: staleness counts from the first event taken and not yet published") {
  auto model = model_of(std::make_unique<tiny::Dense>());
  auto lease = model->lease();
  const int64_t long_ago = unix_us() - 5'000'000;
  model->appended(1, long_ago);
  model->appended(2, unix_us());
  lease->begin(long_ago);
  lease->begin(unix_us());
  CHECK(model->read().staleness_us() >= 5'000'000);
  lease->advance(2);
  CHECK(lease->publish().ok());
  CHECK(model->read().staleness_us() == 0);
}

}  // namespace
}  // namespace freshet
