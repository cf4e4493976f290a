#pragma once
/// The tables of a live learner as they are at one moment, copied while its writer goes on (docs/concurrency.md).
///
///     writer:  TableCopy copy(learner.live_tables());       // from here on it hears of first stores
///              auto twin = learner.clone();                 // watched tables are left zero in it
///              copy.into((*twin)->live_tables());
///              ... goes on learning ...                     // copies a chunk itself before it first stores to it
///     copier:  FRESHET_TRY(copy.run());                     // the twin is whole
///     writer:  copy.unwatch();                              // once the copier is done
///
/// Nobody waits: each chunk has a claim, and whoever's change of it came last owns the valid copy. The writer pays for at
/// most one copy of 64 KiB a chunk, and only of chunks it stores to before the copier has been there.
///
/// Threads: the writer's for all but run(). REQUIRES: the learner lives until unwatch().

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/table.h"

namespace freshet {

class TableCopy {
 public:
  explicit TableCopy(std::span<Table* const> live) noexcept;
  TableCopy(const TableCopy&) = delete;
  TableCopy& operator=(const TableCopy&) = delete;
  ~TableCopy();

  /// `unsupported`: other tables than those given to the constructor.
  Status into(std::span<Table* const> twins) noexcept;
  /// `exhausted`: the writer had no memory for a chunk that it changed; the twin is of no use.
  Status run() noexcept;
  void unwatch() noexcept;

 private:
  enum class Claim : uint8_t { nobody, copier, done, writer };
  struct One {
    TableCopy* owner = nullptr;
    Table* live = nullptr;
    Table* twin = nullptr;
    std::unique_ptr<std::atomic<Claim>[]> claims;             // by chunk
    std::vector<std::unique_ptr<float[]>> taken;  // by chunk: what the writer copied; read once its claim is seen
  };
  static void first_store(void* self, uint32_t chunk) noexcept;
  static void copy(One& one, uint32_t chunk) noexcept;
  static void take_over(One& one, uint32_t chunk) noexcept;

  std::vector<One> tables_;
  std::atomic<bool> is_exhausted_{false};
  bool is_watching_ = true;
};

}  // namespace freshet
