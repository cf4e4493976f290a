#include "bench/made_up.h"

#include <algorithm>
#include <span>
#include <string>

#include "freshet/base/bits.h"

namespace freshet {

ExampleBlock made_up_rows(uint64_t first, uint32_t count, bool is_hashed) noexcept {
  ExampleBlock block;
  block.own_names = !is_hashed;
  for (uint32_t k = 0; k < kMadeUpWidth && !is_hashed; ++k)
    block.names.push_back({ExampleBlock::NameKind::numeric, 0, std::to_string(k)});
  for (uint64_t row = first; row < first + count; ++row) {
    block.begin();
    std::span<float> dense;
    if (!is_hashed) dense = block.add_dense(kMadeUpWidth);
    for (uint32_t k = 0; k < kMadeUpWidth; ++k) {
      const uint64_t bits = mix64(row * kMadeUpWidth + k);
      const float value = static_cast<float>(bits % 1000) / 500 - 1;
      if (is_hashed) {
        block.add_numeric(static_cast<uint32_t>(bits >> 40), value);
      } else {
        dense[k] = value;
      }
    }
    block.add_label(static_cast<float>(row & 1));
    block.finish();
  }
  return block;
}

std::unique_ptr<RowMaker> made_up_text(std::string_view shape) noexcept {
  constexpr uint32_t kSeed = 20260818;
  const Generator& clicks = *find_generator("clicks");
  const auto found = std::find(clicks.shapes.begin(), clicks.shapes.end(), shape);
  return clicks.make(kSeed, static_cast<uint32_t>(found - clicks.shapes.begin()));
}

}  // namespace freshet
