#include "freshet/runtime/request_hash.h"

#include <string_view>

#include "freshet/base/bits.h"
#include "freshet/base/chars.h"
#include "freshet/base/hash.h"

namespace freshet {

namespace {

class RowHash {
 public:
  RowHash(const ExampleBlock& block, const Schema& schema) noexcept : block_(block), schema_(schema) {}

  void add_number(uint32_t feature, float value) noexcept { add(feature, bit_cast<uint32_t>(value)); }
  void add_text(uint32_t feature, std::string_view text) noexcept { add(feature, hash64(text, 1)); }
  void add_category(uint32_t feature, uint32_t category) noexcept {
    const bool is_own = block_.own_names && category < block_.names.size();
    add_text(feature, is_own ? std::string_view(block_.names[category].text) : schema_.category_name(feature, category));
  }
  uint64_t sum() const noexcept { return sum_; }

 private:
  void add(uint32_t feature, uint64_t value) noexcept {
    const bool is_own = block_.own_names && feature < block_.names.size();
    const std::string_view name = is_own ? std::string_view(block_.names[feature].text) : schema_.name(feature);
    sum_ += mix64(hash64(name.empty() ? Digits(feature).text() : name, value));  // a sum: in any order
  }

  const ExampleBlock& block_;
  const Schema& schema_;
  uint64_t sum_ = 0;
};

}  // namespace

uint64_t request_hash(const ExampleBlock& block, uint32_t k, const Schema& schema) noexcept {
  const Example x = block[k];
  RowHash hash(block, schema);
  for (uint32_t column = 0; column < x.dense.size(); ++column) hash.add_number(column, x.dense[column]);
  for (std::size_t i = 0; i < x.numeric.index.size(); ++i) hash.add_number(x.numeric.index[i], x.numeric.value[i]);
  for (std::size_t i = 0; i < x.nominal.index.size(); ++i)
    hash.add_category(x.nominal.index[i], x.nominal.category[i]);
  for (const Text& cell : x.text) hash.add_text(cell.index, cell.value);
  return hash.sum() + mix64(static_cast<uint64_t>(x.time_us));
}

uint64_t request_hash(const ExampleBlock& block, const Schema& schema) noexcept {
  if (block.decisions().empty()) return request_hash(block, 0, schema);
  uint64_t sum = 0;
  for (uint32_t k = 0; k < block.size(); ++k)
    sum = mix64(sum + request_hash(block, k, schema));  // actions have an order
  return sum;
}

}  // namespace freshet
