#include "freshet/serve/examples.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "freshet/base/chars.h"
#include "freshet/base/failure.h"
#include "freshet/core/label_map.h"
#include "freshet/format/blocks.h"
#include "freshet/serve/block_names.h"
#include "freshet/serve/class_labels.h"

namespace freshet {
namespace {

using NameKind = ExampleBlock::NameKind;

Status bad(const std::string& text) {
  return failure(Code::invalid_argument, text);
}

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}
std::string count(std::size_t n, const char* what) {
  return std::string(Digits(n).text()) + " " + what + (n == 1 ? "" : "s");
}

/// One row's label, before it has an id.
struct RowLabel {
  bool is_there = false;
  double number = 0;
  std::string text;  // classes only
};

enum class Purpose : uint8_t { predict, remember, learn };

/// Reads the rows of one call in whichever form they came.
class RowsReader {
 public:
  RowsReader(const Call& call, const InputForm& form, ExampleBlock& out, Purpose purpose,
             bool allow_nonfinite)
      : call_(call),
        form_(form),
        out_(out),
        names_(out),
        pair_(*form.schema),
        is_logged_(purpose != Purpose::predict),
        is_training_(purpose == Purpose::learn),
        allow_nonfinite_(allow_nonfinite) {}

  Status run() {
    out_.clear();
    if (const Tensor* x = input("x")) return dense(*x);
    if (const Tensor* rows = input("json")) return json(*rows);
    if (const Tensor* rows = input("text")) return text(*rows);
    if (const Tensor* indices = input("indices")) return compressed(*indices);
    return bad("inputs: expected one named x, json, text or indices" +
               (call_.inputs.empty() ? std::string(", found none")
                                     : ", found " + quoted(call_.inputs[0].name)));
  }

 private:
  const Tensor* input(std::string_view name) const noexcept {
    for (const Tensor& tensor : call_.inputs)
      if (tensor.name == name) return &tensor;
    return nullptr;
  }
  bool is_class() const noexcept {
    return form_.label == Label::one_class || form_.label == Label::classes;
  }

  Status begin(int64_t rows) {
    if (rows > kMaxExamples)
      return failure(Code::invalid_argument,
                     "inputs: " + count(static_cast<std::size_t>(rows), "row") +
                         " in one call; at most 65,536, send them in several");
    if (call_.weights != nullptr && call_.weights->elements() != static_cast<std::size_t>(rows))
      return bad("weights: expected one for each of " +
                 count(static_cast<std::size_t>(rows), "row"));
    if (!is_training_ || call_.targets.empty()) return {};
    if (call_.targets.size() > 1) return bad("targets: expected one tensor");
    if (call_.targets[0].elements() != static_cast<std::size_t>(rows))
      return bad("targets: expected one for each of " +
                 count(static_cast<std::size_t>(rows), "row") + ", found " +
                 std::string(Digits(call_.targets[0].elements()).text()));
    return {};
  }

  /// x, shape [n, d], any number type. Rows stay dense: dense[k] is column k.
  Status dense(const Tensor& x) {
    if (x.datatype == Datatype::bytes)
      return bad("x: expected numbers, found BYTES; send rows with names as json");
    if (x.shape.size() != 2) return bad("x: expected shape [rows, columns]");
    const auto rows = static_cast<std::size_t>(x.shape[0]),
               columns = static_cast<std::size_t>(x.shape[1]);
    if (form_.features > form_.columns)
      return bad("x: the model has columns that aren't numbers; send rows with names as json");
    if (form_.columns != 0 && columns != form_.columns)
      return bad("x: expected " + count(form_.columns, "column") + ", found " +
                 std::string(Digits(columns).text()));
    FRESHET_TRY(begin(x.shape[0]));
    const bool is_named = is_logged_ && form_.features == 0;
    for (std::size_t k = 0; is_named && k < columns; ++k)
      names_.at(NameKind::numeric, Digits(k).text());
    for (std::size_t row = 0; row < rows; ++row) {
      out_.begin();
      const std::span<float> to = out_.add_dense(static_cast<uint32_t>(columns));
      if (x.datatype == Datatype::f32) {
        const auto from = x.values<float>().subspan(row * columns, columns);
        std::copy(from.begin(), from.end(), to.begin());
      } else {
        for (std::size_t k = 0; k < columns; ++k)
          to[k] = static_cast<float>(tensor_number(x, row * columns + k));
      }
      for (std::size_t k = 0; k < columns; ++k)
        if (!std::isfinite(to[k]) && !allow_nonfinite_)
          return bad("x: row " + std::to_string(row) + ", column " + std::to_string(k) +
                     ": not a finite FP32");
      FRESHET_TRY(finish(row, {}));
    }
    return {};
  }

  Status json(const Tensor& rows) {
    if (rows.datatype != Datatype::bytes) return bad("json: expected BYTES, an object each");
    FRESHET_TRY(begin(static_cast<int64_t>(rows.elements())));
    for (std::size_t row = 0; row < rows.texts.size(); ++row) {
      boost::system::error_code error;
      boost::json::parse_options options;
      options.max_depth = 8;
      const boost::json::value value = boost::json::parse(rows.texts[row], error, {}, options);
      if (error || !value.is_object())
        return bad("json: row " + std::to_string(row) +
                   ": expected an object such as {\"age\": 31}");
      FRESHET_TRY(json_row(row, value.get_object()));
    }
    return {};
  }

  Status json_row(std::size_t row, const boost::json::object& object) {
    out_.begin();
    RowLabel label;
    for (const auto& member : object) {
      const std::string_view name(member.key().data(), member.key().size());
      const std::string place = "json: row " + std::to_string(row) + ": " + quoted(name);
      const boost::json::value& value = member.value();
      if (value.is_null()) continue;
      if (name == form_.target && form_.label != Label::none) {
        if (is_training_) FRESHET_TRY(json_label(value, place, label));
        continue;
      }
      if (value.is_string()) {
        const std::string_view text(value.get_string().data(), value.get_string().size());
        if (!add_nominal(name, text))
          return bad(place + ": expected a number, as before, found text");
      } else if (value.is_number() || value.is_bool()) {
        const auto number = static_cast<float>(value.is_bool() ? (value.get_bool() ? 1.0 : 0.0)
                                                               : value.to_number<double>());
        if (!std::isfinite(number)) return bad(place + ": not a finite FP32");
        if (!add_numeric(name, number))
          return bad(place + ": expected text, as before, found a number");
      } else {
        return bad(place + ": expected a number, text, true, false or null");
      }
    }
    return finish(row, label);
  }

  Status json_label(const boost::json::value& value, const std::string& place,
                    RowLabel& label) const {
    label.is_there = true;
    if (value.is_string()) {
      if (!is_class()) return bad(place + ": expected a number to learn from, found text");
      label.text = std::string_view(value.get_string().data(), value.get_string().size());
    } else if (value.is_bool()) {
      label.number = value.get_bool() ? 1 : 0;
      label.text = value.get_bool() ? "true" : "false";
    } else if (value.is_number()) {
      label.number = value.to_number<double>();
      label.text = class_text(label.number);
    } else {
      return bad(place + ": expected a label");
    }
    return {};
  }

  // Rows by name are always logged with their own names: the trainer is the one who gives ids. False: the name is
  // known as the other kind of feature.
  bool add_numeric(std::string_view name, float value) {
    const auto feature = names_.feature(NameKind::numeric, name, *form_.schema);
    if (feature) out_.add_numeric(*feature, value);
    return feature.has_value();
  }
  bool add_nominal(std::string_view name, std::string_view value) {
    const auto feature = names_.feature(NameKind::nominal, name, *form_.schema);
    if (feature) out_.add_nominal(*feature, names_.at(NameKind::category, value, *feature));
    return feature.has_value();
  }

  /// [label] '|' { index ':' number }
  Status text(const Tensor& rows) {
    if (rows.datatype != Datatype::bytes) return bad("text: expected BYTES, a line each");
    FRESHET_TRY(begin(static_cast<int64_t>(rows.elements())));
    for (std::size_t row = 0; row < rows.texts.size(); ++row) {
      out_.begin();
      RowLabel label;
      FRESHET_TRY(text_row(row, rows.texts[row], label));
      FRESHET_TRY(finish(row, label));
    }
    return {};
  }

  Status text_row(std::size_t row, std::string_view line, RowLabel& label) {
    const std::string place = "text: row " + std::to_string(row) + ": column ";
    const char* const begin = line.data();
    const char* const end = begin + line.size();
    const char* at = begin;
    const auto column = [&] { return std::to_string(at - begin + 1); };
    const auto blanks = [&] {
      while (at < end && (*at == ' ' || *at == '\t'))
        ++at;
    };
    blanks();
    if (at < end && *at != '|') {
      const ParseResult parsed = parse_double(at, end, &label.number);
      if (!parsed.ok()) return bad(place + column() + ": expected a label or '|'");
      label.is_there = is_training_;
      label.text = class_text(label.number);
      at = parsed.end;
      blanks();
    }
    if (at >= end || *at != '|') return bad(place + column() + ": expected '|'");
    ++at;
    for (blanks(); at < end; blanks()) {
      uint64_t index = 0;
      float value = 1;
      ParseResult parsed = parse_u64(at, end, &index);
      if (!parsed.ok() || index > 0xffffffff)
        return bad(place + column() + ": expected an index below 2^32");
      at = parsed.end;
      if (at >= end || *at != ':') return bad(place + column() + ": expected ':' and a number");
      ++at;
      parsed = parse_float32(at, end, &value);
      if (!parsed.ok() || (parsed.end < end && *parsed.end != ' ' && *parsed.end != '\t'))
        return bad(place + column() + ": expected a number");
      at = parsed.end;
      if (value != 0) out_.add_numeric(static_cast<uint32_t>(index), value);
    }
    return {};
  }

  Status compressed(const Tensor& indices) {
    const Tensor *values = input("values"), *offsets = input("offsets");
    if (values == nullptr || offsets == nullptr)
      return bad("inputs: indices needs values and offsets beside it");
    if (offsets->shape.size() != 1 || offsets->elements() < 1)
      return bad("offsets: expected shape [rows + 1]");
    if (values->elements() != indices.elements()) return bad("values: expected one for each index");
    const std::size_t rows = offsets->elements() - 1;
    FRESHET_TRY(begin(static_cast<int64_t>(rows)));
    double from = tensor_number(*offsets, 0);
    if (from != 0) return bad("offsets: the first must be 0");
    for (std::size_t row = 0; row < rows; ++row) {
      const double to = tensor_number(*offsets, row + 1);
      if (!(to >= from && to <= static_cast<double>(indices.elements())))
        return bad("offsets: row " + std::to_string(row) +
                   ": must not fall, nor pass the number of indices");
      out_.begin();
      for (auto k = static_cast<std::size_t>(from); k < static_cast<std::size_t>(to); ++k) {
        const double index = tensor_number(indices, k);
        const auto value = static_cast<float>(tensor_number(*values, k));
        if (!(index >= 0 && index <= 4294967295.0))
          return bad("indices: " + std::to_string(k) + ": not below 2^32");
        if (!std::isfinite(value) && !allow_nonfinite_)
          return bad("values: " + std::to_string(k) + ": not a finite FP32");
        out_.add_numeric(static_cast<uint32_t>(index), value);
      }
      FRESHET_TRY(finish(row, {}));
      from = to;
    }
    if (from != static_cast<double>(indices.elements()))
      return bad("offsets: the last must be the number of indices");
    return {};
  }

  /// Ends a row: label from `targets` or from the row itself, weight, and into the block.
  Status finish(std::size_t row, RowLabel label) {
    if (is_training_) {
      if (!call_.targets.empty()) FRESHET_TRY(target(call_.targets[0], row, label));
      FRESHET_TRY(add_label(row, label));
      if (call_.weights != nullptr) {
        const auto weight = static_cast<float>(tensor_number(*call_.weights, row));
        if (!(std::isfinite(weight) && weight >= 0))
          return bad("weights: row " + std::to_string(row) + ": expected a number of 0 or more");
        out_.set_weight(weight);
      }
    }
    out_.finish();
    return {};
  }

  Status target(const Tensor& targets, std::size_t row, RowLabel& label) const {
    label.is_there = true;
    if (targets.datatype == Datatype::bytes) {
      label.text = targets.texts[row];
      if (!is_class())
        return bad("targets: row " + std::to_string(row) + ": expected a number, found text");
    } else {
      label.number = tensor_number(targets, row);
      label.text = class_text(label.number);
    }
    return {};
  }

  Status add_label(std::size_t row, const RowLabel& label) {
    if (form_.label == Label::none) return {};
    const std::string place = "targets: row " + std::to_string(row);
    if (!label.is_there)
      return bad(place + ": a label is needed; send targets, or " + quoted(form_.target) +
                 " in json");
    if (!is_class()) {
      const auto number = static_cast<float>(label.number);
      if (!std::isfinite(number)) return bad(place + ": not a finite FP32");
      out_.add_label(number);
      return {};
    }
    if (!std::isfinite(label.number)) return bad(place + ": not a finite number");
    if (label.text.empty()) return bad(place + ": a class needs a name");
    if (form_.is_binary) FRESHET_TRY(pair_.check(place, label.text));
    out_.add_label(static_cast<float>(names_.at(NameKind::label_class, label.text)));
    return {};
  }

  const Call& call_;
  const InputForm& form_;
  ExampleBlock& out_;
  BlockNames names_;
  ClassPair pair_;
  const bool is_logged_, is_training_, allow_nonfinite_;
};

}  // namespace

void settle(ExampleBlock& block, const Schema& schema) noexcept {
  const bool all_known =
      std::all_of(block.names.begin(), block.names.end(), [&](const ExampleBlock::Name& name) {
        return name.kind == NameKind::label_class
                   ? find_class(schema, name.text).has_value()
                   : name.kind != NameKind::category && schema.find(name.text).has_value();
      });
  block.own_names = !block.names.empty();
  if (all_known) BlockCodec::resolve_known(block, schema);
}

Status read_inputs(const Call& call, const InputForm& form, bool allow_nonfinite,
                   ExampleBlock& out) noexcept {
  FRESHET_TRY(RowsReader(call, form, out, Purpose::predict, allow_nonfinite).run());
  out.own_names = !out.names.empty();
  BlockCodec::resolve_known(out, *form.schema);
  return {};
}

Status read_training(const Call& call, const InputForm& form, ExampleBlock& out) noexcept {
  FRESHET_TRY(RowsReader(call, form, out, Purpose::learn, false).run());
  settle(out, *form.schema);
  return {};
}

Status read_remembered(const Call& call, const InputForm& form, ExampleBlock& out) noexcept {
  FRESHET_TRY(RowsReader(call, form, out, Purpose::remember, false).run());
  if (out.size() != 1) return bad("inputs: only one row at a time can be remembered");
  settle(out, *form.schema);
  return {};
}

}  // namespace freshet
