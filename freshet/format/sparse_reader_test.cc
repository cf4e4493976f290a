#include "freshet/format/sparse_reader.h"

#include <doctest/doctest.h>

#include "freshet/format/format.h"
#include "freshet/format/read_text_test.h"

namespace freshet {
namespace {

using Floats = std::vector<float>;
using Ids = std::vector<uint32_t>;

}  // namespace

TEST_CASE("sparse: 2 | 0:1 1:20 2:-3 3:4 is x = (1, 20, -3, 4), y = 2") {
  const WhatWasRead r = read_with<SparseReader>("2 | 0:1 1:20 2:-3 3:4\n");
  REQUIRE(r.label.size() == 1);
  CHECK(r.index[0] == Ids{0, 1, 2, 3});
  CHECK(r.value[0] == Floats{1, 20, -3, 4});
  CHECK(r.label[0] == Floats{2});
}

TEST_CASE("sparse: order is free, blanks are free, zeros are left out and counted") {
  const WhatWasRead r =
      read_with<SparseReader>("\n-1.5\t| 4294967295:.5   7:0 3:1e2 \t\r\n| 1:1\n |");
  CHECK(r.bad.empty());
  REQUIRE(r.label.size() == 3);
  CHECK(r.index[0] == Ids{4294967295, 3});
  CHECK(r.label[1].empty());  // no label: predicted only
  CHECK(r.index[2].empty());
  CHECK(r.line == std::vector<uint64_t>{2, 3, 4});
  CHECK(r.zeros == 1);
}

TEST_CASE("sparse: with --features a row is a vector, and no index beyond it takes memory") {
  ReaderOptions options;
  options.features = 4;
  const WhatWasRead r = read_with<SparseReader>(
      "1 | 3:2 1:-1\n1 | 0:5 2:0\n0 |\n1 | 4:1\n1 | 4294967295:1\n2 | 0:1 3:1 7:1\n1 | 2:1 2:1\n",
      options);
  CHECK(r.dense == std::vector<Floats>{{0, -1, 0, 2}, {5, 0, 0, 0}, {0, 0, 0, 0}});
  CHECK(r.index[0].empty());
  CHECK(r.keys[0].empty());
  CHECK(r.zeros == 0);
  REQUIRE(r.bad.size() == 4);
  for (const std::size_t k : {0, 1, 2}) {
    CHECK(r.bad[k].reason == Reason::index);
    CHECK(r.bad[k].option == "--features");
  }
  CHECK(r.bad[1].found == "4294967295:1");
  CHECK(r.bad[2].column == 13);
  CHECK(r.bad[3].reason == Reason::duplicate);
}

TEST_CASE("sparse: what VW text may have, and sparse lines may not, says so") {
  const WhatWasRead vw = read_with<SparseReader>(
      "1 | 3:1\n1 | red:1\n1 | 3\n1 | 3:1 |f 4:1\n1 |f 3:1\n1 2 | 3:1\n1 'tag | 3:1\n");
  CHECK(vw.label.size() == 1);
  REQUIRE(vw.bad.size() == 6);
  for (const BadLine& bad : vw.bad)
    CHECK(bad.option == "--format vw");
  for (const BadLine& bad : read_with<SparseReader>("1 | 4294967296:1\n1 | 1:x\nx | 1:1\n").bad)
    CHECK(bad.option.empty());
}

TEST_CASE("sparse: every mistake has its word and its place") {
  check_mistakes<SparseReader>("| 1:1", {{"1 | 0:1 1:2x", Reason::number, 11, "2x"},
                                         {"1 | 0:1 1:", Reason::number, 11, ""},
                                         {"1 | 0:1 1", Reason::number, 10, ""},
                                         {"1 | 0:1 a:1", Reason::index, 9, "a:1"},
                                         {"1 | 4294967296:1", Reason::index, 5, "4294967296:1"},
                                         {"1 | -1:1", Reason::index, 5, "-1:1"},
                                         {"1 | 0:1e39", Reason::range, 7, "1e39"},
                                         {"1 | 0:nan", Reason::number, 7, "nan"},
                                         {"1 | 3:1 0:1 3:2", Reason::duplicate, 5, ""},
                                         {"1 0:1", Reason::bar, 1, "1"},
                                         {"x | 0:1", Reason::label, 1, "x"},
                                         {"1 2 | 0:1", Reason::label, 3, "2"},
                                         {"1 |f 0:1", Reason::namespace_, 4, "f"},
                                         {"1 | 0:\x01", Reason::control, 7, ""}});
}

TEST_CASE("sparse: classes of any text") {
  ReaderOptions options;
  options.label = Target::one_class;
  options.binary = true;
  const WhatWasRead r = read_with<SparseReader>("1 | 0:1\n-1 | 0:1\n", options);
  CHECK(r.label == std::vector<Floats>{{1}, {0}});
}

TEST_CASE("sparse: any window gives the same rows") {
  std::string text;
  for (int k = 0; k < 200; ++k)
    text +=
        std::to_string(k) + " | " + std::to_string(k % 9) + ":1.5 77:" + std::to_string(k) + "\n";
  check_windows<SparseReader>(text, 200);
}

TEST_CASE("formats: told by the ending of the name, or by the first line that isn't blank") {
  CHECK(sniff("a.csv", "")->name == "csv");
  CHECK(sniff("a.tsv.gz", "1 | 2:3")->name == "csv");
  CHECK(sniff("-", "\n \n1 | 0:1 1:2\n")->name == "sparse");
  CHECK(sniff("-", "| 17:-2\n")->name == "sparse");
  CHECK(sniff("data", "a,b,c\n1,2,3\n")->name == "csv");
  CHECK(sniff("data", "hello\n") == nullptr);
  CHECK(sniff("data", "1 |f word other\n")->name == "vw");
  CHECK(sniff("a.vw.zst", "a,b\n")->name == "vw");
  CHECK(find_format("wv") == nullptr);
}

}  // namespace freshet
