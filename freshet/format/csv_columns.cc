#include "freshet/format/csv_columns.h"

#include <algorithm>

#include "freshet/base/chars.h"
#include "freshet/base/text.h"
#include "freshet/core/component.h"

namespace freshet {
namespace {

using Role = CsvColumn::Role;
constexpr std::size_t kMaxColumns = 65536;

bool is_feature(Role role) noexcept {
  return role == Role::numeric || role == Role::nominal || role == Role::text ||
         role == Role::vector;
}

Status fail(Bad& bad, Reason reason, const char* why, std::string_view name = {}) noexcept {
  bad.reason = reason;
  bad.name = name;
  bad.why = {Code::invalid_argument, why, bad.column};
  return {Code::invalid_argument, why, bad.column};
}

std::string item_name(const std::string& column, uint32_t item) {
  return column + "[" + std::string(Digits(item).text()) + "]";
}

uint32_t count_items(std::string_view cell) noexcept {
  return static_cast<uint32_t>(1 + std::count(cell.begin(), cell.end(), ','));
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

bool CsvColumns::is_missing(std::string_view word) const noexcept {
  if (word.empty()) return true;
  for (const std::string& missing : options_.missing)
    if (word == missing) return true;
  return false;
}

CsvColumn* CsvColumns::named(std::string_view name) noexcept {
  for (CsvColumn& column : columns_)
    if (column.name == name) return &column;
  return nullptr;
}

Status CsvColumns::take_header(std::span<const Cell> header, Bad& bad) noexcept {
  bad.line = 1;
  bad.column = 1;
  columns_.clear();
  notices_.clear();
  if (header.size() > kMaxColumns) return fail(bad, Reason::columns, "more than 65,536 columns");
  for (const std::string& word : options_.missing) {
    float number = 0;
    has_missing_numbers_ = has_missing_numbers_ || parse_all(trimmed(word), &number);
  }
  std::vector<std::string_view> sorted;
  for (uint32_t k = 0; k < header.size(); ++k) {
    CsvColumn column;
    column.place = k;
    column.name = options_.has_header ? std::string(trimmed(header[k].view()))
                                      : std::string(Digits(k + 1).text());
    if (column.name.empty()) {
      bad.counted = k + 1;
      return fail(bad, Reason::columns,
                  "a column without a name (use --no-header where there are none)");
    }
    columns_.push_back(std::move(column));
  }
  for (const CsvColumn& column : columns_)
    sorted.push_back(column.name);
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) {
    bad.found = *twice;
    return fail(bad, Reason::duplicate, "two columns of one name");
  }
  has_role_.assign(columns_.size(), false);
  seen_.assign(columns_.size(), {});
  return give_roles(bad);
}

Status CsvColumns::no_column(std::string_view name, const char* option, Bad& bad) noexcept {
  std::vector<std::string_view> names;
  for (const CsvColumn& column : columns_)
    names.push_back(column.name);
  bad.option = option;
  bad.found = nearest_name(name, names);
  return fail(bad, Reason::columns, "no column of this name", name);
}

Status CsvColumns::give_role(std::string_view name, Role role, const char* option,
                             Bad& bad) noexcept {
  CsvColumn* column = named(name);
  if (column == nullptr) return no_column(name, option, bad);
  const std::size_t k = column->place;
  if (has_role_[k] && column->role != role) {
    bad.option = option;
    return fail(bad, Reason::columns, "two options give one column different parts", name);
  }
  column->role = role;
  has_role_[k] = true;
  return {};
}

Status CsvColumns::give_roles(Bad& bad) noexcept {
  for (const std::string& name : options_.ignore)
    FRESHET_TRY(give_role(name, Role::ignored, "--ignore", bad));
  if (!options_.weight.empty())
    FRESHET_TRY(give_role(options_.weight, Role::weight, "--weight", bad));
  if (!options_.time.empty()) FRESHET_TRY(give_role(options_.time, Role::time, "--time", bad));
  if (!options_.id.empty()) FRESHET_TRY(give_role(options_.id, Role::id, "--id", bad));
  if (!options_.vector.empty())
    FRESHET_TRY(give_role(options_.vector, Role::vector, "--vector", bad));
  for (const std::string& name : options_.nominal)
    FRESHET_TRY(give_role(name, Role::nominal, "--nominal", bad));
  for (const std::string& name : options_.numeric)
    FRESHET_TRY(give_role(name, Role::numeric, "--numeric", bad));
  for (const std::string& name : options_.text)
    FRESHET_TRY(give_role(name, Role::text, "--text", bad));
  return give_target(bad);
}

// The column named, else the last one that has no part yet. A prediction needs none.
Status CsvColumns::give_target(Bad& bad) noexcept {
  if (options_.label == Target::none) return {};
  if (!options_.target.empty()) {
    if (named(options_.target) == nullptr && !options_.learning) return {};
    // --nominal and --numeric may name the target too: its kind is the learner's business.
    if (CsvColumn* column = named(options_.target); column != nullptr && is_feature(column->role)) {
      has_role_[column->place] = false;
    }
    return give_role(options_.target, Role::target, "--target", bad);
  }
  if (!options_.learning) return {};
  for (std::size_t k = columns_.size(); k-- > 0;) {
    if (has_role_[k]) continue;
    columns_[k].role = Role::target;
    has_role_[k] = true;
    notice("target: column \"" + columns_[k].name + "\", the last one (--target names another)");
    return {};
  }
  return fail(bad, Reason::columns, "no column is left for the target; name it with --target");
}

void CsvColumns::take_sample(const CsvRecords& records) noexcept {
  const std::span<const Cell> cells = records.cells();
  if (cells.size() != columns_.size()) return;
  for (std::size_t k = 0; k < cells.size(); ++k) {
    const std::string_view cell = trimmed(cells[k].view());
    if (is_missing(cell)) continue;
    Seen& seen = seen_[k];
    float number = 0;
    if (columns_[k].role == Role::vector) {
      if (seen.items == 0) seen.items = count_items(cell);
    } else if (const ParseResult r = parse_float32(cell.data(), cell.data() + cell.size(), &number);
               r.parse != Parse::none && r.end == cell.data() + cell.size()) {
      ++seen.numbers;
    } else {
      if (seen.words == 0) {
        seen.line = records.line(cells[k]);
        seen.column = records.column(cells[k]);
        seen.word = std::string(cell);
      }
      ++seen.words;
      seen.booleans += cell == "true" || cell == "false";
    }
  }
}

Status CsvColumns::fix(Bad& bad) noexcept {
  const bool is_known = schema_.feature_count() != 0;
  if (is_known) {
    FRESHET_TRY(check_known(bad));
  } else {
    FRESHET_TRY(give_kinds(bad));
  }
  FRESHET_TRY(add_features(bad));
  for (CsvColumn& column : columns_) {
    const Seen& seen = seen_[column.place];
    column.is_boolean = column.role == Role::numeric && seen.booleans != 0 &&
                        seen.booleans == seen.words && seen.numbers == 0;
  }
  return {};
}

Status CsvColumns::give_kinds(Bad& bad) noexcept {
  for (CsvColumn& column : columns_)
    if (!has_role_[column.place]) FRESHET_TRY(infer(column, seen_[column.place], bad));
  return {};
}

Status CsvColumns::infer(CsvColumn& column, const Seen& seen, Bad& bad) noexcept {
  if (seen.words == 0 || (seen.booleans == seen.words && seen.numbers == 0)) {
    column.role = Role::numeric;
    return {};
  }
  column.role = Role::nominal;
  if (seen.numbers == 0) return {};
  bad.line = seen.line;
  bad.column = seen.column;
  bad.found = seen.word;
  bad.option = "--missing";
  return fail(bad, Reason::number, "expected a number", column.name);
}

// A model reads columns by name: kinds are its schema's.
Status CsvColumns::check_known(Bad& bad) noexcept {
  for (CsvColumn& column : columns_) {
    if (column.role == Role::vector || (has_role_[column.place] && !is_feature(column.role)))
      continue;
    const std::optional<uint32_t> id = schema_.find(column.name);
    if (!id) {
      if (options_.strict_columns)
        return fail(bad, Reason::columns, "the model has no such column", column.name);
      column.role = Role::ignored;
      notice("column \"" + column.name + "\" is ignored: the model doesn't know it");
      continue;
    }
    const Schema::Kind kind = schema_.kind(*id);
    const Role role = kind == Schema::Kind::numeric   ? Role::numeric
                      : kind == Schema::Kind::nominal ? Role::nominal
                                                      : Role::text;
    if (has_role_[column.place] && column.role != role) {
      return fail(bad, Reason::columns, "the model knows this column as another kind", column.name);
    }
    column.role = role;
  }
  for (uint32_t id = 0; id < schema_.feature_count(); ++id) {
    const std::string_view name = schema_.name(id);
    const CsvColumn* column = named(name.substr(0, name.find('[')));
    if (named(name) != nullptr || (column != nullptr && column->role == Role::vector)) continue;
    if (options_.strict_columns) {
      return fail(bad, Reason::columns, "a column of the model is not there", name);
    }
    notice("column \"" + std::string(name) +
           "\" of the model is not there: it is missing in every row");
  }
  return {};
}

// Numeric columns first, then nominal ones, then text, in column order.
Status CsvColumns::add_features(Bad& bad) noexcept {
  const auto add = [&](std::string_view name, Schema::Kind kind, uint32_t& id) -> Status {
    if (!options_.learning) {
      id = schema_.find(name).value_or(kNone);
      return {};
    }
    Result<uint32_t> added = schema_.feature(name, kind);
    if (!added.ok()) return fail(bad, Reason::columns, added.status().text().data(), name);
    id = *added;
    return {};
  };
  for (CsvColumn& column : columns_) {
    if (column.role == Role::numeric)
      FRESHET_TRY(add(column.name, Schema::Kind::numeric, column.feature));
    if (column.role != Role::vector) continue;
    column.features.resize(seen_[column.place].items);
    for (uint32_t k = 0; k < column.features.size(); ++k) {
      FRESHET_TRY(add(item_name(column.name, k), Schema::Kind::numeric, column.features[k]));
    }
  }
  for (CsvColumn& column : columns_)
    if (column.role == Role::nominal)
      FRESHET_TRY(add(column.name, Schema::Kind::nominal, column.feature));
  for (CsvColumn& column : columns_)
    if (column.role == Role::text)
      FRESHET_TRY(add(column.name, Schema::Kind::text, column.feature));
  return {};
}

}  // namespace freshet
