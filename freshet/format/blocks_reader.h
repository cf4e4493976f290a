#pragma once
/// Reads block files (.frb), as if they were text (docs/blocks-format.md).
///
/// Where a text has a bad line a block file has damage, and nothing behind it can be read. Names become
/// ids of the schema as the text's would have: a model learned from blocks has the bytes of one learned
/// from the text.

#include <cstdint>
#include <vector>

#include "freshet/core/model_file.h"
#include "freshet/core/schema.h"
#include "freshet/format/line_reader.h"
#include "freshet/format/reader_options.h"

namespace freshet {

class BlocksReader final : public LineReader {
 public:
  /// `schema` is borrowed; it grows only if `options.learning`.
  BlocksReader(const ReaderOptions& options, Schema& schema) noexcept
      : options_(options), schema_(schema) {}

  Begin begin(std::span<const char> window, bool last, Bad& bad) noexcept override;
  Read read(std::span<const char> window, bool last, ExampleBlock& out,
            std::span<Bad> bad) noexcept override;
  uint64_t next_line() const noexcept override { return next_line_; }
  void skip_lines(uint64_t) noexcept override {}
  void restart() noexcept override;
  std::size_t longest_example(std::size_t) const noexcept override { return SIZE_MAX; }
  std::string_view target() const noexcept override { return target_; }
  std::string_view made_from() const noexcept override { return made_from_; }
  uint64_t zeros() const noexcept override { return zeros_; }

  /// After begin().
  const Keys& keys() const noexcept { return keys_; }

 private:
  bool fail(Bad& bad, Reason reason, const char* why) noexcept;
  bool labels_fit(Bad& bad) noexcept;
  bool hashing_fits(Bad& bad) noexcept;
  bool trailer(std::span<const std::byte> bytes, Bad& bad) noexcept;
  Status take(ExampleBlock& block) noexcept;

  const ReaderOptions options_;
  Schema& schema_;
  Keys keys_;
  std::string made_from_, target_;
  uint64_t offset_ = 0, examples_ = 0, next_line_ = 1, zeros_ = 0;
  uint32_t blocks_ = 0;
  bool header_pending_ = false, is_ended_ = false, is_damaged_ = false;
};

}  // namespace freshet
