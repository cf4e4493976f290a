#pragma once
/// svmlight: `target [qid:n] { blank index:number } [ '#' comment ]` (docs/text-formats.md).
///
/// `-1 qid:3 1:0.43 3:0.12 # abc` is a target, a query for ranking, two features. An index is the
/// feature's number as it stands; the first is 1, or 0 with `zero_based`. Order is free, the same
/// index twice is an error; features of value 0 are left out and counted; comments are not kept.

#include <cstdint>

#include "freshet/core/schema.h"
#include "freshet/format/indexed_features.h"
#include "freshet/format/label_text.h"
#include "freshet/format/line_cut.h"
#include "freshet/format/line_reader.h"
#include "freshet/format/reader_options.h"
#include "freshet/format/token_window.h"

namespace freshet {

class SvmlightReader final : public LineReader {
 public:
  /// `schema` is borrowed; classes are added to it only if `options.learning`.
  SvmlightReader(const ReaderOptions& options, Schema& schema) noexcept;

  Read read(std::span<const char> window, bool last, ExampleBlock& out,
            std::span<Bad> bad) noexcept override;
  uint64_t next_line() const noexcept override { return next_line_; }
  void skip_lines(uint64_t count) noexcept override { next_line_ += count; }
  void restart() noexcept override { next_line_ = 1; }
  uint64_t zeros() const noexcept override { return features_.zeros(); }
  std::unique_ptr<LineReader> helper() const noexcept override;
  Counts give_counts() noexcept override { return {.zeros = features_.give_zeros()}; }
  void adopt(const Counts& counts, std::span<ExampleBlock>) noexcept override {
    features_.add_zeros(counts.zeros);
  }

 private:
  bool plain_line(const TokenWindow::Line& line, ExampleBlock& out) noexcept;
  bool line(Line line, ExampleBlock& out, Mistake& mistake) noexcept;

  LabelText labels_;
  IndexedFeatures features_;
  TokenWindow tokens_;
  uint64_t next_line_ = 1;
};

}  // namespace freshet
