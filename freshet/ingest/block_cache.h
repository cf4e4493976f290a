#pragma once
/// `--cache FILE.frb`: what was read of a text is kept as blocks, and read from there the next time.
///
/// A cache stands for its text only as long as the text's files have the size and time they had, and
/// are read in the same way: all that is among its keys (`input.*`). It is written beside its name and
/// takes it when the text was read to its end.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/model_file.h"
#include "freshet/core/schema.h"
#include "freshet/format/blocks_writer.h"
#include "freshet/format/reader_options.h"
#include "freshet/ingest/bad_lines.h"
#include "freshet/log/file.h"

namespace freshet {

/// Size and time of the files and every option of reading, as keys. `skips`: bad lines are.
Result<Keys> cache_keys(std::span<const std::string> paths, const ReaderOptions& reading,
                        bool skips) noexcept;
/// Names that ids stand for, as one number: a cache of rows with names is good for a model that has
/// none yet, or those that reading gave it.
uint64_t schema_mark(const Schema& schema) noexcept;

/// The cache at `path` was made of this text: `wanted` is what cache_keys() says now; `format` and
/// `target` may be empty, where nobody has said. A file that is no cache is none of this text.
bool is_cache_of(const std::string& path, const Keys& wanted, std::string_view format,
                 std::string_view target, const Schema& schema) noexcept;

/// What a cache says of the bad lines that its text had.
void add_bad_lines(const Keys& keys, BadLines& bad_lines) noexcept;

class CacheWriter {
 public:
  /// Begins `path` + ".part". `keys`: cache_keys(), input.schema as it was before reading began,
  /// input.format and input.target as the reader has found them. `schema` is borrowed.
  static Result<std::unique_ptr<CacheWriter>> open(const std::string& path, Keys keys,
                                                   const Schema& schema) noexcept;
  /// What was not finished is removed.
  ~CacheWriter();
  CacheWriter(const CacheWriter&) = delete;
  CacheWriter& operator=(const CacheWriter&) = delete;

  /// `classes`: labels are class ids.
  Status add(const ExampleBlock& block, bool classes) noexcept;
  /// The text has been read to its end.
  Status finish(uint64_t source_bytes, uint64_t zeros, const BadLines& bad_lines) noexcept;

 private:
  CacheWriter(std::string path, Keys keys, const Schema& schema) noexcept;
  Status write() noexcept;

  const std::string path_;
  Keys keys_;
  const Schema& schema_;
  File file_;
  uint64_t size_ = 0;
  BlocksWriter writer_;
  std::vector<std::byte> out_;
  bool is_finished_ = false;
};

}  // namespace freshet
