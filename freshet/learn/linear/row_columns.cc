#include "freshet/learn/linear/row_columns.h"

#include <vector>

#include "freshet/base/bits.h"
#include "freshet/base/live.h"

namespace freshet {
namespace {

constexpr std::string_view kRowsTensor = "rows";  // written to files

bool same_bits(float a, float b) noexcept {
  return bit_cast<uint32_t>(a) == bit_cast<uint32_t>(b);
}

// Calls f(row) for the rows of chunks that were stored to, in order, until it answers false.
template <class F>
void each_touched_row(const Table& table, std::size_t stride, F&& f) noexcept {
  std::size_t next = 0;  // a row may lie across two chunks
  for (uint32_t chunk = 0; chunk < table.chunk_count(); chunk++) {
    if (!table.touched(chunk)) continue;
    const std::size_t first = std::size_t{chunk} << Table::kChunkBits;
    const std::size_t end = (first + table.chunk(chunk).size() + stride - 1) / stride;
    for (std::size_t row = first / stride > next ? first / stride : next; row < end; row++)
      if (!f(row)) return;
    next = end;
  }
}

struct Placed {
  bool is_whole;
  std::span<const uint32_t> rows;  // not whole: which
  std::size_t count;
};

Result<Placed> placed(Reader& reader, std::size_t row_count, const char* wrong) noexcept {
  auto rows = get_array<uint32_t>(reader, kRowsTensor);
  if (!rows.ok() && rows.status().code() != Code::not_found) return std::move(rows).status();
  if (!rows.ok()) return Placed{true, {}, row_count};
  for (std::size_t k = 0; k < rows->size(); k++)
    if ((*rows)[k] >= row_count || (k != 0 && (*rows)[k] <= (*rows)[k - 1]))
      return {Code::corrupt, wrong};
  return Placed{false, *rows, rows->size()};
}

}  // namespace

Status save_rows(Writer& writer, const Table& table, std::size_t stride,
                 std::span<const RowColumn> columns) noexcept {
  const std::size_t all = table.size() / stride, few = all / 8;
  std::vector<uint32_t> rows;
  each_touched_row(table, stride, [&](std::size_t row) {
    const float* cells = table.data() + row * stride;
    for (const RowColumn& column : columns) {
      if (same_bits(cells[column.cell], column.initial)) continue;
      rows.push_back(static_cast<uint32_t>(row));
      break;
    }
    return rows.size() < few || few == 0;
  });
  const bool is_whole = rows.size() >= few;
  if (!is_whole) FRESHET_TRY(put_array<uint32_t>(writer, kRowsTensor, rows));
  std::vector<float> values(is_whole ? all : rows.size());
  for (const RowColumn& column : columns) {
    const float* cells = table.data() + column.cell;
    for (std::size_t k = 0; k < values.size(); k++)
      values[k] = cells[(is_whole ? k : rows[k]) * stride];
    FRESHET_TRY(put_array<float>(writer, column.name, values));
  }
  return {};
}

Status load_rows(Reader& reader, Table& table, std::size_t stride,
                 std::span<const RowColumn> columns, const char* wrong) noexcept {
  FRESHET_TRY_ASSIGN(const Placed place, placed(reader, table.size() / stride, wrong));
  if (place.is_whole) FRESHET_TRY(table.expect_whole());
  for (const RowColumn& column : columns) {
    FRESHET_TRY_ASSIGN(const auto values, get_array<float>(reader, column.name));
    if (values.size() != place.count) return {Code::corrupt, wrong};
    for (std::size_t k = 0; k < values.size(); k++) {
      const std::size_t at = (place.is_whole ? k : place.rows[k]) * stride + column.cell;
      if (&column == columns.data() && !is_finite(values[k])) return {Code::corrupt, wrong};
      if (same_bits(table.data()[at], values[k])) continue;  // pages of zeros stay without memory
      // All of the row, which may lie across two chunks: who learns knows by one number of it that it was stored to.
      table.touch(at - column.cell);
      table.touch(at - column.cell + stride - 1);
      live_store(table.data()[at], values[k]);
    }
  }
  return {};
}

Result<const float*> load_column(Reader& reader, const RowColumn& column, std::size_t rows,
                                 Table& own, const TableMemory* memory,
                                 const char* wrong) noexcept {
  FRESHET_TRY_ASSIGN(const Placed place, placed(reader, rows, wrong));
  FRESHET_TRY_ASSIGN(const auto values, get_array<float>(reader, column.name));
  if (values.size() != place.count) return {Code::corrupt, wrong};
  if (place.is_whole) return values.data();
  FRESHET_TRY_ASSIGN(own, Table::make(rows, memory));
  const auto store = [&](std::size_t row, float value) {
    own.touch(row);
    own.data()[row] = value;
  };
  if (column.initial != 0)
    for (std::size_t row = 0; row < rows; row++)
      store(row, column.initial);
  for (std::size_t k = 0; k < values.size(); k++) {
    if (!is_finite(values[k])) return {Code::corrupt, wrong};
    store(place.rows[k], values[k]);
  }
  return static_cast<const float*>(own.data());
}

}  // namespace freshet
