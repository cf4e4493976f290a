#pragma once
#include <cstdint>
#include <string_view>

#include "freshet/base/status.h"

/// Which instructions the kernels use. Every level gives the same bits: the choice is about speed
/// and tests.
///
/// The best level of the machine is chosen at the first call of any kernel. `use` lowers it, for
/// tests and for people (FRESHET_ISA, read in `cli`).
namespace freshet::kernel {

enum class Level : uint8_t { scalar, sse2, avx2, avx512, neon, simd128 };

/// "scalar", "sse2", "avx2", "avx512", "neon", "simd128".
std::string_view level_name(Level level) noexcept;

/// invalid_argument for another name.
Result<Level> level_from_name(std::string_view name) noexcept;

/// The highest level that this machine and this build have.
Level best_level() noexcept;

/// Whether this machine and this build have it; scalar always.
bool has_level(Level level) noexcept;

/// The level in use.
Level level() noexcept;

/// From here on kernels use `level`; `unsupported` if the machine or the build hasn't got it.
/// Threads: calls under way in others finish as they began.
Status use(Level level) noexcept;

}  // namespace freshet::kernel
