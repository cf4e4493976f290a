// Decisions in VW text: examples of several lines, up to an empty one.
#include <algorithm>

#include "freshet/format/vw_reader.h"

namespace freshet {
namespace {

constexpr uint32_t kMostLines = 65536;
constexpr std::size_t kMostBytes = 64u << 20;

// Where a decision ends: behind the empty line, or at the end of the text.
struct Extent {
  std::size_t bytes = 0;  // of whole lines, the empty one too
  uint32_t lines = 0;     // without the empty one
  bool is_whole = false, is_too_long = false;
};

Extent measure(std::span<const char> window, bool last) noexcept {
  Extent extent;
  Line now{};
  while (cut_line(window, last, extent.bytes, now)) {
    extent.is_whole = is_empty_line(now);
    if (extent.is_whole) return extent;
    ++extent.lines;
    extent.is_too_long = extent.lines > kMostLines || extent.bytes > kMostBytes;
    if (extent.is_too_long) return extent;
  }
  extent.is_whole = last && extent.bytes == window.size();
  return extent;
}

}  // namespace

std::size_t VwReader::longest_example(std::size_t max_line) const noexcept {
  return labels_.kind() == Target::decision ? std::max(max_line, kMostBytes + max_line) : max_line;
}

// A decision is taken whole or not at all: its lines stay in the window until its end is there.
Read VwReader::read_decisions(std::span<const char> window, bool last, ExampleBlock& out,
                              std::span<Bad> bad) noexcept {
  Read done;
  while (has_room(out, done, bad) && done.used < window.size()) {
    if (skips_decision_) {
      done.used += skip_decision(window.subspan(done.used), last);
      if (skips_decision_) break;
      continue;
    }
    const std::span<const char> rest = window.subspan(done.used);
    const Extent extent = measure(rest, last);
    if (extent.is_too_long) {
      Mistake mistake;
      mistake.set(Reason::long_, "a decision of more than 65,536 lines or 64 MiB", rest.data());
      bad[done.bad++] = mistake.bad(next_line_, rest.data());
      skips_decision_ = true;
    } else if (!extent.is_whole) {
      break;
    } else if (extent.lines == 0) {
      ++next_line_;
      done.used += extent.bytes;
    } else {
      if (!decision(rest.first(extent.bytes), out, bad[done.bad])) ++done.bad;
      done.used += extent.bytes;
    }
  }
  return done;
}

// Bytes of the lines up to the end of a decision that is too long.
std::size_t VwReader::skip_decision(std::span<const char> window, bool last) noexcept {
  std::size_t used = 0;
  Line now{};
  while (skips_decision_ && cut_line(window, last, used, now)) {
    ++next_line_;
    skips_decision_ = !is_empty_line(now);
  }
  return used;
}

bool VwReader::decision(std::span<const char> lines, ExampleBlock& out, Bad& bad) noexcept {
  const uint64_t zeros = zeros_;
  Choice choice;
  bool is_good = true;
  std::size_t used = 0;
  Line now{}, first{};
  const uint64_t first_line = next_line_;
  out.begin_decision();
  while (cut_line(lines, true, used, now)) {
    if (first.begin == nullptr) first = now;
    Mistake mistake;
    if (is_good && !is_empty_line(now) && !decision_line(now, choice, out, mistake)) {
      is_good = false;
      bad = mistake.bad(next_line_, now.begin);
    }
    ++next_line_;
  }
  if (is_good && choice.actions == 0) {
    Mistake mistake;
    is_good = mistake.set(Reason::decision, "expected a line for each action behind \"shared\"",
                          first.begin);
    bad = mistake.bad(first_line, first.begin);
  }
  if (is_good) {
    out.finish_decision(choice.chosen, choice.cost, choice.probability);
  } else {
    out.drop_decision();
    zeros_ = zeros;
  }
  return is_good;
}

bool VwReader::decision_line(Line line, Choice& choice, ExampleBlock& out,
                             Mistake& mistake) noexcept {
  const char* bar = find_bar(line, mistake);
  if (bar == nullptr) return false;
  out.begin();
  split_label(line.begin, bar, out);
  const bool is_shared = !words_.empty() && words_[0] == "shared";
  if (is_shared && choice.rows != 0)
    return mistake.set(Reason::decision, "\"shared\" begins a decision and stands once",
                       words_[0].data());
  if (is_shared && words_.size() > 1)
    return mistake.set(Reason::label, "expected '|' behind \"shared\"", words_[1].data(),
                       words_[1]);
  if (!is_shared) {
    if (choice.rows == 0) {  // nothing is shared: an empty example says so
      out.set_line(next_line_);
      out.finish();
      out.begin();
      split_label(line.begin, bar, out);  // its tag again
    }
    if (!choice_label(choice, mistake)) return false;
    ++choice.actions;
  }
  ++choice.rows;
  if (!sections(bar, line.end, out, mistake)) return false;
  finish(next_line_, out);
  return true;
}

// n:cost:probability on the line of the action that was chosen.
bool VwReader::choice_label(Choice& choice, Mistake& mistake) noexcept {
  if (words_.empty()) return true;
  const std::string_view word = words_[0];
  const std::size_t cost = word.find(':') + 1, probability = word.find(':', cost) + 1;
  if (words_.size() > 1 || cost == 0 || probability == 0)
    return mistake.set(Reason::label, "expected n:cost:probability, or nothing, before '|'",
                       word.data(), words_.size() > 1 ? words_[1] : word);
  if (choice.chosen >= 0)
    return mistake.set(Reason::decision, "a second chosen action in one decision", word.data(),
                       word);
  if (!read_number(word.substr(cost, probability - 1 - cost), choice.cost, Reason::number,
                   "expected a number as cost", mistake) ||
      !read_number(word.substr(probability), choice.probability, Reason::number,
                   "expected a number as probability", mistake))
    return false;
  if (!(choice.probability > 0 && choice.probability <= 1))
    return mistake.set(Reason::decision, "a probability outside (0, 1]", word.data() + probability,
                       word.substr(probability));
  choice.chosen = choice.actions;
  return true;
}

}  // namespace freshet
