#include "freshet/kernel/level.h"

#include "freshet/kernel/table.h"

namespace freshet::kernel {
namespace {

constexpr std::string_view kNames[] = {"scalar", "sse2", "avx2", "avx512", "neon", "simd128"};
constexpr Level kBestFirst[] = {Level::avx512, Level::avx2,    Level::sse2,
                                Level::neon,   Level::simd128, Level::scalar};

// Null until the first use. Relaxed is enough: what it points to is constant.
constinit const Table* current = nullptr;

const Table* table_of(Level level) noexcept {
  switch (level) {
    case Level::scalar:
      return &kScalarTable;
    case Level::sse2:
    case Level::avx2:
    case Level::avx512:
      return x86_table(level);
    case Level::neon:
      return neon_table(level);
    case Level::simd128:
      return wasm_table(level);
  }
  return nullptr;
}

}  // namespace

std::string_view level_name(Level level) noexcept {
  return kNames[static_cast<std::size_t>(level)];
}

Result<Level> level_from_name(std::string_view name) noexcept {
  for (std::size_t i = 0; i < sizeof(kNames) / sizeof(kNames[0]); i++) {
    if (kNames[i] == name) return static_cast<Level>(i);
  }
  return {Code::invalid_argument,
          "kernel: no such instruction set; say scalar, sse2, avx2, avx512, neon or simd128"};
}

bool has_level(Level level) noexcept {
  return table_of(level) != nullptr;
}

Level best_level() noexcept {
  for (const Level level : kBestFirst) {
    if (has_level(level)) return level;
  }
  return Level::scalar;
}

const Table& table() noexcept {
  const Table* chosen = __atomic_load_n(&current, __ATOMIC_RELAXED);
  if (chosen == nullptr) {
    chosen = table_of(best_level());
    __atomic_store_n(&current, chosen, __ATOMIC_RELAXED);
  }
  return *chosen;
}

Level level() noexcept {
  return table().level;
}

Status use(Level level) noexcept {
  const Table* chosen = table_of(level);
  if (chosen == nullptr) {
    return {Code::unsupported,
            "kernel: this machine or build hasn't got that instruction set; choose a lower one",
            static_cast<uint32_t>(level)};
  }
  __atomic_store_n(&current, chosen, __ATOMIC_RELAXED);
  return {};
}

}  // namespace freshet::kernel
