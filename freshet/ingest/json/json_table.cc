#include "freshet/ingest/json/json_table.h"

#include <algorithm>
#include <cmath>

#include <simdjson.h>

#include "freshet/base/chars.h"
#include "freshet/core/component.h"
#include "freshet/format/label_text.h"
#include "freshet/ingest/json/json_fault.h"

namespace freshet {
namespace {

namespace ondemand = simdjson::ondemand;
constexpr std::string_view kBlanks = " \t\r\n";

// Takes `word` off the front, blanks before it too; false: something else stands there.
bool takes(std::string_view& text, std::string_view word) noexcept {
  const std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  if (!text.substr(begin).starts_with(word)) return false;
  text.remove_prefix(begin + word.size());
  return true;
}

std::string_view trimmed_token(std::string_view token) noexcept {
  return token.substr(0, token.find_last_not_of(kBlanks) + 1);
}

bool read_number(ondemand::value& value, float* out) noexcept {
  const std::string_view token = trimmed_token(value.raw_json_token());
  double checked = 0;
  if (value.get_double().get(checked) != simdjson::SUCCESS && !is_json_number(token)) return false;
  return parse_all(token, out);
}

}  // namespace

// {"Features": [[ , or {"Label": [numbers], "Features": [[
JsonTable::Look JsonTable::look(std::string_view text) noexcept {
  std::string_view left = text;
  bool is_cut = false;  // the text ends where a word may go on
  const auto next = [&](std::string_view word) {
    if (takes(left, word)) return true;
    const std::size_t begin = std::min(left.find_first_not_of(kBlanks), left.size());
    is_cut = word.starts_with(left.substr(begin));
    return false;
  };
  const auto other = [&] { return is_cut ? Look::more : Look::other; };
  if (!next("{")) return other();
  if (next("\"Label\"")) {
    if (!next(":") || !next("[")) return other();
    const std::size_t end = left.find(']');
    if (end == std::string_view::npos) return Look::perhaps;
    left.remove_prefix(end + 1);
    if (!next(",")) return other();
  } else if (is_cut) {
    return Look::more;
  }
  for (const char* word : {"\"Features\"", ":", "["})
    if (!next(word)) return other();
  if (next("[") || next("]")) return Look::table;
  return other();
}

void JsonTable::clear() noexcept {
  values_.clear();
  labels_.clear();
  columns_ = rows_ = next_ = 0;
}

bool JsonTable::fail(std::string_view text, std::size_t at, Reason reason, const char* why,
                     Bad& bad) const noexcept {
  const std::string_view before = text.substr(0, at);
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  bad = {};
  bad.line = 1 + static_cast<uint64_t>(std::count(before.begin(), before.end(), '\n'));
  bad.column = static_cast<uint32_t>(at - line_begin) + 1;
  bad.reason = reason;
  bad.why = {Code::invalid_argument, why, bad.column};
  return false;
}

// Reads the text of a table into its values and labels. Each step answers false where `bad` says why.
class JsonTable::Parser {
 public:
  Parser(JsonTable& table, std::string_view text, Bad& bad) noexcept
      : table_(table), text_(text), bad_(bad) {}

  bool run() noexcept {
    ondemand::parser parser;
    ondemand::document document;
    ondemand::object root;
    if (parser.iterate(text_.data(), text_.size(), text_.size() + simdjson::SIMDJSON_PADDING)
                .get(document) != simdjson::SUCCESS ||
        document.get_object().get(root) != simdjson::SUCCESS) {
      return refused();
    }
    for (auto each : root) {
      ondemand::field field;
      if (std::move(each).get(field) != simdjson::SUCCESS) return refused();
      if (!member(field)) return false;
    }
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) return refused();
    if (table_.labels_.empty() || table_.labels_.size() == table_.rows_) return true;
    return differ(text_.data(), "as many labels as rows", table_.rows_, table_.labels_.size());
  }

 private:
  // The parser has found a fault, and doesn't know its place.
  bool refused() const noexcept {
    const JsonFault fault = find_json_fault(text_);
    return table_.fail(text_, fault.at, fault.reason,
                       fault.why != nullptr ? fault.why : "no JSON that can be read", bad_);
  }
  bool fail(const char* at, Reason reason, const char* why) const noexcept {
    return table_.fail(text_, static_cast<std::size_t>(at - text_.data()), reason, why, bad_);
  }
  bool differ(const char* at, const char* why, std::size_t expected,
              std::size_t counted) const noexcept {
    fail(at, Reason::columns, why);
    bad_.expected = static_cast<uint32_t>(expected);
    bad_.counted = static_cast<uint32_t>(counted);
    return false;
  }

  bool member(ondemand::field& field) noexcept {
    const char* at = field.key().raw() - 1;
    std::string_view name;
    if (field.unescaped_key().get(name) != simdjson::SUCCESS) return refused();
    const bool is_features = name == "Features";
    if (!is_features && name != "Label")
      return fail(at, Reason::json, "a table has Features and Label, no other members");
    if (is_features ? table_.rows_ != 0 : !table_.labels_.empty())
      return fail(at, Reason::json, "a repeated member");
    ondemand::array items;
    if (field.value().get_array().get(items) != simdjson::SUCCESS) return refused();
    for (auto item : items) {
      ondemand::value value;
      if (item.get(value) != simdjson::SUCCESS) return refused();
      if (!(is_features ? row(value) : label(value))) return false;
    }
    return true;
  }

  bool row(ondemand::value& value) noexcept {
    const char* at = value.raw_json_token().data();
    ondemand::array cells;
    if (value.get_array().get(cells) != simdjson::SUCCESS)
      return fail(at, Reason::json, "expected an array of numbers");
    std::size_t count = 0;
    for (auto cell : cells) {
      ondemand::value number;
      if (cell.get(number) != simdjson::SUCCESS) return refused();
      const char* cell_at = number.raw_json_token().data();
      if (!read_number(number, &table_.values_.emplace_back()))
        return fail(cell_at, Reason::json, "expected a number within float32");
      ++count;
    }
    if (table_.rows_++ == 0) table_.columns_ = count;
    return count == table_.columns_ ||
           differ(at, "rows of different length", table_.columns_, count);
  }

  bool label(ondemand::value& value) noexcept {
    const std::string_view token = value.raw_json_token();
    ondemand::json_type type;
    if (value.type().get(type) != simdjson::SUCCESS) return refused();
    Label& label = table_.labels_.emplace_back();
    if (type == ondemand::json_type::string) {
      std::string_view word;
      if (value.get_string().get(word) != simdjson::SUCCESS) return refused();
      label = {NAN, std::string(word)};
      return true;
    }
    label.text = trimmed_token(token);
    return (type == ondemand::json_type::number && read_number(value, &label.value)) ||
           fail(token.data(), Reason::json, "expected a label, a number or a text");
  }

  JsonTable& table_;
  const std::string_view text_;
  Bad& bad_;
};

Begin JsonTable::begin(std::string_view text, bool last, Bad& bad) noexcept {
  if (text.size() > kMostBytes) {
    fail(text, 0, Reason::long_, "a table of more than 1 GiB; write it as JSON lines", bad);
    return Begin::failed;
  }
  if (!last) return Begin::more;
  clear();
  if (!Parser(*this, text, bad).run()) return Begin::failed;
  if (const Status status = add_columns(); !status.ok()) {
    fail(text, 0, Reason::columns, status.text().data(), bad);
    return Begin::failed;
  }
  return Begin::ready;
}

Status JsonTable::add_columns() noexcept {
  features_.assign(columns_, kNone);
  is_dense_ = true;
  std::vector<bool> seen(columns_);
  for (std::size_t k = 0; k < columns_; ++k) {
    const Digits name(k);
    if (options_.learning) {
      FRESHET_TRY_ASSIGN(features_[k], schema_.feature(name.text(), Schema::Kind::numeric));
    } else {
      features_[k] = schema_.find(name.text()).value_or(kNone);
    }
    is_dense_ = is_dense_ && features_[k] < columns_ && !seen[features_[k]];
    if (is_dense_) seen[features_[k]] = true;
  }
  return {};
}

bool JsonTable::row(std::size_t k, ExampleBlock& out, Bad& bad) noexcept {
  out.begin();
  const std::span<const float> values =
      std::span<const float>(values_).subspan(k * columns_, columns_);
  if (is_dense_) {
    const std::span<float> row = out.add_dense(static_cast<uint32_t>(columns_));
    for (std::size_t c = 0; c < columns_; ++c)
      row[features_[c]] = values[c];
  } else {
    uint32_t count = 0;
    for (std::size_t c = 0; c < columns_; ++c) {
      if (features_[c] == kNone) continue;
      out.add_numeric(features_[c], values[c]);
      ++count;
    }
    if (count != 0) out.add_group(kRowGroup, 0, count);
  }
  if (labels_.empty() || options_.label == Target::none) return true;
  const Label& label = labels_[k];
  const auto refused = [&](const char* why) {
    bad = {};
    bad.line = k + 1;
    bad.column = 1;
    bad.reason = Reason::label;
    bad.why = {Code::invalid_argument, why};
    bad.found = label.text;
    return false;
  };
  if (options_.label == Target::number) {
    if (std::isnan(label.value)) return refused("expected a number as label");
    out.add_label(label.value);
    return true;
  }
  const Result<uint32_t> id = class_id(schema_, label.text, options_.learning, options_.binary);
  if (!id.ok()) return refused(id.status().text().data());
  if (*id != kNone) out.add_label(static_cast<float>(*id));
  return true;
}

Read JsonTable::read(std::span<const char> window, ExampleBlock& out, std::span<Bad> bad,
                     uint64_t& line) noexcept {
  Read done;
  while (next_ < rows_ && has_room(out, done, bad)) {
    const std::size_t k = next_++;
    line = k + 1;
    if (!row(k, out, bad[done.bad])) {
      out.drop();
      ++done.bad;
      continue;
    }
    out.set_line(k + 1);
    out.finish();
  }
  if (next_ >= rows_) done.used = window.size();
  return done;
}

}  // namespace freshet
