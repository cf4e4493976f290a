#include "freshet/core/table.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include "freshet/base/bits.h"
#include "freshet/base/live.h"

namespace freshet {
namespace {

constexpr std::size_t kNameRoom = 64;  // tensor names of tables are short words

/// "<name>/rows" without the heap.
struct RowsName {
  char text[kNameRoom];
  std::size_t length;
  explicit RowsName(std::string_view name) noexcept {
    constexpr std::string_view kEnd = "/rows";
    length = name.size() < kNameRoom - kEnd.size() ? name.size() : kNameRoom - kEnd.size();
    std::memcpy(text, name.data(), length);
    std::memcpy(text + length, kEnd.data(), kEnd.size());
    length += kEnd.size();
  }
  std::string_view view() const noexcept { return {text, length}; }
};

bool is_zero(float x) noexcept {
  return bit_cast<uint32_t>(x) == 0;
}  // minus zero is a number to keep

void* take_heap(std::size_t bytes) noexcept {
  // calloc, not operator new: the system's fresh zero pages cost nothing until they are stored to.
  return std::calloc(bytes, 1);
}
void give_heap(void* range, std::size_t) noexcept {
  std::free(range);
}
std::size_t unknown() noexcept {
  return SIZE_MAX;
}

}  // namespace

constinit const TableMemory kHeapTables{take_heap, give_heap, unknown};

Table::Table(Table&& other) noexcept {
  *this = std::move(other);
}

Table& Table::operator=(Table&& other) noexcept {
  if (this == &other) return *this;
  if (data_ != nullptr) memory_->give(data_, size_ * sizeof(float));
  memory_ = other.memory_;
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  chunks_ = std::exchange(other.chunks_, 0);
  generation_ = std::exchange(other.generation_, 1);
  marks_ = std::move(other.marks_);
  hook_ = std::exchange(other.hook_, nullptr);
  self_ = std::exchange(other.self_, nullptr);
  return *this;
}

Table::~Table() {
  if (data_ != nullptr) memory_->give(data_, size_ * sizeof(float));
}

Result<Table> Table::make(std::size_t size, const TableMemory* memory) noexcept {
  Table table;
  if (memory != nullptr) table.memory_ = memory;
  if (size == 0) return table;
  if (size > SIZE_MAX / sizeof(float) - kChunkFloats)
    return {Code::exhausted, "table: more weights than this machine can address; lower bits"};
  const std::size_t chunks = (size + kChunkFloats - 1) >> kChunkBits;
  table.data_ = static_cast<float*>(table.memory_->take(size * sizeof(float)));
  table.size_ = size;
  table.marks_.reset(new (std::nothrow) uint32_t[chunks]());
  if (table.data_ == nullptr || table.marks_ == nullptr)
    return {Code::exhausted, "table: this machine has no room for so many weights; lower bits"};
  table.chunks_ = static_cast<uint32_t>(chunks);
  return table;
}

Result<Table> Table::clone() const noexcept {
  FRESHET_TRY_ASSIGN(Table copy, make(size_, memory_));
  for (uint32_t k = 0; k < chunks_; k++) {
    if (!touched(k) || is_watched()) continue;
    const std::span<const float> from = chunk(k);
    std::memcpy(copy.data_ + (from.data() - data_), from.data(), from.size_bytes());
    copy.marks_[k] = 1;
  }
  return copy;
}

std::span<const float> Table::chunk(uint32_t k) const noexcept {
  const std::size_t begin = std::size_t{k} << kChunkBits;
  const std::size_t left = size_ - begin;
  return {data_ + begin, left < kChunkFloats ? left : kChunkFloats};
}

Status Table::expect_whole() const noexcept {
  if (size_ * sizeof(float) <= memory_->available()) return {};
  return {
      Code::exhausted,
      "table: this machine hasn't got the memory for a table that is in use throughout; load it "
      "where there is more"};
}

std::size_t Table::bytes() const noexcept {
  std::size_t floats = 0;
  for (uint32_t k = 0; k < chunks_; k++)
    if (touched(k)) floats += chunk(k).size();
  return floats * sizeof(float) + chunks_ * sizeof(uint32_t);
}

void Table::watch(FirstStore hook, void* self) noexcept {
  hook_ = hook;
  self_ = self;
  generation_ =
      generation_ == UINT32_MAX ? 2 : generation_ + 1;  // never 0 (untouched) nor 1 (as made)
}

void Table::first_store(uint32_t chunk) noexcept {
  if (hook_ != nullptr) hook_(self_, chunk);
  marks_[chunk] = generation_;
}

Status Table::save(Writer& writer, std::string_view name) const noexcept {
  std::size_t rows = 0;
  for (uint32_t k = 0; k < chunks_; k++)
    if (touched(k))
      for (const float x : chunk(k))
        rows += !is_zero(x);
  if (rows > size_ / 3) return put_array<float>(writer, name, values());
  std::vector<uint64_t> row;
  std::vector<float> value;
  row.reserve(rows);
  value.reserve(rows);
  for (uint32_t k = 0; k < chunks_; k++) {
    if (!touched(k)) continue;
    const std::span<const float> all = chunk(k);
    for (std::size_t i = 0; i < all.size(); i++) {
      if (is_zero(all[i])) continue;
      row.push_back((uint64_t{k} << kChunkBits) + i);
      value.push_back(all[i]);
    }
  }
  FRESHET_TRY(put_array<float>(writer, name, value));
  return put_array<uint64_t>(writer, RowsName(name).view(), row);
}

Status Table::load(Reader& reader, std::string_view name) noexcept {
  FRESHET_TRY_ASSIGN(const std::span<const float> value, get_array<float>(reader, name));
  auto rows = get_array<uint64_t>(reader, RowsName(name).view());
  if (!rows.ok() && rows.status().code() != Code::not_found) return std::move(rows).status();
  if (!rows.ok()) {
    if (value.size() != size_)
      return {Code::corrupt, "model file: a table has another size than its options say"};
    FRESHET_TRY(expect_whole());
    for (std::size_t i = 0; i < size_; i++) {
      if (is_zero(value[i])) continue;
      touch(i);
      live_store(data_[i], value[i]);
    }
    return {};
  }
  if (rows->size() != value.size())
    return {Code::corrupt, "model file: a table has more rows than values, or fewer"};
  for (std::size_t k = 0; k < value.size(); k++) {
    const uint64_t row = (*rows)[k];
    if (row >= size_ || (k != 0 && row <= (*rows)[k - 1]))
      return {Code::corrupt, "model file: the rows of a table are out of order or range"};
    touch(static_cast<std::size_t>(row));
    live_store(data_[row], value[k]);
  }
  return {};
}

}  // namespace freshet
