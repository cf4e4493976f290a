#pragma once
/// Writes block files (.frb): what `--cache` keeps (docs/blocks-format.md).

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/example_block.h"
#include "freshet/core/model_file.h"

namespace freshet {

/// Bytes of one file, piece by piece: begin, add ..., end. Each appends to `out`, which the caller
/// writes and clears.
class BlocksWriter {
 public:
  /// Magic and keys. The same keys with other numbers have the same size: a header may be written
  /// again over the first.
  static void begin(const Keys& keys, std::vector<std::byte>& out) noexcept;
  /// `exhausted`: a block that has no binary form (BlockCodec::encode).
  Status add(const ExampleBlock& block, std::vector<std::byte>& out) noexcept;
  /// `source_bytes`: of the text.
  void end(uint64_t source_bytes, std::vector<std::byte>& out) noexcept;

  /// After begin() the file has `bytes`.
  void start_at(uint64_t bytes) noexcept { size_ = bytes; }

 private:
  void pad(std::vector<std::byte>& out) noexcept;
  uint64_t size_ = 0, examples_ = 0;
  uint32_t blocks_ = 0;
};

}  // namespace freshet
