#pragma once
/// What each column of a CSV text is: from options, from the model's schema, or from its first
/// records.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/schema.h"
#include "freshet/format/csv_records.h"
#include "freshet/format/line_reader.h"
#include "freshet/format/reader_options.h"

namespace freshet {

struct CsvColumn {
  enum class Role : uint8_t { ignored, numeric, nominal, text, vector, target, weight, time, id };
  std::string name;
  Role role = Role::ignored;
  bool is_boolean = false;         // numeric: `true` and `false` are 1 and 0
  uint32_t place = 0;              // of its cell in a record
  uint32_t feature = 0;            // schema id
  std::vector<uint32_t> features;  // vector: ids of its items
};

/// The plan of a text: which cell becomes what.
class CsvColumns {
 public:
  CsvColumns(const ReaderOptions& options, Schema& schema) noexcept
      : options_(options), schema_(schema) {}

  /// `header`: the names, or, without a header, the first record. Names must not repeat or be
  /// empty; names in the options must exist.
  Status take_header(std::span<const Cell> header, Bad& bad) noexcept;
  /// One of the first records, to tell kinds by. A record of another width is passed over: reading
  /// it will say so.
  void take_sample(const CsvRecords& records) noexcept;
  /// Fixes roles and ids; the schema grows only if learning.
  Status fix(Bad& bad) noexcept;

  std::size_t count() const noexcept { return columns_.size(); }
  std::span<const CsvColumn> columns() const noexcept { return columns_; }
  std::span<const std::string> notices() const noexcept { return notices_; }
  bool is_missing(std::string_view word) const noexcept;
  /// A word that stands for "missing" and is a number: then numbers are compared too.
  bool has_missing_numbers() const noexcept { return has_missing_numbers_; }

 private:
  // What the sample shows of one column.
  struct Seen {
    uint32_t numbers = 0, words = 0, booleans = 0;
    uint64_t line = 0;  // of the first cell that isn't a number
    uint32_t column = 0, items = 0;
    std::string word;
  };
  CsvColumn* named(std::string_view name) noexcept;
  Status give_role(std::string_view name, CsvColumn::Role role, const char* option,
                   Bad& bad) noexcept;
  Status give_roles(Bad& bad) noexcept;
  Status give_target(Bad& bad) noexcept;
  Status give_kinds(Bad& bad) noexcept;
  Status infer(CsvColumn& column, const Seen& seen, Bad& bad) noexcept;
  Status check_known(Bad& bad) noexcept;
  Status add_features(Bad& bad) noexcept;
  Status no_column(std::string_view name, const char* option, Bad& bad) noexcept;
  void notice(std::string text) noexcept { notices_.push_back(std::move(text)); }

  const ReaderOptions& options_;
  Schema& schema_;
  std::vector<CsvColumn> columns_;
  std::vector<bool> has_role_;
  std::vector<Seen> seen_;
  std::vector<std::string> notices_;
  bool has_missing_numbers_ = false;
};

/// Blanks and tabs at both ends taken off.
std::string_view trimmed(std::string_view text) noexcept;

}  // namespace freshet
