#include "freshet/format/generate/generator.h"

#include <cmath>

#include <doctest/doctest.h>

#include "freshet/format/csv_reader.h"
#include "freshet/format/read_text_test.h"

namespace freshet {
namespace {

std::string rows(const Generator& generator, uint32_t seed, uint64_t begin, uint64_t count) {
  std::string text = std::string(generator.header) + "\n";
  for (uint64_t row = begin; row < begin + count; ++row)
    generator.write(seed, row, text);
  return text;
}

WhatWasRead read(const std::string& text) {
  Schema schema;
  CsvReader reader({}, schema);
  return read_text(reader, text);
}

}  // namespace

TEST_CASE("generators: the same seed gives the same rows, each by itself") {
  for (const Generator* generator : generators()) {
    CAPTURE(generator->name);
    const std::string all = rows(*generator, 7, 0, 50);
    CHECK(rows(*generator, 7, 0, 50) == all);
    CHECK(rows(*generator, 8, 0, 50) != all);
    std::string row;
    generator->write(7, 31, row);
    CHECK(all.find("\n" + row) != std::string::npos);
  }
}

TEST_CASE("generators: sea follows its rule nine times in ten, before and after it changes") {
  const double thetas[] = {8, 9, 7, 9.5};
  for (uint64_t concept_ = 0; concept_ < 4; ++concept_) {
    const WhatWasRead r = read(rows(*find_generator("sea"), 1, concept_ * 15'000 + 5'000, 4'000));
    REQUIRE(r.label.size() == 4'000);
    int agree = 0;
    for (std::size_t k = 0; k < r.label.size(); ++k)
      agree += (r.dense[k][0] + r.dense[k][1] <= thetas[concept_]) == (r.label[k][0] == 1);
    CHECK(agree > 3'500);
    CHECK(agree < 3'700);
  }
}

TEST_CASE("generators: friedman is its function and noise of deviation 1") {
  const WhatWasRead r = read(rows(*find_generator("friedman"), 3, 0, 4'000));
  REQUIRE(r.label.size() == 4'000);
  double sum = 0, squares = 0;
  for (std::size_t k = 0; k < r.label.size(); ++k) {
    const auto& x = r.dense[k];
    const double f = 10 * std::sin(M_PI * double(x[0]) * double(x[1])) +
                     20 * (double(x[2]) - .5) * (double(x[2]) - .5) + 10 * double(x[3]) +
                     5 * double(x[4]);
    const double e = double(r.label[k][0]) - f;
    sum += e;
    squares += e * e;
  }
  CHECK(std::fabs(sum / 4'000) < .06);
  CHECK(std::fabs(squares / 4'000 - 1) < .1);
}

}  // namespace freshet
