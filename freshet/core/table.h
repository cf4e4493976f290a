#pragma once
/// A table of floats of fixed size that one writer changes while readers read it.
///
/// One contiguous range, never moved, zero at the start and lazily so: a page that nobody stored to costs no memory, so
/// 2^30 weights may be asked for. For whoever copies the table while it changes (a checkpoint of a live model) it is seen
/// as chunks of 2^14 floats: the writer announces the first store into each chunk of a generation.
/// Readers: live_load. Writer: plain loads, touch(), live_store.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "freshet/base/status.h"
#include "freshet/core/checkpoint.h"

namespace freshet {

/// Where tables take their range from. The core's own is the heap; who has an operating system gives a better one
/// (runtime/table_memory.h) to `Registry::memory`.
struct TableMemory {
  /// Zeros, by pages that cost nothing until they are stored to; null: no room. Aligned to 64.
  void* (*take)(std::size_t bytes) noexcept;
  void (*give)(void* range, std::size_t bytes) noexcept;
  /// Bytes that can be stored to before this machine is out of memory; SIZE_MAX where nobody knows.
  std::size_t (*available)() noexcept;
};
/// calloc.
extern const TableMemory kHeapTables;

class Table {
 public:
  static constexpr uint32_t kChunkBits = 14;
  static constexpr std::size_t kChunkFloats = std::size_t{1} << kChunkBits;  // 64 KiB

  /// Called by the writer before its first store into `chunk` since watch().
  using FirstStore = void (*)(void* self, uint32_t chunk) noexcept;

  Table() noexcept = default;
  Table(Table&& other) noexcept;
  Table& operator=(Table&& other) noexcept;
  ~Table();

  /// `size` zeros; `exhausted` when the machine has no room for them. size 0 is a table without memory. memory: null for
  /// the heap; outlives the table.
  static Result<Table> make(std::size_t size, const TableMemory* memory = nullptr) noexcept;
  /// Whether `tables` tables of `floats` each can be asked for here and take at most `limit` bytes (0: no limit): looked at
  /// before the first is made.
  static constexpr bool fit(uint64_t floats, uint64_t limit, uint32_t tables = 1) noexcept {
    return floats <= SIZE_MAX / sizeof(float) / tables &&
           (limit == 0 || floats * sizeof(float) * tables <= limit);
  }
  /// The same numbers; untouched chunks stay without memory. Of a watched table: zeros, for whoever watches it copies the
  /// numbers while the writer goes on.
  Result<Table> clone() const noexcept;

  float* data() noexcept { return data_; }
  const float* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  std::span<float> values() noexcept { return {data_, size_}; }
  std::span<const float> values() const noexcept { return {data_, size_}; }
  bool empty() const noexcept { return size_ == 0; }

  /// The last chunk may be shorter than kChunkFloats.
  uint32_t chunk_count() const noexcept { return chunks_; }
  std::span<const float> chunk(uint32_t k) const noexcept;
  /// `exhausted` when the machine hasn't got the memory to store to all of it: said before a whole table is loaded.
  Status expect_whole() const noexcept;
  /// Somebody wants to hear of first stores. Where nobody does, a writer may leave out touch() for a float it knows to have
  /// been stored to before.
  bool is_watched() const noexcept { return hook_ != nullptr; }
  /// False: every float of the chunk is still zero.
  bool touched(uint32_t k) const noexcept { return marks_[k] != 0; }
  /// Bytes of the chunks touched so far, and of the marks.
  std::size_t bytes() const noexcept;

  /// Writer, before it stores to `index`. One compare.
  void touch(std::size_t index) noexcept {
    const std::size_t chunk = index >> kChunkBits;
    if (marks_[chunk] != generation_) [[unlikely]]
      first_store(static_cast<uint32_t>(chunk));
  }
  /// Writer: a new generation begins; from now on the first store into each chunk calls `hook(self, chunk)` before it
  /// happens. A null hook: nobody watches.
  void watch(FirstStore hook, void* self) noexcept;

  /// All numbers, bit by bit, as tensor `name`: whole, or, when that is shorter, the rows that aren't zero, with their
  /// numbers in `<name>/rows`. Equal tables give equal tensors.
  Status save(Writer& writer, std::string_view name) const noexcept;
  /// Into a fresh table of the size saved: `corrupt` when rows are out of order or range.
  Status load(Reader& reader, std::string_view name) noexcept;

 private:
  void first_store(uint32_t chunk) noexcept;

  const TableMemory* memory_ = &kHeapTables;
  float* data_ = nullptr;
  std::size_t size_ = 0;
  uint32_t chunks_ = 0;
  uint32_t generation_ = 1;  // of the watch now going on
  std::unique_ptr<uint32_t[]>
      marks_;  // per chunk: generation of its last first store; 0: never stored to
  FirstStore hook_ = nullptr;
  void* self_ = nullptr;
};

}  // namespace freshet
