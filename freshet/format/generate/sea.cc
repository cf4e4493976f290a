/// SEA concepts: x0, x1, x2 uniform in [0, 10), the class is x0 + x1 <= theta, one label in ten is
/// wrong. theta changes every 15,000 rows: 8, 9, 7, 9.5, and again. x2 means nothing.

#include "freshet/base/chars.h"
#include "freshet/base/rng.h"
#include "freshet/format/generate/generator.h"

namespace freshet {
namespace {

constexpr double kThetas[] = {8, 9, 7, 9.5};
constexpr uint64_t kRowsOfConcept = 15'000;
constexpr double kNoise = .1;

void write_row(uint32_t seed, uint64_t row, std::string& out) noexcept {
  Draws draws(seed, 0, row);
  float x[3];
  for (float& value : x)
    value = static_cast<float>(10 * draws.uniform());
  const double theta = kThetas[row / kRowsOfConcept % 4];
  bool label = static_cast<double>(x[0]) + static_cast<double>(x[1]) <= theta;
  if (draws.uniform() < kNoise) label = !label;
  for (const float value : x) {
    out += Digits(value).text();
    out += ',';
  }
  out += label ? "1\n" : "0\n";
}

}  // namespace

extern const Generator sea_generator;
constinit const Generator sea_generator{
    "sea",
    "Two classes of three numbers, 10 % wrong labels; the rule changes every 15,000 rows.",
    "Street, Kim, A streaming ensemble algorithm (SEA) for large-scale classification, KDD 2001",
    "x0,x1,x2,y",
    60'000,
    &write_row};

}  // namespace freshet
