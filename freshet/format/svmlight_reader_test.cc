#include "freshet/format/svmlight_reader.h"

#include <doctest/doctest.h>

#include "freshet/format/format.h"
#include "freshet/format/read_text_test.h"

namespace freshet {
namespace {

using Floats = std::vector<float>;
using Ids = std::vector<uint32_t>;

}  // namespace

TEST_CASE("svmlight: a target, features in any order, a comment") {
  const WhatWasRead r =
      read_with<SvmlightReader>("-1 3:0.12 1:0.43 # 7:1 abc\n+1 2:1\t\r\n0.5\n# none\n\n \n");
  CHECK(r.bad.empty());
  REQUIRE(r.label.size() == 3);
  CHECK(r.label == std::vector<Floats>{{-1}, {1}, {.5}});
  CHECK(r.index[0] == Ids{3, 1});
  CHECK(r.value[0] == Floats{.12f, .43f});
  CHECK(r.keys[0] == Ids{32});
  CHECK(r.keys[2].empty());
}

TEST_CASE("svmlight: zeros are left out and counted") {
  const WhatWasRead r = read_with<SvmlightReader>("1 1:0 2:3 3:-0.0\n");
  CHECK(r.index[0] == Ids{2});
  CHECK(r.zeros == 2);
}

TEST_CASE("svmlight: queries stay with their examples") {
  const WhatWasRead r =
      read_with<SvmlightReader>("1 qid:7 1:1\n2 1:1\n3 qid:18446744073709551615 1:1\n");
  CHECK(r.query == std::vector<uint64_t>{7, 0, 18446744073709551615u});
}

TEST_CASE("svmlight: the first feature is 1, or 0 if so said") {
  ReaderOptions options;
  options.zero_based = true;
  CHECK(read_with<SvmlightReader>("1 0:2\n", options).index[0] == Ids{0});
  const WhatWasRead r = read_with<SvmlightReader>("1 0:2\n");
  REQUIRE(r.bad.size() == 1);
  CHECK(r.bad[0].reason == Reason::index);
  CHECK(r.bad[0].option == "--zero-based");
}

TEST_CASE("svmlight: with --features place 0 is index 1, or 0 if so said") {
  ReaderOptions options;
  options.features = 3;
  const WhatWasRead r = read_with<SvmlightReader>("1 1:5 3:2\n1 3:1 1:4\n1 4:1\n", options);
  CHECK(r.dense == std::vector<Floats>{{5, 0, 2}, {4, 0, 1}});
  REQUIRE(r.bad.size() == 1);
  CHECK(r.bad[0].reason == Reason::index);
  options.zero_based = true;
  CHECK(read_with<SvmlightReader>("1 0:5 2:2\n", options).dense[0] == Floats{5, 0, 2});
  CHECK(read_with<SvmlightReader>("1 3:5\n", options).bad.size() == 1);
}

TEST_CASE("svmlight: every mistake has its word and its place") {
  check_mistakes<SvmlightReader>("1 1:1", {{"1 1:2x", Reason::number, 5, "2x"},
                                           {"1 1", Reason::number, 4, ""},
                                           {"1 1:1e39", Reason::range, 5, "1e39"},
                                           {"x 1:1", Reason::label, 1, "x"},
                                           {"1:1 2:1", Reason::label, 1, "1:1"},
                                           {"1 a:1", Reason::index, 3, "a:1"},
                                           {"1 4294967296:1", Reason::index, 3, "4294967296:1"},
                                           {"1 qid:x 1:1", Reason::number, 7, "x"},
                                           {"1 qid:-1 1:1", Reason::number, 7, "-1"},
                                           {"1 3:1 qid:1", Reason::index, 7, "qid:1"},
                                           {"1 3:1 1:1 3:2", Reason::duplicate, 3, ""},
                                           {"1 1:\x02", Reason::control, 5, ""},
                                           {"1 1:1 # \x02", Reason::control, 9, ""}});
}

TEST_CASE("svmlight: any window gives the same rows") {
  std::string text;
  for (int k = 0; k < 200; ++k)
    text += std::to_string(k) + " " + std::to_string(k % 9 + 1) + ":1.5 77:" + std::to_string(k) +
            (k % 7 == 0 ? " # seven\r\n" : "\n");
  check_windows<SvmlightReader>(text, 200);
}

TEST_CASE("svmlight: known by its ending or its first line") {
  CHECK(sniff("a.libsvm.gz", "")->name == "svmlight");
  CHECK(sniff("-", "-1 1:2 3:4 # x, y\n")->name == "svmlight");
  CHECK(sniff("-", "+1 qid:4 1:2\n")->name == "svmlight");
  CHECK(sniff("-", "1,2 1:3\n")->name == "csv");
}

}  // namespace freshet
