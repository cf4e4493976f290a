#include "freshet/format/label_text.h"

#include <cstring>

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
    uint32_t id = kUnknown;
    if (!class_id(one, id, mistake)) return false;
    if (id != kUnknown) out.add_label(static_cast<float>(id));
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
  uint32_t id = kUnknown;
  if (!class_id(word.substr(0, colon), id, mistake)) return false;
  if (id == kUnknown) return true;
  out.add_label(static_cast<float>(id));
  out.add_label(cost);
  return true;
}

bool LabelText::class_id(std::string_view word, uint32_t& id, Mistake& mistake) noexcept {
  uint64_t key = 0;
  std::size_t slot = 0;
  if (word.size() <= 8) {
    std::memcpy(&key, word.data(), word.size());  // no NUL in text: words of two lengths differ
    slot = static_cast<std::size_t>((key * 0x9e3779b97f4a7c15u) >> 60);
    if (words_[slot] == key) {
      id = ids_[slot];
      return true;
    }
  }
  if (learning_) {
    const Result<uint32_t> added = add_class(schema_, word, binary_);
    if (!added.ok())
      return mistake.set(Reason::label, added.status().text().data(), word.data(), word);
    id = *added;
  } else {
    id = find_class(schema_, word).value_or(kUnknown);
    if (id == kUnknown) return true;
  }
  if (key != 0) {
    words_[slot] = key;
    ids_[slot] = id;
  }
  return true;
}

}  // namespace freshet
