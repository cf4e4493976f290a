#include "freshet/cli/curve_svg.h"

#include <cmath>

#include <doctest/doctest.h>

namespace freshet {

TEST_CASE("curve svg: the best is on top, a gap where nothing was measured") {
  const std::string svg = curve_svg(
      "accuracy", {{"model", {{0, .5}, {500, NAN}, {1000, 1}}}, {"a<b", {{0, .5}, {1000, .5}}}});
  CHECK(svg.find("M70.0,350.0M640.0,40.0") != std::string::npos);
  CHECK(svg.find("M70.0,350.0L640.0,350.0") != std::string::npos);
  CHECK(svg.find("a&lt;b") != std::string::npos);
  CHECK(svg.ends_with("</svg>\n"));
}

TEST_CASE("curve svg: nothing, one point, and equal values are drawn without dividing by zero") {
  for (const std::vector<CurveLine>& lines : {std::vector<CurveLine>{},
                                              {{"m", {{1, 1}}}},
                                              {{"m", {{1, 2}, {2, 2}}}},
                                              {{"m", {{1, NAN}}}}}) {
    const std::string svg = curve_svg("x", lines);
    CHECK(svg.find("nan") == std::string::npos);
    CHECK(svg.find("inf") == std::string::npos);
  }
}

}  // namespace freshet
