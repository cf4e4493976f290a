#include "freshet/format/generate/generator.h"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "freshet/format/csv_reader.h"
#include "freshet/format/read_text_test.h"

namespace freshet {
namespace {

std::string rows(const Generator& generator, uint32_t seed, uint64_t begin, uint64_t count) {
  std::string text = std::string(generator.header) + "\n";
  const auto maker = generator.make == nullptr ? nullptr : generator.make(seed, 0);
  for (uint64_t row = begin; row < begin + count; ++row)
    maker == nullptr ? generator.write(seed, row, text) : maker->write(row, text);
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
    const std::string row = rows(*generator, 7, 31, 1);
    CHECK(all.find(row.substr(generator->header.size())) != std::string::npos);
  }
}

std::string clicks(uint32_t shape, uint64_t count, uint32_t seed = 1) {
  const auto maker = find_generator("clicks")->make(seed, shape);
  std::string text;
  for (uint64_t row = 0; row < count; ++row)
    maker->write(row, text);
  return text;
}

TEST_CASE(
    "generators: clicks have about 75 words of 6.6 bytes, values of four decimals, unit length") {
  const std::string text = clicks(0, 2000);
  std::size_t words = 0, bytes = 0;
  double squares = 0;
  for (std::size_t at = text.find(' ', 4); at < text.size(); ++at) {
    if (text[at] != ':') continue;
    const std::size_t begin = text.rfind(' ', at) + 1;
    ++words;
    bytes += at - begin;
    const double value = std::stod(text.substr(at + 1, 6));
    squares += value * value;
    CHECK((text[at + 7] == ' ' || text[at + 7] == '\n'));
  }
  CHECK(double(words) / 2000 == doctest::Approx(75.4).epsilon(.05));
  CHECK(double(bytes) / double(words) == doctest::Approx(6.6).epsilon(.05));
  CHECK(squares / 2000 == doctest::Approx(1).epsilon(.01));
  CHECK((text.starts_with("1 |f ") || text.starts_with("-1 |f ")));
}

TEST_CASE("generators: the other shapes of clicks are what they are called") {
  const std::string rcv = clicks(1, 20), words = clicks(2, 20), pairs = clicks(3, 20),
                    classes = clicks(4, 200), decisions = clicks(5, 20);
  uint32_t last = 0;
  const std::string line = rcv.substr(0, rcv.find('\n'));
  for (std::size_t at = line.find(' ', 4); at != std::string::npos; at = line.find(' ', at + 1)) {
    const auto number = static_cast<uint32_t>(std::stoul(line.substr(at + 1)));
    CHECK((last == 0 || number > last));
    last = number;
    const std::size_t colon = line.find(':', at);
    CHECK(line[colon + 2] == '.');
    CHECK(line.substr(colon + 10, 2) == "e-");
  }
  CHECK(words.find(':') == std::string::npos);
  CHECK(pairs.find(" |a ") != std::string::npos);
  CHECK(pairs.find(" |b ") != std::string::npos);
  CHECK(classes.find("\n10 |f ") != std::string::npos);
  CHECK(std::count(decisions.begin(), decisions.end(), '\n') == 20 * 12);
  CHECK(decisions.starts_with("shared |u "));
  CHECK(decisions.find(":0.1 |a act") != std::string::npos);
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
