#pragma once
/// What `-d` means: one or several texts of one format, as blocks of examples.
///
/// `vw`, `sparse` and `svmlight` text is read in pieces by the caller of next() and its helpers together
/// (ingest/piece_ring.h); decisions, which go over several lines, CSV, JSON, blocks, and what is
/// followed are read by the caller alone. Either way the same examples come in the same blocks.

#include <memory>
#include <string>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/example_block.h"
#include "freshet/core/schema.h"
#include "freshet/format/format.h"
#include "freshet/format/reader_options.h"
#include "freshet/ingest/bad_lines.h"
#include "freshet/ingest/block_cache.h"
#include "freshet/ingest/feeder.h"
#include "freshet/ingest/follow_source.h"
#include "freshet/ingest/piece_ring.h"
#include "freshet/log/decompressor.h"

namespace freshet {

struct InputOptions {
  std::string data;    // a path, "-", or a glob
  std::string format;  // empty: told by the name or the first line
  bool skip_bad_lines = false;
  std::size_t max_line = 16u << 20;
  uint64_t max_window = kFileWindow;  // of a zstd frame, bytes
  bool follow = false;                // wait at the end for more
  std::string cache = {};             // a block file to keep what was read in; empty: none
  uint32_t helpers = 0;               // threads that read text beside who calls next()
};

class Input {
 public:
  /// `schema` is borrowed; it grows only if `reading.learning`.
  static Result<std::unique_ptr<Input>> open(InputOptions options, ReaderOptions reading,
                                             Schema& schema) noexcept;

  /// Replaces `out` by the next examples, at least one. False: the end.
  Result<bool> next(ExampleBlock& out) noexcept;

  /// That of the text, also where its blocks are read.
  const Format& format() const noexcept { return *format_; }
  /// The name of the text that the last examples came from: a path or "<stdin>".
  std::string_view source_name() const noexcept { return name_; }
  /// The column that labels come from; empty: there is none.
  std::string_view target() const noexcept { return reader_->target(); }
  const BadLines& bad_lines() const noexcept { return bad_lines_; }
  uint64_t zeros() const noexcept { return reader_->zeros(); }
  /// Bytes read, and how many there are; 0: not known.
  uint64_t position() const noexcept {
    return done_ + (feeder_ ? feeder_->source().position() : 0);
  }
  uint64_t size() const noexcept { return size_; }
  /// next() ends soon; where it waits for a pipe, a signal must end its waiting. Any thread, signal
  /// handlers too.
  void stop() noexcept { stop_.set(); }

 private:
  Input(InputOptions options, ReaderOptions reading, Schema& schema) noexcept;
  Status open_first() noexcept;
  Status open_next() noexcept;
  Result<std::unique_ptr<Source>> open_path(const std::string& path) noexcept;
  Status make_reader() noexcept;
  Status find_format() noexcept;
  Status take_made_from() noexcept;
  Status open_cache() noexcept;
  Status keep(const ExampleBlock& block) noexcept;
  Status finish_cache() noexcept;
  bool goes_on() noexcept;
  void tell() noexcept;

  const InputOptions options_;
  const ReaderOptions reading_;
  StopFlag stop_;
  Schema& schema_;
  BadLines bad_lines_;
  std::vector<std::string> paths_;
  std::size_t next_ = 0;
  const Format* format_ = nullptr;
  std::unique_ptr<LineReader> reader_;
  std::unique_ptr<PieceRing> pieces_;  // null: one thread reads
  std::unique_ptr<Feeder> feeder_;
  std::string name_;
  FollowSource* followed_ = nullptr;  // the feeder's source
  std::unique_ptr<CacheWriter> cache_;
  bool is_cached_ = false;         // the cache is read instead of the text
  std::vector<std::string> told_;  // notices given already
  uint64_t done_ = 0, size_ = 0;
};

}  // namespace freshet
