#include "freshet/serve/decisions.h"

#include <algorithm>
#include <string>

#include "freshet/base/failure.h"
#include "freshet/base/hash.h"
#include "freshet/base/rng.h"
#include "freshet/core/decision_rules.h"
#include "freshet/core/schema.h"
#include "freshet/format/format.h"
#include "freshet/format/reader_options.h"
#include "freshet/serve/examples.h"

namespace freshet {
namespace {

constexpr std::size_t kBehind = 64;  // readable bytes that a reader wants behind its text

Status bad(const std::string& text) {
  return failure(Code::invalid_argument, text);
}

Status check_call(const Call& call, bool learning) {
  if (call.inputs.size() != 1 || call.inputs[0].name != "text" ||
      call.inputs[0].datatype != Datatype::bytes)
    return bad(
        "inputs: expected one named text, BYTES: for each decision a line \"shared |...\" and one "
        "for each action");
  if (call.inputs[0].texts.size() > static_cast<std::size_t>(kMaxExamples))
    return bad("inputs: more than 65,536 decisions in one call; send them in several");
  if (learning && (!call.targets.empty() || call.weights != nullptr))
    return bad(
        "targets: a decision has none, nor a weight; its cost stands before the '|' of the action "
        "chosen, as "
        "0:cost:probability");
  return {};
}

/// Reads one text after another, each one decision.
class DecisionReader {
 public:
  Status open() noexcept {
    ReaderOptions options;
    options.label = Target::decision;
    options.learning = false;
    FRESHET_TRY_ASSIGN(reader_, find_format("vw")->make(options, schema_));
    return {};
  }

  Status read(std::string_view lines, const std::string& place) {
    text_.assign(lines);
    text_.append(kBehind, '\0');
    one_.clear();
    reader_->restart();
    Bad mistake[1];
    const Read read = reader_->read({text_.data(), lines.size()}, true, one_, mistake);
    if (read.bad != 0)
      return bad(place + "line " + std::to_string(mistake[0].line) + ", column " +
                 std::to_string(mistake[0].column) + ": " + std::string(mistake[0].why.text()));
    if (one_.decisions().size() != 1 || read.used != lines.size())
      return bad(place + "expected one decision: its lines, and no empty one between them");
    return {};
  }
  Decision decision() noexcept { return one_.decision(one_.decisions()[0], actions_); }

 private:
  Schema schema_;  // hashes need none
  std::unique_ptr<LineReader> reader_;
  std::string text_;
  ExampleBlock one_;
  std::vector<Example> actions_;
};

}  // namespace

Status read_decisions(const Call& call, bool learning, ExampleBlock& out) noexcept {
  out.clear();
  FRESHET_TRY(check_call(call, learning));
  DecisionReader reader;
  FRESHET_TRY(reader.open());
  const auto texts = call.inputs[0].texts;
  for (std::size_t row = 0; row < texts.size(); ++row) {
    const std::string place = "text: row " + std::to_string(row) + ": ";
    FRESHET_TRY(reader.read(texts[row], place));
    const Decision decision = reader.decision();
    if (learning && decision.chosen < 0)
      return bad(
          place +
          "no action is labelled; write 0:cost:probability before the '|' of the one chosen");
    out.append_decision(decision);
    if (out.size() > static_cast<uint32_t>(kMaxExamples))
      return bad("inputs: more than 65,536 lines in one call; send them in several");
  }
  return {};
}

void Served::begin(std::size_t decisions, std::size_t widest) noexcept {
  actions_.clear();
  probability_.clear();
  all_.clear();
  all_.reserve(decisions * widest);
  widest_ = widest;
}

void Served::add(std::span<const float> probabilities, double u) noexcept {
  const std::size_t action = draw_action(probabilities, u);
  actions_.push_back(static_cast<int64_t>(action));
  probability_.push_back(probabilities[action]);
  all_.insert(all_.end(), probabilities.begin(), probabilities.end());
  all_.resize(actions_.size() * widest_);
}

void Served::draw(const ExampleBlock& block, std::span<const float> probabilities,
                  std::string_view id, uint32_t seed) noexcept {
  std::size_t widest = 0;
  for (const ExampleBlock::Choice& choice : block.decisions())
    widest = std::max<std::size_t>(widest, choice.count);
  begin(block.decisions().size(), widest);
  Draws draws(seed, 0, hash64(id));
  for (const ExampleBlock::Choice& choice : block.decisions()) {
    add(probabilities.first(choice.count), draws.uniform());
    probabilities = probabilities.subspan(choice.count);
  }
}

void Served::draw(std::span<const float> probabilities, std::string_view id,
                  uint32_t seed) noexcept {
  begin(1, probabilities.size());
  add(probabilities, Draws(seed, 0, hash64(id)).uniform());
}

}  // namespace freshet
