#include "freshet/serve/late_labels.h"

#include <cmath>
#include <span>
#include <string>

#include "freshet/base/failure.h"
#include "freshet/serve/block_names.h"
#include "freshet/serve/class_labels.h"

namespace freshet {
namespace {

Status bad(const std::string& text) {
  return failure(Code::invalid_argument, text);
}

bool is_of_classes(Label label) noexcept {
  return label == Label::one_class || label == Label::classes;
}

std::string class_of(const FeedbackLabel& label) {
  return label.has_number ? class_text(label.number) : std::string(label.text);
}

Status check(std::span<const FeedbackLabel> labels, const InputForm& form) {
  ClassPair pair(*form.schema);
  for (const FeedbackLabel& label : labels) {
    const std::string place = "labels: \"" + std::string(label.id) + "\"";
    if (label.has_number && !std::isfinite(static_cast<float>(label.number)))
      return bad(place + ": not a finite FP32");
    if (form.label == Label::decision && label.weight != 1)
      return bad("labels: a decision's cost has no weight");
    if (!is_of_classes(form.label)) {
      if (!label.has_number) return bad(place + ": expected a number, found text");
      continue;
    }
    const std::string text = class_of(label);
    if (text.empty()) return bad(place + ": a class needs a name");
    if (form.is_binary) FRESHET_TRY(pair.check(place, text));
  }
  return {};
}

float label_of(const FeedbackLabel& label, const InputForm& form, BlockNames& names) {
  if (is_of_classes(form.label))
    return static_cast<float>(names.at(BlockNames::Kind::label_class, class_of(label)));
  const auto number = static_cast<float>(label.number);
  return form.label == Label::decision && label.is_reward ? -number : number;
}

}  // namespace

Status read_late_labels(const Call& call, const InputForm& form, ExampleBlock& out) noexcept {
  if (form.label == Label::none) return bad("labels: this model learns without labels");
  if (call.labels.empty()) return bad("labels: expected at least one");
  FRESHET_TRY(check(call.labels, form));
  BlockNames names(out);
  for (const FeedbackLabel& label : call.labels) {
    out.begin();
    out.set_id(label.id);
    out.set_weight(label.weight);
    if (label.at_us != 0) out.set_time(label.at_us);
    out.add_label(label_of(label, form, names));
    out.finish();
  }
  out.own_names = !out.names.empty();
  return {};
}

Status read_activated(const Call& call, const InputForm& form, ExampleBlock& out) noexcept {
  if (form.label != Label::decision)
    return bad("activate: this model doesn't decide; only a decision can be deferred");
  if (call.labels.empty()) return bad("ids: expected at least one");
  for (const FeedbackLabel& named : call.labels) {
    out.begin();
    out.set_id(named.id);
    out.finish();
  }
  return {};
}

}  // namespace freshet
