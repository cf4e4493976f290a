#include "freshet/format/csv_reader.h"

#include <algorithm>

#include "freshet/base/short_number.h"
#include "freshet/core/component.h"
#include "freshet/format/format.h"
#include "freshet/format/label_text.h"
#include "freshet/format/time_text.h"

namespace freshet {
namespace {

using Role = CsvColumn::Role;
constexpr std::size_t kSampleBytes =
    1u << 20;  // kinds are told by so many bytes, if not by options_.sample records

}  // namespace

CsvReader::CsvReader(ReaderOptions options, Schema& schema) noexcept
    : options_(std::move(options)),
      schema_(schema),
      records_(options_.delimiter),
      columns_(options_, schema_) {}

void CsvReader::restart() noexcept {
  if (options_.target.empty()) options_.target = target();  // wherever it stands in the next text
  records_.set_next_line(1);
  classes_ = {};
}

std::string_view CsvReader::target() const noexcept {
  for (const CsvColumn& column : columns_.columns())
    if (column.role == Role::target) return column.name;
  return {};
}

Begin CsvReader::begin(std::span<const char> window, bool last, Bad& bad) noexcept {
  const bool is_enough = last || window.size() >= kSampleBytes;
  const uint64_t line = records_.next_line();
  records_.open(window, last);
  CsvRecords::Cut cut = CsvRecords::Cut::blank;
  while (cut == CsvRecords::Cut::blank)
    cut = records_.next();
  Begin answer = Begin::ready;
  if (cut == CsvRecords::Cut::more && !last) {
    answer = is_enough ? Begin::failed : Begin::more;
    bad = {};
    bad.line = line;
    bad.column = 1;
    bad.reason = Reason::long_;
    bad.why = {Code::invalid_argument, "the first line is longer than 1 MiB"};
  } else if (cut == CsvRecords::Cut::bad) {
    answer = Begin::failed;
    bad = {};
    bad.line = records_.bad().line;
    bad.column = records_.bad().column;
    bad.reason = records_.bad().reason;
    bad.why = {Code::invalid_argument, records_.bad().why.text().data()};
  } else if (cut == CsvRecords::Cut::record) {
    bad = {};
    if (!columns_.take_header(records_.cells(), bad).ok()) answer = Begin::failed;
    uint32_t count = 0;
    if (!options_.has_header) columns_.take_sample(records_);
    while (answer == Begin::ready && count < options_.sample) {
      cut = records_.next();
      if (cut == CsvRecords::Cut::more) {
        if (!is_enough) answer = Begin::more;
        break;
      }
      if (cut != CsvRecords::Cut::record) continue;
      columns_.take_sample(records_);
      ++count;
    }
    if (answer == Begin::ready && !columns_.fix(bad).ok()) answer = Begin::failed;
    if (answer == Begin::ready) plan();
    header_pending_ = options_.has_header;
  }
  records_.set_next_line(line);
  return answer;
}

// Fixes the order in which cells are read: numbers first.
void CsvReader::plan() noexcept {
  numeric_.clear();
  others_.clear();
  features_.clear();
  needs_care_ = columns_.has_missing_numbers();
  categories_.assign(columns_.count(), {});
  for (uint32_t k = 0; k < columns_.count(); ++k) {
    const CsvColumn& column = columns_.columns()[k];
    if (column.role == Role::numeric) {
      numeric_.push_back({column.place, column.feature, k});
      features_.push_back(column.feature);
      needs_care_ = needs_care_ || column.is_boolean;
    } else if (column.role == Role::vector) {
      features_.insert(features_.end(), column.features.begin(), column.features.end());
      needs_care_ = true;
    } else if (column.role != Role::ignored) {
      others_.push_back(&column);
    }
  }
  is_dense_ = is_permutation();
}

bool CsvReader::is_permutation() noexcept {
  std::vector<bool> seen(features_.size());
  for (const uint32_t feature : features_) {
    if (feature >= seen.size() || seen[feature]) return false;
    seen[feature] = true;
  }
  return true;
}

Read CsvReader::read(std::span<const char> window, bool last, ExampleBlock& out,
                     std::span<Bad> bad) noexcept {
  Read done;
  records_.open(window, last);
  while (has_room(out, done, bad)) {
    const CsvRecords::Cut cut = records_.next();
    if (cut == CsvRecords::Cut::more) break;
    if (cut == CsvRecords::Cut::blank) continue;
    if (cut == CsvRecords::Cut::bad) {
      const Bad& from = records_.bad();
      Bad& to = bad[done.bad++];
      to = {};
      to.line = from.line;
      to.column = from.column;
      to.reason = from.reason;
      to.why = {Code::invalid_argument, from.why.text().data(), from.column};
      continue;
    }
    if (std::exchange(header_pending_, false)) continue;
    if (row(records_.cells(), out, bad[done.bad])) continue;
    out.drop();
    ++done.bad;
  }
  done.used = records_.at();
  return done;
}

bool CsvReader::fail(Bad& bad, std::string_view name, const Cell& cell, Reason reason,
                     const char* why) noexcept {
  bad = {};
  bad.line = records_.line(cell);
  bad.column = records_.column(cell);
  bad.reason = reason;
  bad.why = {Code::invalid_argument, why, bad.column};
  bad.name = name;
  bad.found = cell.view();
  if (reason == Reason::number || reason == Reason::label) bad.option = "--missing";
  return false;
}

bool CsvReader::row(std::span<const Cell> cells, ExampleBlock& out, Bad& bad) noexcept {
  if (cells.size() != columns_.count()) {
    const std::size_t at = std::min(cells.size() - 1, columns_.count());
    fail(bad, {}, cells[at], Reason::columns, "expected as many fields as the header has");
    bad.found = {};
    bad.expected = static_cast<uint32_t>(columns_.count());
    bad.counted = static_cast<uint32_t>(cells.size());
    return false;
  }
  out.begin();
  if (needs_care_ || !is_dense_ || !dense_row(cells, out)) {
    out.drop();
    if (!careful_row(cells, out, bad)) return false;
  }
  if (!other_cells(cells, out, bad)) return false;
  out.set_line(records_.record_line());
  out.finish();
  return true;
}

// The common row: every number is there and plain. False: something else, to be looked at with care.
bool CsvReader::dense_row(std::span<const Cell> cells, ExampleBlock& out) noexcept {
  const std::span<float> row = out.add_dense(static_cast<uint32_t>(numeric_.size()));
  for (const NumericCell& cell : numeric_) {
    const Cell& from = cells[cell.place];
    if (parse_cell(from.begin, from.size, &row[cell.feature]) != Parse::ok) return false;
  }
  return true;
}

bool CsvReader::careful_row(std::span<const Cell> cells, ExampleBlock& out, Bad& bad) noexcept {
  values_.clear();
  present_.clear();
  for (const CsvColumn& column : columns_.columns()) {
    if (column.role == Role::vector && !vector_items(column, cells[column.place], bad))
      return false;
    if (column.role != Role::numeric) continue;
    float value = 0;
    bool is_missing = false;
    if (!number(column, cells[column.place], &value, &is_missing, bad)) return false;
    values_.push_back(value);
    present_.push_back(!is_missing && column.feature != kNone);
  }
  out.begin();
  if (is_dense_ && std::find(present_.begin(), present_.end(), false) == present_.end()) {
    const std::span<float> row = out.add_dense(static_cast<uint32_t>(values_.size()));
    for (std::size_t k = 0; k < values_.size(); ++k)
      row[features_[k]] = values_[k];
    return true;
  }
  uint32_t count = 0;
  for (std::size_t k = 0; k < values_.size(); ++k) {
    if (!present_[k]) continue;
    out.add_numeric(features_[k], values_[k]);
    ++count;
  }
  if (count != 0) out.add_group(kRowGroup, 0, count);
  return true;
}

bool CsvReader::number(const CsvColumn& column, const Cell& cell, float* value, bool* is_missing,
                       Bad& bad) noexcept {
  const std::string_view text = trimmed(cell.view());
  *is_missing = columns_.is_missing(text);
  if (*is_missing) return true;
  if (column.is_boolean && (text == "true" || text == "false")) {
    *value = text == "true";
    return true;
  }
  const ParseResult r = parse_float32(text.data(), text.data() + text.size(), value);
  if (r.parse == Parse::none || r.end != text.data() + text.size()) {
    return fail(bad, column.name, cell, Reason::number, "expected a number");
  }
  return r.ok() ||
         fail(bad, column.name, cell, Reason::range, "a number beyond the range of float32");
}

// Numbers separated by commas in one cell; missing ones at the end are absent.
bool CsvReader::vector_items(const CsvColumn& column, const Cell& cell, Bad& bad) noexcept {
  std::string_view left = trimmed(cell.view());
  const bool is_missing = columns_.is_missing(left);
  for (std::size_t k = 0; k < column.features.size(); ++k) {
    const std::size_t comma = std::min(left.find(','), left.size());
    const std::string_view item = trimmed(left.substr(0, comma));
    float value = 0;
    const bool is_there = !is_missing && !item.empty();
    if (is_there) {
      const ParseResult r = parse_float32(item.data(), item.data() + item.size(), &value);
      if (r.parse == Parse::none || r.end != item.data() + item.size()) {
        return fail(bad, column.name, cell, Reason::number, "expected numbers separated by commas");
      }
      if (!r.ok())
        return fail(bad, column.name, cell, Reason::range, "a number beyond the range of float32");
    }
    values_.push_back(value);
    present_.push_back(is_there && column.features[k] != kNone);
    left.remove_prefix(std::min(left.size(), comma + 1));
  }
  if (!is_missing && !left.empty()) {
    return fail(bad, column.name, cell, Reason::columns, "more numbers than in the first row");
  }
  return true;
}

bool CsvReader::other_cells(std::span<const Cell> cells, ExampleBlock& out, Bad& bad) noexcept {
  for (const CsvColumn* column : others_)
    if (!other_cell(*column, cells[column->place], out, bad)) return false;
  return true;
}

bool CsvReader::other_cell(const CsvColumn& column, const Cell& cell, ExampleBlock& out,
                           Bad& bad) noexcept {
  switch (column.role) {
    case Role::target:
      return label(column, cell, out, bad);
    case Role::nominal:
      return nominal(column, cell, out, bad);
    case Role::text:
      if (column.feature != kNone && !columns_.is_missing(cell.view()))
        out.add_text(column.feature, cell.view());
      return true;
    case Role::id:
      out.set_id(cell.view());
      return true;
    case Role::weight: {
      float weight = 1;
      bool is_missing = false;
      if (!number(column, cell, &weight, &is_missing, bad)) return false;
      if (is_missing) return true;
      if (weight < 0) return fail(bad, column.name, cell, Reason::label, "a weight below 0");
      out.set_weight(weight);
      return true;
    }
    case Role::time: {
      int64_t time_us = 0;
      switch (parse_time(trimmed(cell.view()), time_unit_us(options_.time_unit), &time_us)) {
        case Parse::ok:
          out.set_time(time_us);
          return true;
        case Parse::range:
          return fail(bad, column.name, cell, Reason::range, "a time too far away");
        case Parse::none:
          break;
      }
      fail(bad, column.name, cell, Reason::number,
           "expected a time, a number or YYYY-MM-DDTHH:MM:SS");
      bad.option = {};
      return false;
    }
    default:
      return true;
  }
}

bool CsvReader::label(const CsvColumn& column, const Cell& cell, ExampleBlock& out,
                      Bad& bad) noexcept {
  if (options_.label == Target::number) {
    float value = 0;
    bool is_missing = false;
    if (parse_short(cell.begin, cell.size, &value) && !columns_.has_missing_numbers()) {
      out.add_label(value);
      return true;
    }
    if (!number(column, cell, &value, &is_missing, bad)) {
      if (bad.reason == Reason::number) bad.reason = Reason::label;
      return false;
    }
    if (!is_missing) out.add_label(value);
    return true;
  }
  uint32_t* known = classes_.find(cell.view());
  uint32_t id = known == nullptr ? kNone : *known;
  if (id == kNone) {
    const std::string_view text = trimmed(cell.view());
    if (columns_.is_missing(text)) return true;
    const Result<uint32_t> found = class_id(schema_, text, options_.learning, options_.binary);
    if (!found.ok())
      return fail(bad, column.name, cell, Reason::label, found.status().text().data());
    id = *found;
    if (known != nullptr) *known = id;
  }
  if (id != kNone) out.add_label(static_cast<float>(id));
  return true;
}

bool CsvReader::nominal(const CsvColumn& column, const Cell& cell, ExampleBlock& out,
                        Bad& bad) noexcept {
  if (column.feature == kNone || cell.size == 0) return true;
  uint32_t* known = categories_[column.place].find(cell.view());
  uint32_t id = known == nullptr ? kNone : *known;
  if (id == kNone) {
    const std::string_view text = cell.view();
    if (columns_.is_missing(trimmed(text))) return true;
    const Result<uint32_t> found = category_id(schema_, column.feature, text, options_.learning);
    if (!found.ok())
      return fail(bad, column.name, cell, Reason::index, found.status().text().data());
    id = *found;
    if (known != nullptr) *known = id;
  }
  if (id != kNone) out.add_nominal(column.feature, id);
  return true;
}

namespace {

constexpr std::string_view kCsvEndings[] = {".csv", ".tsv"};

bool looks_like_csv(std::string_view line) noexcept {
  return line.find(',') != std::string_view::npos || line.find('\t') != std::string_view::npos ||
         line.find(';') != std::string_view::npos;
}

Result<std::unique_ptr<LineReader>> make_csv(const ReaderOptions& options,
                                             Schema& schema) noexcept {
  const char c = options.delimiter;
  if (c == '"' || c == '\n' || c == '\r' || (static_cast<unsigned char>(c) < 0x20 && c != '\t')) {
    return {Code::invalid_argument,
            "csv: the delimiter is one character, not a quote or a line end"};
  }
  return std::unique_ptr<LineReader>(new CsvReader(options, schema));
}

}  // namespace

extern const Format csv_format;
constinit const Format csv_format{"csv",
                                  "Comma-separated values with a header (RFC 4180); the last "
                                  "column is the target unless --target says.",
                                  "record := field { ',' field }; field := text | '\"' { any | "
                                  "'\"\"' } '\"'; an empty field is missing",
                                  kCsvEndings,
                                  &looks_like_csv,
                                  &make_csv};

}  // namespace freshet
