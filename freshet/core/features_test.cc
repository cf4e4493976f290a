#include "freshet/core/features.h"

#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/core/check.h"

namespace freshet {
namespace {

constexpr float kDense[] = {1, 2}, kValues[] = {3, 0};
constexpr uint32_t kIndices[] = {7, 5}, kFeatures[] = {9}, kCategories[] = {4};
constexpr Example kAll{
    .dense = kDense, .numeric = {kIndices, kValues}, .nominal = {kFeatures, kCategories}};

TEST_CASE("features come dense, numeric, nominal, each in its own order, zeros too") {
  std::vector<std::pair<uint32_t, float>> met;
  each_feature(kAll, [&](uint32_t index, float value) { met.emplace_back(index, value); });
  CHECK(met == std::vector<std::pair<uint32_t, float>>{
                   {0, 1.f}, {1, 2.f}, {7, 3.f}, {5, 0.f}, {mix(9, 4), 1.f}});
  CHECK(feature_count(kAll) == met.size());
}

TEST_CASE("an empty example has no features, and an explanation of it one part") {
  each_feature({}, [](uint32_t, float) { CHECK(false); });
  CHECK(feature_count({}) == 0);
  const float one[1] = {};
  CHECK(check_parts({}, one, "says who").ok());
}

TEST_CASE("an explanation has a part for each feature and one for the bias, no more and no less") {
  const float parts[7] = {};
  const std::span<const float> all = parts;
  CHECK(check_parts(kAll, all.first(6), "says who").ok());
  CHECK(check_parts(kAll, all.first(5), "says who").text() == "says who");
  CHECK(check_parts(kAll, all, "says who").code() == Code::invalid_argument);
}

}  // namespace
}  // namespace freshet
