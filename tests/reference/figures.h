#pragma once
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/data.h"
#include "tests/support/phishing.h"
#include "tests/support/prequential.h"

namespace freshet {

struct Figure {
  const char* metric;
  double value;
};

/// A stream by name: phishing is bundled, the others are shared data; empty (after saying so) where those are missing.
inline Stream figure_stream(const std::string& name, std::size_t rows = SIZE_MAX) {
  if (name == "phishing.csv") {
    const ExampleBlock block = phishing_rows();
    Stream stream;
    stream.width = 9;
    for (uint32_t k = 0; k < block.size();
         k++) {  // there zeros are absent and a nominal pair is added
      const Example x = block[k];
      const std::size_t at = stream.values.size();
      stream.values.resize(at + stream.width);
      for (std::size_t i = 0; i < x.numeric.index.size(); i++)
        stream.values[at + x.numeric.index[i]] = x.numeric.value[i];
      stream.labels.push_back(x.label[0]);
    }
    return stream;
  }
  const std::string path = shared_data("streams/" + name);
  return path.empty() ? Stream() : read_stream(path, rows);
}

/// One pass of `spec` over a shared stream gives these figures, within `gate`.
inline void check_figures(const char* spec, const char* stream, const std::vector<Figure>& figures,
                          double gate = 1e-6, std::size_t most = SIZE_MAX) {
  const Stream rows = figure_stream(stream, most);
  if (rows.size() == 0) return;
  std::vector<std::string> metrics;
  for (const Figure& figure : figures)
    metrics.emplace_back(figure.metric);
  const std::vector<double> values = prequential(spec, rows, metrics);
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
