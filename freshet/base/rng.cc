#include "freshet/base/rng.h"

#include "freshet/base/math.h"

namespace freshet {

uint32_t Draws::below(uint32_t n) noexcept {
  if (n == 0) return 0;
  // Lemire's method, 2019: the high word of bits * n; products whose low word falls short are drawn
  // again.
  const uint32_t short_of = (0u - n) % n;  // 2^32 mod n
  for (;;) {
    const uint64_t scaled = (bits() & 0xffffffffu) * n;
    if (static_cast<uint32_t>(scaled) >= short_of) return static_cast<uint32_t>(scaled >> 32);
  }
}

uint32_t Draws::poisson(double mean) noexcept {
  uint32_t events = 0;
  for (; mean > 500; mean -= 500)
    events += poisson(500);  // exp(-mean) must not underflow
  const double floor = math_exp(-mean);
  for (double product = uniform(); product > floor; product *= uniform())
    events++;
  return events;
}

double Draws::exponential(double rate) noexcept {
  return -math_log1p(-uniform()) / rate;
}

double Draws::normal() noexcept {
  const double radius = math_sqrt(-2 * math_log1p(-uniform()));
  return radius * math_cos_turns(uniform());
}

}  // namespace freshet
