#include "freshet/ingest/json/json_examples.h"

#include <algorithm>

#include "freshet/base/chars.h"
#include "freshet/core/component.h"
#include "freshet/format/label_text.h"
#include "freshet/format/time_text.h"

namespace freshet {
namespace {

using Role = JsonMember::Role;
using Kind = Schema::Kind;
using What = JsonRow::What;

}  // namespace

bool JsonExamples::fill(JsonRow& row, ExampleBlock& out) noexcept {
  row_ = &row;
  for (const Held& held : row.held)
    if (held.member->role != Role::feature && !role(held, out)) return false;
  if (!sort_features()) return false;
  // Ids as CSV gives them: numbers first.
  if (!add_ids(Kind::numeric) || !add_ids(Kind::nominal) || !add_ids(Kind::text)) return false;
  numbers(out);
  return words(out);
}

bool JsonExamples::role(const Held& held, ExampleBlock& out) noexcept {
  switch (held.member->role) {
    case Role::target:
      return label(held, out);
    case Role::weight:
      return weight(held, out);
    case Role::time:
      return time(held, out);
    case Role::id:
      out.set_id(held.text);
      return true;
    default:
      return true;
  }
}

bool JsonExamples::label(const Held& held, ExampleBlock& out) noexcept {
  if (options_.label == Target::number) {
    if (held.what == What::text)
      return row_->fail(Reason::label, "expected a number", held.at, held.member->name, held.text);
    out.add_label(held.value);
    return true;
  }
  const Result<uint32_t> id = class_id(schema_, held.text, options_.learning, options_.binary);
  if (!id.ok())
    return row_->fail(Reason::label, id.status().text().data(), held.at, held.member->name);
  if (*id != kNone) out.add_label(static_cast<float>(*id));
  return true;
}

bool JsonExamples::weight(const Held& held, ExampleBlock& out) noexcept {
  if (held.what != What::number)
    return row_->fail(Reason::number, "expected a number", held.at, held.member->name, held.text);
  if (held.value < 0)
    return row_->fail(Reason::label, "a weight below 0", held.at, held.member->name, held.text);
  out.set_weight(held.value);
  return true;
}

bool JsonExamples::time(const Held& held, ExampleBlock& out) noexcept {
  int64_t time_us = 0;
  switch (parse_time(held.text, time_unit_us(options_.time_unit), &time_us)) {
    case Parse::ok:
      out.set_time(time_us);
      return true;
    case Parse::range:
      return row_->fail(Reason::range, "a time too far away", held.at, held.member->name,
                        held.text);
    case Parse::none:
      break;
  }
  return row_->fail(Reason::number,
                    "expected a time: a number, or ISO 8601 as 2026-01-31T12:30:00Z", held.at,
                    held.member->name, held.text);
}

// Numbers and words, by what the model knows of the member, else by what stands there.
bool JsonExamples::sort_features() noexcept {
  numbers_.clear();
  words_.clear();
  for (JsonRow::Held& held : row_->held) {
    if (held.member->role != Role::feature) continue;
    const bool is_text = held.what == What::text;
    const Kind kind = held.member->kind.value_or(is_text ? Kind::nominal : Kind::numeric);
    if (kind != Kind::numeric) {
      words_.push_back(&held);
      continue;
    }
    if (is_text) {
      const bool may_be = held.member->is_numeric_by_option;
      if (!may_be || !parse_all(held.text, &held.value)) {
        const bool ok =
            row_->fail(Reason::number, "expected a number", held.at, held.member->name, held.text);
        row_->bad->option = "--missing";
        return ok;
      }
    }
    numbers_.push_back(&held);
  }
  return true;
}

bool JsonExamples::add_ids(Kind kind) noexcept {
  for (const Held* held : kind == Kind::numeric ? numbers_ : words_) {
    const Kind its = kind == Kind::numeric ? kind : held->member->kind.value_or(Kind::nominal);
    if (its != kind || held->member->feature != kNone) continue;
    const Result<uint32_t> id = members_.feature(*held->member, kind);
    if (!id.ok())
      return row_->fail(Reason::json, id.status().text().data(), held->at, held->member->name);
  }
  return true;
}

// Dense where their ids are 0 .. n-1 in any order: no member is there twice.
void JsonExamples::numbers(ExampleBlock& out) noexcept {
  uint32_t highest = 0, count = 0;
  for (const Held* held : numbers_) {
    if (held->member->feature == kNone) continue;
    highest = std::max(highest, held->member->feature);
    ++count;
  }
  if (count == 0) return;
  if (highest + 1 == count && count == numbers_.size()) {
    const std::span<float> row = out.add_dense(count);
    for (const Held* held : numbers_)
      row[held->member->feature] = held->value;
    return;
  }
  for (const Held* held : numbers_)
    if (held->member->feature != kNone) out.add_numeric(held->member->feature, held->value);
  out.add_group(kRowGroup, 0, count);
}

bool JsonExamples::words(ExampleBlock& out) noexcept {
  for (const Held* held : words_) {
    const uint32_t feature = held->member->feature;
    if (feature == kNone) continue;
    if (held->member->kind == Kind::text) {
      out.add_text(feature, held->text);
      continue;
    }
    const Result<uint32_t> id = category_id(schema_, feature, held->text, options_.learning);
    if (!id.ok())
      return row_->fail(Reason::index, id.status().text().data(), held->at, held->member->name,
                        held->text);
    if (*id != kNone) out.add_nominal(feature, *id);
  }
  return true;
}

}  // namespace freshet
