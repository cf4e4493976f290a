#include <immintrin.h>

#include "freshet/kernel/x86/x86.h"

namespace freshet::kernel {
namespace {

__m256i load(const uint32_t* from) noexcept {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

void store(__m256i words, uint32_t* to) noexcept {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), words);
}

// Words 0, 2, 4 ... of sixteen (kOdd: 1, 3, 5 ...).
template <bool kOdd>
__m256i every_other(const uint32_t* from) noexcept {
  constexpr int kParts = kOdd ? _MM_SHUFFLE(3, 1, 3, 1) : _MM_SHUFFLE(2, 0, 2, 0);
  const __m256 mixed = _mm256_shuffle_ps(_mm256_castsi256_ps(load(from)),
                                         _mm256_castsi256_ps(load(from + 8)), kParts);
  return _mm256_permute4x64_epi64(_mm256_castps_si256(mixed), _MM_SHUFFLE(3, 1, 2, 0));
}

}  // namespace

bool token_pairs_avx2(const uint32_t* at, std::size_t count, Pairs pairs) noexcept {
  const __m256i zero = _mm256_setzero_si256(), one = _mm256_set1_epi32(1);
  uint32_t empty = 0;
  for (std::size_t k = 0; k < count; k += 8) {
    const __m256i colon = every_other<true>(at + 2 * k);
    const __m256i name = _mm256_add_epi32(every_other<false>(at + 2 * k), one);
    const __m256i number = _mm256_add_epi32(colon, one);
    const __m256i name_size = _mm256_sub_epi32(colon, name);
    const __m256i number_size = _mm256_sub_epi32(every_other<true>(at + 2 * k + 1), number);
    store(name, pairs.name + k);
    store(name_size, pairs.name_size + k);
    store(number, pairs.number + k);
    store(number_size, pairs.number_size + k);
    const __m256i none =
        _mm256_or_si256(_mm256_cmpeq_epi32(name_size, zero), _mm256_cmpeq_epi32(number_size, zero));
    const auto here = static_cast<uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(none)));
    empty |= count - k < 8 ? here & ((1u << (count - k)) - 1) : here;
  }
  return empty != 0;
}

}  // namespace freshet::kernel
