#include <doctest/doctest.h>

#include "tests/reference/figures.h"

namespace freshet {

TEST_CASE("naive_bayes: River's published figures") {
  check_figures("naive_bayes", "bananas.csv", {{"accuracy", .615210}, {"f1", .413912}});
  check_figures("naive_bayes", "phishing.csv", {{"accuracy", .884708}, {"f1", .871429}});
  check_figures("naive_bayes", "elec2.csv", {{"accuracy", .728741}, {"f1", .603785}});
}

TEST_CASE("naive_bayes: agrawal and airlines") {
  check_figures("naive_bayes", "agrawal.csv", {{"accuracy", .8831}}, .003);
  check_figures("naive_bayes", "airlines.csv", {{"accuracy", .6088}}, .003, 100'000);
  check_figures("scale | logistic(learning_rate=0.005)", "agrawal.csv", {{"accuracy", .6704}},
                .003);
  check_figures("scale | logistic(learning_rate=0.005)", "airlines.csv", {{"accuracy", .6607}},
                .003);
}

}  // namespace freshet
