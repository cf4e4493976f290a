#include <doctest/doctest.h>

#include "tests/reference/figures.h"

/// Figures computed by an independent implementation of the rules (learners.md, 15); those of `logistic` are also
/// published by River. Log losses take the predictions as the floats that they are: on elec2 that alone is 1.3e-5.

namespace freshet {

TEST_CASE("logistic: sgd at .005 reproduces River's published figures") {
  const char* spec = "scale | logistic(learning_rate=0.005)";
  check_figures(spec, "bananas.csv", {{"accuracy", .543208}, {"f1", .197015}});
  check_figures(spec, "phishing.csv", {{"accuracy", .887200}, {"f1", .871233}});
  check_figures(spec, "elec2.csv", {{"accuracy", .822144}, {"f1", .777086}});
  check_figures(spec, "bananas.csv", {{"log_loss", .685955}}, 1e-5);
  check_figures(spec, "phishing.csv", {{"log_loss", .382930}}, 1e-5);
  check_figures(spec, "elec2.csv", {{"log_loss", .409831}}, 2e-5);
}

TEST_CASE("logistic: adagrad") {
  const char* spec = "scale | logistic(optimizer=adagrad)";
  check_figures(spec, "bananas.csv", {{"accuracy", .543208}, {"f1", .208047}});
  check_figures(spec, "phishing.csv", {{"accuracy", .892800}, {"f1", .880143}});
  check_figures(spec, "elec2.csv", {{"accuracy", .809521}, {"f1", .760483}});
}

TEST_CASE("logistic: adam") {
  const char* spec = "scale | logistic(optimizer=adam)";
  check_figures(spec, "bananas.csv", {{"accuracy", .533585}, {"f1", .246341}});
  check_figures(spec, "phishing.csv", {{"accuracy", .894400}, {"f1", .882143}});
  check_figures(spec, "elec2.csv", {{"accuracy", .823380}, {"f1", .785379}});
}

TEST_CASE("perceptron: equal to River's") {
  const char* spec = "scale | perceptron";
  check_figures(spec, "bananas.csv", {{"accuracy", .517170}, {"f1", .461377}});
  check_figures(spec, "phishing.csv", {{"accuracy", .858400}, {"f1", .838651}});
  check_figures(spec, "elec2.csv", {{"accuracy", .910774}, {"f1", .894913}});
}

TEST_CASE("alma") {
  const char* spec = "scale | alma";
  check_figures(spec, "bananas.csv", {{"accuracy", .506415}, {"f1", .482595}});
  check_figures(spec, "phishing.csv", {{"accuracy", .825600}, {"f1", .810764}});
  check_figures(spec, "elec2.csv", {{"accuracy", .906427}, {"f1", .889767}});
}

TEST_CASE("ad_predictor: unscaled") {
  check_figures("ad_predictor", "phishing.csv", {{"accuracy", .759200}});
  check_figures("ad_predictor", "phishing.csv", {{"log_loss", .503344}});
  check_figures("ad_predictor", "elec2.csv", {{"accuracy", .853240}});
  check_figures("ad_predictor", "elec2.csv", {{"log_loss", .415285}});
}

TEST_CASE("linear: sgd, with l1, with l2") {
  check_figures("scale | linear", "chick_weights.csv",
                {{"mae", 23.7587}, {"rmse", 37.0377}, {"r2", .7280}}, 5e-5);
  check_figures("scale | linear(l1=1)", "chick_weights.csv", {{"mae", 23.7577}, {"rmse", 37.0780}},
                5e-5);
  check_figures("scale | linear(l2=1)", "chick_weights.csv", {{"mae", 25.2738}, {"rmse", 38.5885}},
                5e-5);
}

TEST_CASE("ftrl: scaled streams") {
  const char* spec = "scale | ftrl(alpha=0.1, bits=18)";
  check_figures(spec, "bananas.csv", {{"accuracy", .551509}, {"f1", .182881}}, 2e-4);
  check_figures(spec, "phishing.csv", {{"accuracy", .895200}, {"f1", .882511}}, 2e-4);
  check_figures(spec, "elec2.csv", {{"accuracy", .795220}, {"f1", .743808}}, 2e-4);
}

TEST_CASE("passive_aggressive: modes 1 and 2") {
  const char* spec = "scale | passive_aggressive";
  check_figures(spec, "bananas.csv", {{"accuracy", .511132}, {"f1", .463672}});
  check_figures(spec, "phishing.csv", {{"accuracy", .842400}, {"f1", .822042}});
  check_figures(spec, "elec2.csv", {{"accuracy", .922714}, {"f1", .909166}});
  spec = "scale | passive_aggressive(mode=2)";
  check_figures(spec, "bananas.csv", {{"accuracy", .516981}, {"f1", .492265}});
  check_figures(spec, "phishing.csv", {{"accuracy", .852800}, {"f1", .833635}});
  check_figures(spec, "elec2.csv", {{"accuracy", .923177}, {"f1", .909652}});
}

TEST_CASE("passive_aggressive_regressor: modes 1 and 2") {
  const char* chicks = "chick_weights.csv";
  check_figures("scale | passive_aggressive_regressor", chicks,
                {{"mae", 23.8984}, {"rmse", 37.5199}}, 5e-5);
  check_figures("scale | passive_aggressive_regressor(mode=2)", chicks,
                {{"mae", 33.5263}, {"rmse", 55.7169}}, 5e-5);
}

TEST_CASE("bayesian_linear: unscaled, equal to River's") {
  check_figures("bayesian_linear", "chick_weights.csv", {{"mae", 24.780829}, {"rmse", 36.536461}},
                2e-6);
}

TEST_CASE("rls: without and with forgetting, unscaled") {
  check_figures("rls(lambda=1)", "chick_weights.csv", {{"mae", 22.7944}, {"rmse", 36.4899}}, 5e-5);
  check_figures("rls(lambda=0.99)", "chick_weights.csv", {{"mae", 21.9350}, {"rmse", 35.2541}},
                5e-5);
}

TEST_CASE(
    "rls: the cap keeps forgetting from blowing up where inputs don't excite (bike, scaled)") {
  check_figures("scale | rls(lambda=0.99)", "bike.csv", {{"rmse", 138.6}}, .05);
}

}  // namespace freshet
