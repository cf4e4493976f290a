#include "freshet/cli/curve_svg.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "freshet/base/bits.h"
#include "freshet/cli/plain_text.h"

namespace freshet {
namespace {

constexpr double kLeft = 70, kRight = 640, kTop = 40, kBottom = 350;
constexpr std::array<std::string_view, 6> kColours{"#0b6e4f", "#888888", "#c77d0a",
                                                   "#3f6fb5", "#a33b6b", "#6b4fa0"};

std::string place(double value) {
  return fixed(value, 1);
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else
      out += c;
  }
  return out;
}

struct Range {
  double low = 0, high = 1;
};

Range range_of(const std::vector<CurveLine>& lines, double CurveLine::Point::* member) noexcept {
  Range range{INFINITY, -INFINITY};
  for (const CurveLine& line : lines)
    for (const CurveLine::Point& point : line.points) {
      if (!is_finite(point.*member)) continue;
      range.low = std::min(range.low, point.*member);
      range.high = std::max(range.high, point.*member);
    }
  if (!(range.low <= range.high)) return {};
  if (range.low == range.high) return {range.low - .5, range.high + .5};
  return range;
}

// A round step that gives about five ticks.
double step_of(const Range& range) noexcept {
  const double rough = (range.high - range.low) / 5;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1., 2., 5.})
    if (factor * power >= rough) return factor * power;
  return 10 * power;
}

}  // namespace

std::string curve_svg(std::string_view title, const std::vector<CurveLine>& lines) {
  const Range x = range_of(lines, &CurveLine::Point::x), y = range_of(lines, &CurveLine::Point::y);
  const auto across = [&](double v) {
    return kLeft + (v - x.low) / (x.high - x.low) * (kRight - kLeft);
  };
  const auto up = [&](double v) {
    return kBottom - (v - y.low) / (y.high - y.low) * (kBottom - kTop);
  };
  std::string svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 800 400\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n"
      "<rect width=\"800\" height=\"400\" fill=\"white\"/>\n";
  svg += "<text x=\"70\" y=\"24\" font-size=\"15\">" + escaped(title) + "</text>\n";
  for (double tick = std::ceil(y.low / step_of(y)) * step_of(y); tick <= y.high;
       tick += step_of(y)) {
    svg += "<line x1=\"70\" x2=\"640\" y1=\"" + place(up(tick)) + "\" y2=\"" + place(up(tick)) +
           "\" stroke=\"#dddddd\"/>";
    svg += "<text x=\"64\" y=\"" + place(up(tick) + 4) + "\" text-anchor=\"end\">" +
           human(tick, 4) + "</text>\n";
  }
  for (double tick = std::ceil(x.low / step_of(x)) * step_of(x); tick <= x.high;
       tick += step_of(x)) {
    svg += "<text x=\"" + place(across(tick)) + "\" y=\"368\" text-anchor=\"middle\">" +
           human(tick) + "</text>\n";
  }
  svg += "<text x=\"355\" y=\"390\" text-anchor=\"middle\">examples</text>\n";
  for (std::size_t k = lines.size(); k-- > 0;) {
    std::string path;
    bool is_down = false;
    for (const CurveLine::Point& point : lines[k].points) {
      if (!is_finite(point.y)) {
        is_down = false;
        continue;
      }
      path += (is_down ? "L" : "M") + place(across(point.x)) + "," + place(up(point.y));
      is_down = true;
    }
    const std::string_view colour = kColours[k % kColours.size()];
    svg += "<path d=\"" + path + "\" fill=\"none\" stroke=\"" + std::string(colour) +
           "\" stroke-width=\"" + (k == 0 ? "2" : "1.2") + "\"/>\n";
    svg += "<text x=\"650\" y=\"" + place(kTop + 18 * static_cast<double>(k) + 8) + "\" fill=\"" +
           std::string(colour) + "\">" + escaped(lines[k].name) + "</text>\n";
  }
  return svg + "</svg>\n";
}

}  // namespace freshet
