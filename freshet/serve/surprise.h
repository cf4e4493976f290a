#pragma once
/// Which labels a model did not expect: few, and worth a person's look.
///
/// A class is a surprise over 3 bits (-log2 of the probability it was given) when it is among the rarest 1 % of rows, after
/// 1,000 rows. A number is one when its error is over 4 times the faded mean error (.99), after 300 labels. At most two a
/// second are told. Threads: one at a time.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace freshet {

struct ClassSurprise {
  uint32_t expected = 0, seen = 0;  // class ids
  double p_expected = 0, p = 0;     // probabilities of the two
  double bits = 0;                  // -log2 p
};

struct NumberSurprise {
  double expected = 0, seen = 0, error = 0;
  double ratio = 0;  // error over its faded mean
};

class SurpriseWatch {
 public:
  /// before: as Learner::predict wrote it; one value is P(class 1).  now_us: for the limit of two a second.
  std::optional<ClassSurprise> see_class(uint32_t seen, std::span<const float> before,
                                         int64_t now_us) noexcept;
  std::optional<NumberSurprise> see_number(double seen, double expected, int64_t now_us) noexcept;

 private:
  bool is_time(int64_t now_us) noexcept;

  uint64_t rows_ = 0;
  std::array<uint64_t, 256> bits_seen_{};  // rows of 3 bits and more, by eighths of a bit
  double faded_error_ = 0, faded_weight_ = 0;
  int64_t told_us_ = 0;
};

}  // namespace freshet
