#pragma once
/// Comma-separated values, as RFC 4180 has them (docs/text-formats.md).
///
/// The first record names the columns; kinds come from the model's schema, from options, or from the
/// first 100 records (or those in the first MiB). Numbers go to `dense`, or, in a row where one is
/// missing, to `numeric`; categories to `nominal`. An empty cell is an absent feature, 0 is a value.

#include <cstdint>
#include <vector>

#include "freshet/core/schema.h"
#include "freshet/format/csv_columns.h"
#include "freshet/format/csv_records.h"
#include "freshet/format/line_reader.h"
#include "freshet/format/reader_options.h"
#include "freshet/format/word_ids.h"

namespace freshet {

class CsvReader final : public LineReader {
 public:
  /// `schema` is borrowed; it grows only if `options.learning`.
  CsvReader(ReaderOptions options, Schema& schema) noexcept;

  Begin begin(std::span<const char> window, bool last, Bad& bad) noexcept override;
  Read read(std::span<const char> window, bool last, ExampleBlock& out,
            std::span<Bad> bad) noexcept override;
  uint64_t next_line() const noexcept override { return records_.next_line(); }
  void skip_lines(uint64_t count) noexcept override { records_.set_next_line(next_line() + count); }
  void restart() noexcept override;
  std::string_view target() const noexcept override;
  std::span<const std::string> notices() const noexcept override { return columns_.notices(); }

 private:
  struct NumericCell {
    uint32_t place, feature, column;  // of the cell; schema id; among columns_
  };

  void plan() noexcept;
  bool is_permutation() noexcept;
  bool dense_row(std::span<const Cell> cells, ExampleBlock& out) noexcept;
  bool careful_row(std::span<const Cell> cells, ExampleBlock& out, Bad& bad) noexcept;
  bool other_cells(std::span<const Cell> cells, ExampleBlock& out, Bad& bad) noexcept;
  bool other_cell(const CsvColumn& column, const Cell& cell, ExampleBlock& out, Bad& bad) noexcept;
  bool label(const CsvColumn& column, const Cell& cell, ExampleBlock& out, Bad& bad) noexcept;
  bool nominal(const CsvColumn& column, const Cell& cell, ExampleBlock& out, Bad& bad) noexcept;
  bool vector_items(const CsvColumn& column, const Cell& cell, Bad& bad) noexcept;
  bool number(const CsvColumn& column, const Cell& cell, float* value, bool* is_missing,
              Bad& bad) noexcept;
  bool row(std::span<const Cell> cells, ExampleBlock& out, Bad& bad) noexcept;
  bool fail(Bad& bad, std::string_view name, const Cell& cell, Reason reason,
            const char* why) noexcept;

  ReaderOptions options_;
  Schema& schema_;
  CsvRecords records_;
  CsvColumns columns_;
  bool header_pending_ = false;
  bool needs_care_ = false;  // booleans, or missing words that are numbers: no fast path
  bool is_dense_ = false;    // ids of the numbers are 0 .. d-1 in some order
  std::vector<NumericCell> numeric_;
  std::vector<const CsvColumn*> others_;
  std::vector<float> values_;  // of one row; shape [d]
  std::vector<uint32_t> features_;
  std::vector<bool> present_;
  std::vector<WordIds<6>> categories_;  // by column
  WordIds<6> classes_;
};

}  // namespace freshet
