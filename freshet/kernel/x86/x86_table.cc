#include "freshet/kernel/scalar/scalar.h"
#include "freshet/kernel/table.h"
#include "freshet/kernel/x86/x86.h"

namespace freshet::kernel {
namespace {

// SSE2 can neither multiply 32-bit lanes nor move bytes by a table.
constexpr Table kSse2{Level::sse2,     dot_sse2,           axpy_sse2,        structural_scan_sse2,
                      token_scan_sse2, token_pairs_scalar, murmur_x8_scalar, decimal_x4_scalar};
constexpr Table kAvx2{Level::avx2,     dot_avx2,         axpy_avx2,      structural_scan_avx2,
                      token_scan_avx2, token_pairs_avx2, murmur_x8_avx2, decimal_x4_avx2};
// dot: see Floats16 in lanes.h.
constexpr Table kAvx512{Level::avx512,          dot_avx2,          axpy_avx512,
                        structural_scan_avx512, token_scan_avx512, token_pairs_avx512,
                        murmur_x8_avx512,       decimal_x4_avx512};

// Each came with the same processors, but a virtual machine may hide one of them. AVX-512 begins for us where bytes can be
// compressed (Ice Lake, Zen 4): processors before slow down at wide registers and are as fast with AVX2.
bool has_avx2() noexcept {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2");
}

bool has_avx512() noexcept {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2");
}

}  // namespace

const Table* x86_table(Level level) noexcept {
  if (level == Level::sse2 && __builtin_cpu_supports("sse2")) return &kSse2;
  if (level == Level::avx2 && has_avx2()) return &kAvx2;
  if (level == Level::avx512 && has_avx512()) return &kAvx512;
  return nullptr;
}

}  // namespace freshet::kernel
