#pragma once
/// What the fuzzers of line formats share: one text, read whole and in small windows, must give the
/// same examples, and every byte must be used.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "freshet/format/blocks.h"
#include "freshet/format/line_reader.h"

namespace freshet {

struct FuzzedText {
  std::vector<std::byte> examples;  // as one block, its lines counted from 0
  std::vector<uint64_t> lines;      // apart from it: damage gives numbers that no block can hold
  uint64_t rows = 0, bad = 0;
};

/// Reads all of `text`, in windows of `window` bytes that grow where a reader asks for more.
inline FuzzedText read_fuzzed(LineReader& reader, const std::string& text, std::size_t window) {
  FuzzedText all;
  const std::string padded = text + std::string(64, '"');
  std::size_t at = 0, size = window;
  const auto view = [&] {
    return std::span<const char>(padded.data() + at, std::min(size, text.size() - at));
  };
  const auto is_last = [&] { return at + size >= text.size(); };
  Bad first;
  Begin begin;
  while ((begin = reader.begin(view(), is_last(), first)) == Begin::more) {
    if (is_last()) std::abort();
    size *= 2;
  }
  if (begin == Begin::failed) return all;
  ExampleBlock block, whole;
  while (at < text.size()) {
    Bad bad[4];
    block.clear();
    const Read done = reader.read(view(), is_last(), block, bad);
    for (uint32_t k = 0; k < block.size(); ++k) {
      whole.append(block[k], block.id(k), all.rows + k);
      all.lines.push_back(block.line(k));
    }
    all.rows += block.size();
    all.bad += done.bad;
    if (done.used > text.size() - at) std::abort();
    at += done.used;
    if (done.used != 0)
      size = window;
    else if (done.bad == 0 && block.empty()) {
      if (is_last()) std::abort();  // bytes that are in no example and no bad line
      size *= 2;
    }
  }
  if (whole.size() < BlockCodec::kMaxExamples && !BlockCodec::encode(whole, all.examples).ok())
    std::abort();
  return all;
}

/// Both ways of reading agree to the byte.
template <class MakeReader>
void compare_windows(const std::string& text, std::size_t window, MakeReader make) {
  const FuzzedText whole = read_fuzzed(*make(), text, text.size() + 1);
  const FuzzedText pieces = read_fuzzed(*make(), text, window);
  if (whole.rows != pieces.rows || whole.bad != pieces.bad || whole.lines != pieces.lines ||
      whole.examples != pieces.examples)
    std::abort();
}

}  // namespace freshet
