#pragma once
/// The rows of a hashed table in model files: a tensor for each number of a row.
///
/// Where under an eighth of the rows are in use, `rows` (u32, ascending) names them and each tensor has their numbers in that
/// order; else each tensor has one number for every row. So files stay small where few rows were touched, and whole ones can be
/// used where they stand. Equal tables give equal tensors.

#include <cstddef>
#include <span>
#include <string_view>

#include "freshet/core/checkpoint.h"
#include "freshet/core/table.h"

namespace freshet {

/// One number of a row: its tensor, where it stands, and what it was before anything was learned.
struct RowColumn {
  std::string_view name;
  std::size_t cell;
  float initial = 0;
};

/// stride: floats of a row.  REQUIRES: the table is whole rows.
Status save_rows(Writer& writer, const Table& table, std::size_t stride,
                 std::span<const RowColumn> columns) noexcept;
/// Into a table as it was made. `wrong`: what is said of another size, rows out of order, weights (the first column) that
/// aren't finite: `corrupt`. `exhausted` when the machine hasn't got the memory for a whole table.
Status load_rows(Reader& reader, Table& table, std::size_t stride,
                 std::span<const RowColumn> columns, const char* wrong) noexcept;
/// To predict only: the numbers of one column, one for each of `rows` rows; where they stand in the reader if they are whole,
/// else in `own`, which is made.
Result<const float*> load_column(Reader& reader, const RowColumn& column, std::size_t rows,
                                 Table& own, const TableMemory* memory, const char* wrong) noexcept;

}  // namespace freshet
