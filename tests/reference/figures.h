#pragma once
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/data.h"
#include "tests/support/prequential.h"

namespace freshet {

struct Figure {
  const char* metric;
  double value;
};

/// One pass of `spec` over a shared stream gives these figures, within `gate`.
inline void check_figures(const char* spec, const char* stream, const std::vector<Figure>& figures,
                          double gate = 1e-6) {
  const std::string path = shared_data(std::string("streams/") + stream);
  if (path.empty()) return;
  std::vector<std::string> metrics;
  for (const Figure& figure : figures)
    metrics.emplace_back(figure.metric);
  const std::vector<double> values = prequential(spec, read_stream(path), metrics);
  REQUIRE(values.size() == figures.size());
  for (std::size_t k = 0; k < figures.size(); k++) {
    CAPTURE(spec);
    CAPTURE(stream);
    CAPTURE(figures[k].metric);
    CAPTURE(values[k]);
    CHECK(std::abs(values[k] - figures[k].value) <= gate);
  }
}

}  // namespace freshet
