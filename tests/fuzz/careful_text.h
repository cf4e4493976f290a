#pragma once
/// The careful twin of a text: a tab before each line end says the same, but is never read by tokens.

#include <string>
#include <vector>

#include "tests/fuzz/text_fuzz.h"

namespace freshet {

inline std::string with_tabs(const std::string& text) {
  std::string all;
  for (std::size_t k = 0; k < text.size(); ++k) {
    const bool is_end =
        text[k] == '\n' || (text[k] == '\r' && k + 1 < text.size() && text[k + 1] == '\n');
    if (is_end && !(text[k] == '\n' && k != 0 && text[k - 1] == '\r')) all += '\t';
    all += text[k];
  }
  return all;
}

/// Read by tokens or with care, whatever the window: the same rows, as many bad lines.
template <class MakeReader>
void compare_care(const std::string& text, MakeReader make) {
  const std::string twin = with_tabs(text);
  const FuzzedText fast = read_fuzzed(*make(), text, text.size() + 1);
  const FuzzedText careful = read_fuzzed(*make(), twin, twin.size() + 1);
  if (fast.rows != careful.rows || fast.bad != careful.bad || fast.examples != careful.examples)
    std::abort();
}

}  // namespace freshet
