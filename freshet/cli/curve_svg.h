#pragma once
/// A metric over a stream, drawn.

#include <string>
#include <string_view>
#include <vector>

namespace freshet {

struct CurveLine {
  std::string name;
  struct Point {
    double x, y;
  };
  std::vector<Point> points;  // x rising; a y that isn't finite leaves a gap
};

/// A self-contained SVG of 800 x 400: the first line strong, the others beside it.
std::string curve_svg(std::string_view title, const std::vector<CurveLine>& lines);

}  // namespace freshet
