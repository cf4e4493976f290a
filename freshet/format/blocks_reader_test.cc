#include "freshet/format/blocks_reader.h"

#include <doctest/doctest.h>

#include "freshet/base/coding.h"
#include "freshet/format/blocks_file.h"
#include "freshet/format/blocks_writer.h"
#include "freshet/format/read_text_test.h"

namespace freshet {
namespace {

// A file of one block, whose header says that its two examples begin at that line.
std::string two_lines(uint64_t first_line) {
  ExampleBlock block;
  for (uint32_t k = 0; k < 2; ++k) {
    block.begin();
    block.add_numeric(k, 5);
    block.add_label(1);
    block.set_line(2 + k);
    block.finish();
  }
  BlocksWriter writer;
  std::vector<std::byte> bytes;
  BlocksWriter::begin({}, bytes);
  writer.start_at(bytes.size());
  REQUIRE(writer.add(block, bytes).ok());
  writer.end(0, bytes);
  put_u64(&bytes[kBlocksAlign + 24], first_line);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("blocks reader: a line number that is wrong is shown, and changes nothing else") {
  const WhatWasRead right = read_with<BlocksReader>(two_lines(2));
  CHECK(right.bad.empty());
  CHECK(right.line == std::vector<uint64_t>{2, 3});
  const WhatWasRead wrong = read_with<BlocksReader>(two_lines(70'000));
  CHECK(wrong.bad.empty());
  CHECK(wrong.line == std::vector<uint64_t>{70'000, 70'001});
  CHECK(wrong.index == right.index);
  CHECK(wrong.label == right.label);
}

TEST_CASE("blocks reader: a line number that no text reaches is damage, told with its place") {
  const WhatWasRead r = read_with<BlocksReader>(two_lines(~uint64_t{0}));
  CHECK(r.label.empty());
  REQUIRE(r.bad.size() == 1);
  CHECK(r.bad[0].line == 1);
  CHECK(r.bad[0].reason == Reason::compressed);
  CHECK(r.bad[0].why == "blocks: a line number above 2^63; the header is damaged");
}

}  // namespace freshet
