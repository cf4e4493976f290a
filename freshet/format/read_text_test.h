#pragma once
/// For tests of readers: feeds a text in windows of any size and keeps what came out.

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/core/schema.h"
#include "freshet/format/line_reader.h"
#include "freshet/format/reader_options.h"

namespace freshet {

struct BadLine {
  uint64_t line;
  uint32_t column;
  Reason reason;
  std::string why, name, found, option;
};

struct WhatWasRead {
  std::vector<std::vector<float>> dense, value, label;
  std::vector<std::vector<uint32_t>> index, nominal, category, keys;  // keys: of groups
  std::vector<std::vector<Group>> groups;
  std::vector<float> weight;
  std::vector<int64_t> time_us;
  std::vector<std::string> id;
  std::vector<uint64_t> line, query;
  std::vector<BadLine> bad;
  uint64_t zeros = 0;  // left out
  Begin begin = Begin::ready;

  void keep(const Bad& b) {
    bad.push_back({b.line, b.column, b.reason, std::string(b.why.text()), std::string(b.name),
                   std::string(b.found), std::string(b.option)});
  }
  void keep(const ExampleBlock& block) {
    for (uint32_t k = 0; k < block.size(); ++k) {
      const Example x = block[k];
      dense.emplace_back(x.dense.begin(), x.dense.end());
      value.emplace_back(x.numeric.value.begin(), x.numeric.value.end());
      index.emplace_back(x.numeric.index.begin(), x.numeric.index.end());
      label.emplace_back(x.label.begin(), x.label.end());
      nominal.emplace_back(x.nominal.index.begin(), x.nominal.index.end());
      category.emplace_back(x.nominal.category.begin(), x.nominal.category.end());
      weight.push_back(x.weight);
      time_us.push_back(x.time_us);
      id.emplace_back(block.id(k));
      groups.emplace_back(x.groups.begin(), x.groups.end());
      keys.emplace_back();
      for (const Group& group : x.groups)
        keys.back().push_back(group.key);
      line.push_back(block.line(k));
      query.push_back(block.query(k));
    }
  }
};

/// Feeds `text`, never more than `window` bytes at first; longer windows only when asked for.
inline WhatWasRead read_text(LineReader& reader, std::string_view text,
                             std::size_t window = 1u << 20) {
  WhatWasRead all;
  const std::string padded = std::string(text) + std::string(64, '\xff');
  std::size_t at = 0, size = window;
  const auto view = [&] {
    return std::span<const char>(padded.data() + at, std::min(size, text.size() - at));
  };
  const auto is_last = [&] { return at + size >= text.size(); };
  Bad first;
  while ((all.begin = reader.begin(view(), is_last(), first)) == Begin::more)
    size *= 2;
  if (all.begin == Begin::failed) {
    all.keep(first);
    return all;
  }
  ExampleBlock block;
  while (at < text.size()) {
    Bad bad[3];
    block.clear();
    const Read done = reader.read(view(), is_last(), block, bad);
    all.keep(block);
    for (std::size_t k = 0; k < done.bad; ++k)
      all.keep(bad[k]);
    REQUIRE(done.used <= text.size() - at);
    at += done.used;
    if (done.used != 0)
      size = window;
    else if (done.bad == 0) {
      REQUIRE(!is_last());
      size *= 2;
    }
  }
  reader.end();
  all.zeros = reader.zeros();
  return all;
}

/// The same by a new reader of that type.
template <class Reader>
inline WhatWasRead read_with(std::string_view text, const ReaderOptions& options = {},
                             std::size_t window = 1u << 20) {
  Schema schema;
  Reader reader(options, schema);
  return read_text(reader, text, window);
}

/// A line that is refused: why, where, and what stands there.
struct Mistaken {
  const char* line;
  Reason reason;
  uint32_t column;
  const char* found;
};

/// Each of the lines stands between two of `good`, which are read.
template <class Reader>
inline void check_mistakes(const std::string& good, std::initializer_list<Mistaken> lines) {
  for (const Mistaken& m : lines) {
    CAPTURE(m.line);
    const WhatWasRead r = read_with<Reader>(good + "\n" + m.line + "\n" + good + "\n");
    CHECK(r.label.size() == 2);
    REQUIRE(r.bad.size() == 1);
    CHECK(r.bad[0].line == 2);
    CHECK(reason_name(r.bad[0].reason) == reason_name(m.reason));
    CHECK(r.bad[0].column == m.column);
    CHECK(r.bad[0].found == m.found);
  }
}

/// `text`, whose `rows` lines are all examples, gives the same whole and in windows.
template <class Reader>
inline void check_windows(const std::string& text, std::size_t rows) {
  const WhatWasRead whole = read_with<Reader>(text);
  REQUIRE(whole.label.size() == rows);
  for (const std::size_t window : {1, 64, 1000}) {
    CAPTURE(window);
    const WhatWasRead pieces = read_with<Reader>(text, {}, window);
    CHECK(pieces.value == whole.value);
    CHECK(pieces.index == whole.index);
    CHECK(pieces.label == whole.label);
    CHECK(pieces.line == whole.line);
  }
}

}  // namespace freshet
