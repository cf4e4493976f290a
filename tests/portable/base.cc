#include "freshet/base/bits.h"
#include "freshet/base/crc32c.h"
#include "freshet/base/math.h"
#include "tests/portable/parts.h"

namespace freshet {

namespace {

// One checksum over the results at 4,000 points says as much as 4,000 lines.
template <class F>
void print_function(const char* name, double low, double high, F function) noexcept {
  constexpr int kPoints = 4000;
  uint32_t crc = 0;
  for (int k = 0; k <= kPoints; ++k) {
    const double y = function(low + (high - low) * k / kPoints);
    crc = crc32c(std::as_bytes(std::span(&y, 1)), crc);
  }
  print_bits(name, crc);
}

}  // namespace

void print_base() noexcept {
  print_bits("phishing.crc32c", crc32c(embedded_phishing()));
  print_function("exp", -745, 709, [](double x) { return math_exp(x); });
  print_function("log", 1e-9, 1e9, [](double x) { return math_log(x); });
  print_function("pow", 0, 40, [](double x) { return math_pow(x, 0.5 + x / 8); });
  print_function("tanh", -9, 9, [](double x) { return math_tanh(x); });
  print_function("sigmoid", -40, 40, [](double x) { return math_sigmoid(x); });
  print_function("log1p_exp", -40, 40, [](double x) { return math_log1p_exp(x); });
  print_function("sin_turns", -2, 2, [](double x) { return math_sin_turns(x); });
  print_function("sqrt", 0, 1e6, [](double x) { return math_sqrt(x); });
}

}  // namespace freshet
