#include "freshet/format/label_text.h"

#include "freshet/base/short_number.h"
#include "freshet/core/label_map.h"

namespace freshet {

bool read_number(std::string_view word, float& value, Reason otherwise, const char* why,
                 Mistake& mistake) noexcept {
  const Parse parse = word.empty() ? Parse::none : parse_cell(word.data(), word.size(), &value);
  if (parse == Parse::ok) return true;
  if (parse == Parse::range)
    return mistake.set(Reason::range, "a number beyond the range of float32", word.data(), word);
  return mistake.set(otherwise, why, word.data(), word);
}

LabelText::LabelText(const ReaderOptions& options, Schema& schema) noexcept
    : kind_(options.label), binary_(options.binary), learning_(options.learning), schema_(schema) {}

bool LabelText::read(std::string_view word, ExampleBlock& out, Mistake& mistake) noexcept {
  if (kind_ == Target::none) return true;
  if (kind_ == Target::costs) return read_cost(word, out, mistake);
  if (kind_ == Target::decision)
    return mistake.set(Reason::label, "decisions are read from VW text only (--format vw)",
                       word.data(), word);
  if (kind_ == Target::number) {
    float value = 0;
    if (!read_number(word, value, Reason::label, "expected a number as label", mistake))
      return false;
    out.add_label(value);
    return true;
  }
  while (true) {
    const std::size_t comma = kind_ == Target::classes ? word.find(',') : std::string_view::npos;
    const std::string_view one = word.substr(0, comma);
    if (one.empty()) return mistake.set(Reason::label, "expected a class", word.data(), word);
    uint32_t id = kNone;
    if (!find(one, id, mistake)) return false;
    if (id != kNone) out.add_label(static_cast<float>(id));
    if (comma == std::string_view::npos) return true;
    word.remove_prefix(comma + 1);
  }
}

bool LabelText::read_cost(std::string_view word, ExampleBlock& out, Mistake& mistake) noexcept {
  const std::size_t colon = word.rfind(':');
  if (colon == std::string_view::npos || colon == 0)
    return mistake.set(Reason::label, "expected class:cost", word.data(), word);
  float cost = 0;
  if (!read_number(word.substr(colon + 1), cost, Reason::label, "expected a number as cost",
                   mistake))
    return false;
  uint32_t id = kNone;
  if (!find(word.substr(0, colon), id, mistake)) return false;
  if (id == kNone) return true;
  out.add_label(static_cast<float>(id));
  out.add_label(cost);
  return true;
}

bool LabelText::find(std::string_view word, uint32_t& id, Mistake& mistake) noexcept {
  uint32_t* known = known_.find(word);
  if (known != nullptr && *known != kNone) {
    id = *known;
    return true;
  }
  const Result<uint32_t> found = class_id(schema_, word, learning_ && adds_, binary_);
  if (!found.ok())
    return mistake.set(Reason::label, found.status().text().data(), word.data(), word);
  id = *found;
  if (learning_ && id == kNone)
    return mistake.set(Reason::label, "a class that isn't known yet", word.data(), word);
  if (known != nullptr) *known = id;
  return true;
}

Result<uint32_t> class_id(Schema& schema, std::string_view text, bool learning,
                          bool binary) noexcept {
  if (learning) return add_class(schema, text, binary);
  return find_class(schema, text).value_or(kNone);
}

Result<uint32_t> category_id(Schema& schema, uint32_t feature, std::string_view text,
                             bool learning) noexcept {
  if (learning) return schema.category(feature, text);
  return schema.find_category(feature, text).value_or(kNone);
}

}  // namespace freshet
