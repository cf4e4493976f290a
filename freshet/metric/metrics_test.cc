#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/math.h"
#include "freshet/core/spec.h"
#include "freshet/metric/registry.h"
#include "freshet/metric/sum_metric.h"

/// Values by hand: 10 guesses of two classes with 3 hits of the positive, 1 missed, 2 false alarms, 4 true negatives.

namespace freshet {
namespace {

const Registry kMetrics{{}, {}, metric_entries(), {}, nullptr};

std::unique_ptr<Metric> metric(const std::string& spec) {
  auto made = make_metric(spec, kMetrics);
  REQUIRE(made.ok());
  return std::move(*made);
}

double of_counts(const std::string& spec, uint32_t positive = 1) {
  auto m = metric(spec);
  m->set_positive(positive);
  const auto put = [&](int n, float truth, float p) {
    for (int k = 0; k < n; k++)
      m->update({&truth, 1}, {&p, 1}, 1);
  };
  put(3, 1, .9f);
  put(1, 1, .2f);
  put(2, 0, .6f);
  put(4, 0, .1f);
  return m->value();
}

double of_numbers(const std::string& spec, std::vector<float> truth, std::vector<float> guess) {
  auto m = metric(spec);
  for (std::size_t k = 0; k < truth.size(); k++)
    m->update({&truth[k], 1}, {&guess[k], 1}, 1);
  return m->value();
}

}  // namespace

TEST_CASE("metrics of classes by hand") {
  CHECK(of_counts("accuracy") == doctest::Approx(.7));
  CHECK(of_counts("precision") == doctest::Approx(.6));
  CHECK(of_counts("recall") == doctest::Approx(.75));
  CHECK(of_counts("f1") == doctest::Approx(2 * .6 * .75 / 1.35));
  CHECK(of_counts("fbeta(beta=2)") == doctest::Approx(5 * .6 * .75 / (4 * .6 + .75)));
  CHECK(of_counts("precision", 0) == doctest::Approx(.8));
  CHECK(of_counts("recall", 0) == doctest::Approx(4. / 6));
  CHECK(of_counts("macro_recall") == doctest::Approx((.75 + 4. / 6) / 2));
  CHECK(of_counts("weighted_recall") == doctest::Approx(.7));
  CHECK(of_counts("micro_f1") == doctest::Approx(.7));
  CHECK(of_counts("balanced_accuracy") == doctest::Approx((.75 + 4. / 6) / 2));
  CHECK(of_counts("gmean") == doctest::Approx(std::sqrt(.75 * 4 / 6)));
  const double chance = (4 * 5 + 6 * 5) / 100.;
  CHECK(of_counts("kappa") == doctest::Approx((.7 - chance) / (1 - chance)));
  CHECK(of_counts("kappa_m") == doctest::Approx((.7 - .6) / .4));
  CHECK(of_counts("mcc") == doctest::Approx((3. * 4 - 2 * 1) / std::sqrt(5. * 4 * 6 * 5)));
  // the class before is wrong at the first example and where the class changes
  CHECK(of_counts("kappa_t") == doctest::Approx((.7 - .8) / .2));
}

TEST_CASE("metrics of probabilities by hand") {
  CHECK(of_counts("log_loss") ==
        doctest::Approx(-(3 * std::log(.9) + std::log(.2) + 2 * std::log(.4) + 4 * std::log(.9)) /
                        10));
  CHECK(of_counts("brier") == doctest::Approx(2 * (3 * .01 + .64 + 2 * .36 + 4 * .01) / 10));
  // pairs: .9 beats both kinds of negatives (3 x 6), .2 beats .1 only (4)
  CHECK(of_counts("auc") == doctest::Approx(22. / 24));
  CHECK(of_counts("auc(bins=10)") == doctest::Approx(22. / 24));
  CHECK(of_counts("auc", 0) == doctest::Approx(22. / 24));
  CHECK(of_counts("pr_auc") == doctest::Approx((3 * 1. + 4. / 6) / 4));
  // confidences .9 (3 right), .8 (1 wrong), .6 (2 wrong), .9 (4 right)
  CHECK(of_counts("ece(bins=20)") == doctest::Approx((7 * .1 + .8 + 2 * .6) / 10));
}

TEST_CASE("auc: ties count half, a single class has no value") {
  auto m = metric("auc");
  const float one = 1, zero = 0, p = .5f;
  m->update({&one, 1}, {&p, 1}, 1);
  CHECK(std::isnan(m->value()));
  m->update({&zero, 1}, {&p, 1}, 3);
  CHECK(m->value() == .5);
}

TEST_CASE("auc(window): only the newest count") {
  auto m = metric("auc(window=2)");
  const float one = 1, zero = 0, high = .9f, low = .1f;
  m->update({&one, 1}, {&low, 1}, 1);
  m->update({&zero, 1}, {&high, 1}, 1);
  CHECK(m->value() == 0);
  m->update({&one, 1}, {&high, 1}, 1);
  CHECK(m->value() == .5);
  m->update({&zero, 1}, {&low, 1}, 1);
  CHECK(m->value() == 1);
}

TEST_CASE("log_loss: a certain mistake costs ln(1e15), no more") {
  auto m = metric("log_loss");
  const float one = 1, p = 0;
  m->update({&one, 1}, {&p, 1}, 1);
  CHECK(m->value() == -math_log(1e-15));
  m->reset();
  m->update({&one, 1}, {&one, 1}, 1);  // as sure, and right
  CHECK(m->value() == -math_log(1 - 1e-15));
  const float unknown = 5, three[3] = {.2f, .3f, .5f};
  m->reset();
  m->update({&unknown, 1}, three, 1);
  CHECK(m->value() == doctest::Approx(15 * std::log(10)));
}

TEST_CASE("metrics of numbers by hand") {
  const std::vector<float> truth{1, 2, 4}, guess{2, 2, 2};
  CHECK(of_numbers("mae", truth, guess) == 1);
  CHECK(of_numbers("mse", truth, guess) == doctest::Approx(5. / 3));
  CHECK(of_numbers("rmse", truth, guess) == doctest::Approx(std::sqrt(5. / 3)));
  CHECK(of_numbers("r2", truth, guess) == doctest::Approx(1 - 5 / (14. / 3)));
  CHECK(of_numbers("mape", truth, guess) == doctest::Approx(50));
  CHECK(of_numbers("smape", truth, guess) == doctest::Approx((200. / 3 + 0 + 400. / 6) / 3));
  CHECK(of_numbers("smape", {0}, {0}) == 0);
  CHECK(of_numbers("pinball(q=0.9)", truth, guess) == doctest::Approx((.1 + 0 + 1.8) / 3));
  CHECK(of_numbers("rmsle", {0, -5}, {0, 0}) == 0);
}

TEST_CASE("metrics: unknown names are refused with the nearest one") {
  const auto made = make_metric("acuracy", kMetrics);
  REQUIRE(!made.ok());
  CHECK(made.status().text().find("accuracy") != std::string_view::npos);
}

}  // namespace freshet
