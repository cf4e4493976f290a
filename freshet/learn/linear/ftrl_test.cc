#include "freshet/learn/linear/ftrl.h"

#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

namespace freshet {
namespace {

std::unique_ptr<Ftrl> ftrl(const FtrlOptions& options = {}) {
  auto made = Ftrl::make(options);
  if (!made.ok()) FAIL(made.status().text());
  return std::move(*made);
}

/// One feature, index 3, without a constant: everything can be done by hand.
Example one_feature(const float& value, const float& label) {
  static const uint32_t index = 3;
  return {.numeric = {{&index, 1}, {&value, 1}}, .label = {&label, 1}};
}

/// Algorithm 1 of the paper for one weight, in double.
struct ByHand {
  double alpha, beta, l1, l2;
  double z = 0, n = 0;
  double weight() const {
    if (std::abs(z) <= l1) return 0;
    return -(z - (z < 0 ? -l1 : l1)) / ((beta + std::sqrt(n)) / alpha + l2);
  }
  void step(double g) {
    const double w = weight();
    const double sigma = (std::sqrt(n + g * g) - std::sqrt(n)) / alpha;
    z += g - sigma * w;
    n += g * g;
  }
};

/// The same in floats, for many weights, one feature after the other.
struct RowsByHand {
  FtrlOptions options;
  std::vector<float> z, n, w;
  explicit RowsByHand(const FtrlOptions& how)
      : options(how), z(std::size_t{1} << how.bits), n(z), w(z) {}
  void step(std::size_t row, float g) {
    const float rate = static_cast<float>(1 / options.alpha);
    const float beta = static_cast<float>(options.beta), l1 = static_cast<float>(options.l1);
    const float root = std::sqrt(n[row] + g * g);
    z[row] += g - (root - std::sqrt(n[row])) * rate * w[row];
    n[row] += g * g;
    const float far = std::abs(z[row]) - l1;
    const float size =
        far > 0 ? far / ((beta + root) * rate + static_cast<float>(options.l2)) : 0.0f;
    w[row] = z[row] < 0 ? size : -size;
  }
};

}  // namespace

TEST_CASE("ftrl: weights are those of the paper's algorithm, step by step") {
  for (const double l1 : {0., .4}) {
    const auto one =
        ftrl({.alpha = .3, .beta = .5, .l1 = l1, .l2 = .2, .bias = ConstantRule::none});
    ByHand hand{.3, .5, l1, .2};
    for (int k = 0; k < 50; k++) {
      const float x = static_cast<float>(k % 4) - .5f;
      const float label = k % 3 == 0 ? 0.0f : 1.0f;
      const double y = label == 1 ? 1 : -1, wx = hand.weight() * static_cast<double>(x);
      float before = -1;
      REQUIRE(one->learn(one_feature(x, label), {&before, 1}).ok());
      CHECK(before == doctest::Approx(1 / (1 + std::exp(-wx))).epsilon(1e-5));
      hand.step(-y / (1 + std::exp(y * wx)) * static_cast<double>(x));
      const float unit = 1;
      CHECK(one->score(one_feature(unit, label)) == doctest::Approx(hand.weight()).epsilon(1e-5));
    }
  }
}

TEST_CASE(
    "ftrl: features by fours step as one by one, to the bit: new rows, repeats, watched tables") {
  for (const uint32_t bits : {2u, 12u}) {  // with 2 every four has repeats
    for (const double l1 : {0., .3}) {
      const FtrlOptions how{
          .alpha = .5, .l1 = l1, .l2 = .1, .bits = bits, .bias = ConstantRule::none};
      const auto one = ftrl(how);
      RowsByHand hand(how);
      uint32_t random = 1;
      const auto draw = [&] { return random = random * 1664525 + 1013904223; };
      for (uint32_t k = 0; k < 200; k++) {
        if (k == 100) one->live_tables()[0]->watch([](void*, uint32_t) noexcept {}, nullptr);
        uint32_t index[39];
        float value[39];
        const std::size_t count = k % 40;
        for (std::size_t i = 0; i < count; i++) {
          index[i] = draw() >> 24;
          value[i] = static_cast<float>(draw() >> 16) / 65536 - .4f;
        }
        const float label = draw() >> 31 != 0 ? 1.0f : 0.0f;
        const Example x{.numeric = {{index, count}, {value, count}}, .label = {&label, 1}};
        const LossAt loss(ImportanceLoss::logistic, .5f, one->score(x), 2 * label - 1);
        REQUIRE(one->learn(x, {}).ok());
        const std::size_t mask = hand.w.size() - 1;
        for (std::size_t i = 0; i < count; i++)
          hand.step(index[i] & mask, loss.slope() * value[i]);
        bool is_same = true;
        for (uint32_t row = 0; row < hand.w.size(); row++) {
          const float unit = 1;
          const float w = one->score({.numeric = {{&row, 1}, {&unit, 1}}});
          is_same = is_same && w == hand.w[row];
        }
        REQUIRE(is_same);
      }
    }
  }
}

TEST_CASE("ftrl: gradients alone are followed in closed form: w = -alpha sum g / (beta + sqrt n)") {
  // Without penalties and with sigma w small against g, z is the sum of gradients; at the first step exactly so.
  const auto one = ftrl({.alpha = .1, .bias = ConstantRule::none});
  const float x = 2, y = 1;
  REQUIRE(one->learn(one_feature(x, y), {}).ok());
  CHECK(one->score(one_feature(x, y)) == doctest::Approx(2 * .1 * 1 / (1 + 1)).epsilon(1e-6));
}

TEST_CASE("ftrl: l1 drives rare weights to exactly zero, also after they weren't") {
  const auto one = ftrl({.alpha = .5, .l1 = 5, .bias = ConstantRule::none});
  const float unit = 1;
  const auto weight = [&](uint32_t index) {
    return one->score({.numeric = {{&index, 1}, {&unit, 1}}});
  };
  // 1 comes always, 2 in ten examples, 3 always but it changes sides half-way.
  for (int k = 0; k < 400; k++) {
    const float sign = k % 2 == 0 ? 1.0f : -1.0f, label = k % 2 == 0 ? 1 : 0;
    const uint32_t index[] = {1, 3, 2};
    const float value[] = {sign, k < 100 ? sign : -sign, sign};
    const std::size_t n = k % 40 == 0 ? 3 : 2;
    const Example x{.numeric = {{index, n}, {value, n}}, .label = {&label, 1}};
    REQUIRE(one->learn(x, {}).ok());
    if (k == 99) CHECK(weight(3) > .1f);
  }
  CHECK(weight(1) > .5f);
  CHECK(weight(2) == 0);
  CHECK(weight(3) == 0);
}

TEST_CASE("ftrl: slopes are the derivatives of the losses, by central differences") {
  for (const ImportanceLoss loss : {ImportanceLoss::squared, ImportanceLoss::logistic,
                                    ImportanceLoss::hinge, ImportanceLoss::quantile}) {
    for (const float y : {-1.0f, 1.0f}) {
      for (float p = -2.03f; p < 2; p += .17f) {
        const float h = 1e-2f;
        const LossAt at(loss, .3f, p, y), above(loss, .3f, p + h, y), below(loss, .3f, p - h, y);
        const float by_difference = (above.value() - below.value()) / (2 * h);
        CHECK(at.slope() == doctest::Approx(by_difference).epsilon(2e-3));
      }
    }
  }
}

TEST_CASE("ftrl: numbers stay within the labels met; a quantile is approached from both sides") {
  const auto median = ftrl({.alpha = 1, .loss = ImportanceLoss::quantile, .tau = .8});
  for (int k = 0; k < 5000; k++) {
    const float y = static_cast<float>(k % 10);
    REQUIRE(median->learn({.label = {&y, 1}}, {}).ok());
  }
  float out = -1;
  median->predict({}, {&out, 1});
  CHECK(out == doctest::Approx(7.5).epsilon(.12));
  const auto number = ftrl({.alpha = 100, .loss = ImportanceLoss::squared});
  const float two = 2, far = 1e6f;
  REQUIRE(number->learn({.label = {&two, 1}}, {}).ok());
  number->predict(one_feature(far, two), {&out, 1});
  CHECK(out <= 2);
}

TEST_CASE("ftrl: overflow is left out and counted") {
  const auto one = ftrl({.loss = ImportanceLoss::squared});
  const float huge = 3e38f, label = 1;
  REQUIRE(one->learn(one_feature(huge, label), {}).ok());
  CHECK(one->skipped() > 0);
  float out = -1;
  one->predict(one_feature(huge, label), {&out, 1});
  CHECK(std::isfinite(out));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(one->learn(one_feature(nan, label), {}).code() == Code::invalid_argument);
}

TEST_CASE("ftrl: interactions and explanations are those of vw") {
  const auto one = ftrl({.interactions = "::"});
  const float dense[] = {1, 2, 0, -1};
  for (int k = 0; k < 20; k++) {
    const float label = k % 2 == 0 ? 1 : 0;
    const float x[] = {label, 2, 0, static_cast<float>(k % 3)};
    REQUIRE(one->learn({.dense = x, .label = {&label, 1}}, {}).ok());
  }
  float parts[5];
  REQUIRE(one->explain({.dense = dense}, parts).ok());
  double sum = 0;
  for (const float part : parts)
    sum += static_cast<double>(part);
  CHECK(sum == doctest::Approx(one->score({.dense = dense})).epsilon(1e-5));
  CHECK(parts[2] == 0);
}

}  // namespace freshet
