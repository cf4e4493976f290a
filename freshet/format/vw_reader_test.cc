#include "freshet/format/vw_reader.h"

#include <doctest/doctest.h>

#include "freshet/base/hash.h"
#include "freshet/core/features.h"
#include "freshet/format/format.h"
#include "freshet/format/read_text_test.h"

namespace freshet {
namespace {

using Floats = std::vector<float>;
using Ids = std::vector<uint32_t>;
using Keys = std::vector<std::vector<uint32_t>>;

ReaderOptions labels(Target kind) {
  ReaderOptions options;
  options.label = kind;
  return options;
}

uint32_t h(std::string_view name, uint32_t seed = 0) {
  return hash_name(name, seed);
}

}  // namespace

TEST_CASE("vw: names hash to VW's numbers") {
  struct Vector {
    const char* line;
    Ids index;
    bool all = false;
    uint32_t seed = 0;
  };
  for (const Vector& v : {
           Vector{"| a", {1009084850}},
           Vector{"| b", {2514386435}},
           Vector{"| price", {3888873998}},
           Vector{"| abcd", {1139631978}},
           Vector{"| abcde", {3902511862}},
           Vector{"| 12", {12}},
           Vector{"| 4294967308", {12}},
           Vector{"|f a", {282867731}},
           Vector{"|f b", {2536914276}},
           Vector{"|f 12 012", {728008775, 728008775}},
           Vector{"|f 12", {2556231484}, true},
           Vector{"|f :3 :4", {728008763, 728008764}},
           Vector{"|f x:yy", {506115627}},
           Vector{"|f x:y:z", {4106123665}},
           Vector{"|12 a", {2883525392}},
           Vector{"| a", {187786881}, false, 5},
           Vector{"|f a|12 b", {1594525501, 941933790}, false, 5},
       }) {
    CAPTURE(v.line);
    ReaderOptions options;
    options.hash = v.all ? NameHash::all : NameHash::strings;
    options.hash_seed = v.seed;
    const WhatWasRead r = read_with<VwReader>(v.line, options);
    REQUIRE(r.index.size() == 1);
    CHECK(r.index[0] == v.index);
  }
  CHECK((read_with<VwReader>("|f 12").index[0][0] & 0x3ffff) == 34887);
  CHECK((read_with<VwReader>("|f x:yy").index[0][0] & 0x3ffff) == 177707);
}

TEST_CASE("vw: label, weight, tag, two namespaces") {
  const WhatWasRead r = read_with<VwReader>("1 2 first|f price:0.5 red |g size=xl\n");
  REQUIRE(r.label.size() == 1);
  CHECK(r.label[0] == Floats{1});
  CHECK(r.weight[0] == 2);
  CHECK(r.id[0] == "first");
  CHECK(r.index[0] == Ids{h("price", h("f")), h("red", h("f")), h("size=xl", h("g"))});
  CHECK(r.value[0] == Floats{.5, 1, 1});
  CHECK(r.keys == Keys{{'f', 'g'}});
}

TEST_CASE("vw: the label part in all its forms") {
  struct Case {
    const char* line;
    Floats label;
    float weight;
    const char* id;
    std::size_t features = 1;
  };
  for (const Case& c :
       {Case{"1 |f x", {1}, 1, ""}, Case{" -1.5  2 |f x", {-1.5}, 2, ""},
        Case{"1|f x", {}, 1, "1"},  // touches the bar: a tag
        Case{"1 'one |f x", {1}, 1, "one"}, Case{"1 2 'one|f x", {1}, 2, "one"},
        Case{"|f x", {}, 1, ""}, Case{"   |f x", {}, 1, ""}, Case{"'t |f x", {}, 1, "t"},
        Case{"key\t1 |f x", {1}, 1, "key"}, Case{"any thing\t1 3 tag|f x", {1}, 3, "tag"},
        Case{"1 0 |f x", {1}, 0, ""}, Case{"1 1 0.5 |f x", {1}, 1, "", 2},
        Case{"1 1 0 t|f x", {1}, 1, "t"}, Case{"1 ' |f x", {1}, 1, ""}}) {
    CAPTURE(c.line);
    const WhatWasRead r = read_with<VwReader>(c.line);
    CHECK(r.bad.empty());
    REQUIRE(r.label.size() == 1);
    CHECK(r.label[0] == c.label);
    CHECK(r.weight[0] == c.weight);
    CHECK(r.id[0] == c.id);
    CHECK(r.index[0].size() == c.features);
  }
}

TEST_CASE("vw: the initial prediction is the last feature, in a group of its own") {
  const WhatWasRead r = read_with<VwReader>("1 1 0.25 |f x\n");
  REQUIRE(r.keys.size() == 1);
  CHECK(r.keys[0] == Ids{'f', kInitialGroup});
  CHECK(r.index[0].back() == h("initial"));
  CHECK(r.value[0].back() == .25f);
  ReaderOptions without;
  without.wants_initial = false;
  CHECK(read_with<VwReader>("1 1 0.25 |f x\n", without).keys[0] == Ids{'f'});
}

TEST_CASE("vw: sections of one group are joined, in order of appearance") {
  const WhatWasRead r = read_with<VwReader>("|ab a:1 |c b:2 |a d:3 |x |c e:4 |d f:0\n");
  REQUIRE(r.keys.size() == 1);
  CHECK(r.keys[0] == Ids{'a', 'c'});
  CHECK(r.index[0] == Ids{h("a", h("ab")), h("d", h("a")), h("b", h("c")), h("e", h("c"))});
  CHECK(r.value[0] == Floats{1, 3, 2, 4});
  CHECK(r.groups[0][1].begin == 2);
  CHECK(r.groups[0][1].end == 4);
}

TEST_CASE("vw: a namespace's weight multiplies numbers, not text") {
  const WhatWasRead r = read_with<VwReader>("|n:2 a b:3 c:red :5 :0 :-1\n");
  REQUIRE(r.value.size() == 1);
  CHECK(r.value[0] == Floats{2, 6, 1, 10, -2});
  CHECK(r.index[0] ==
        Ids{h("a", h("n")), h("b", h("n")), h("red", h("c", h("n"))), h("n"), h("n") + 2});
}

TEST_CASE("vw: blanks and bars may stand anywhere") {
  const WhatWasRead r = read_with<VwReader>("1 |f\ta  b|g|h c:1\td |\n\n  \t\r\n| a\r\n1 |");
  CHECK(r.bad.empty());
  REQUIRE(r.label.size() == 3);
  CHECK(r.keys[0] == Ids{'f', 'h'});
  CHECK(r.index[0].size() == 4);
  CHECK(r.keys[1] == Ids{' '});
  CHECK(r.line == std::vector<uint64_t>{1, 4, 5});
}

TEST_CASE("vw: zeros are left out and counted, those of bad lines are not") {
  CHECK(read_with<VwReader>("| a:0 b:-0.0 c:1\n| a:0 b:1x\n|z:0 a b\n").zeros == 4);
}

TEST_CASE("vw: text that looks like a number VW would take") {
  const WhatWasRead r = read_with<VwReader>("|f a:nancy b:info c:e5 d:x1 e:infinity1\n");
  CHECK(r.bad.empty());
  CHECK(r.value[0] == Floats(5, 1));
  CHECK(r.index[0][0] == h("nancy", h("a", h("f"))));
}

TEST_CASE("vw: every mistake has its word and its place") {
  check_mistakes<VwReader>("| good", {{"1 | price:1.2.3", Reason::number, 11, "1.2.3"},
                                      {"1 | a:1b", Reason::number, 7, "1b"},
                                      {"1 | a:10.0.0.1", Reason::number, 7, "10.0.0.1"},
                                      {"1 | a:2024-01-01", Reason::number, 7, "2024-01-01"},
                                      {"1 | a:nan", Reason::number, 7, "nan"},
                                      {"1 | a:INF", Reason::number, 7, "INF"},
                                      {"1 | a:infinity", Reason::number, 7, "infinity"},
                                      {"1 | a:-inf", Reason::number, 7, "-inf"},
                                      {"1 | a:0x10", Reason::number, 7, "0x10"},
                                      {"1 | a:1e400", Reason::range, 7, "1e400"},
                                      {"1 | a:1e39", Reason::range, 7, "1e39"},
                                      {"1 | a: 3", Reason::number, 7, ""},
                                      {"1 | a:", Reason::number, 7, ""},
                                      {"1 | :", Reason::number, 6, ""},
                                      {"1 |n:1e30 a:1e30", Reason::range, 13, ""},
                                      {"1 |:2 a", Reason::namespace_, 4, ":2"},
                                      {"1 |n:x a", Reason::namespace_, 6, "x"},
                                      {"1 |n: a", Reason::namespace_, 6, ""},
                                      {"1 |n:1e99 a", Reason::range, 6, "1e99"},
                                      {"abc | a", Reason::label, 1, "abc"},
                                      {"nan | a", Reason::label, 1, "nan"},
                                      {"1 1 1 1 | a", Reason::label, 7, "1"},
                                      {"1 -2 | a", Reason::label, 3, "-2"},
                                      {"1 nan | a", Reason::number, 3, "nan"},
                                      {"1 1e400 | a", Reason::range, 3, "1e400"},
                                      {"1 1 x | a", Reason::number, 5, "x"},
                                      {"1e99 | a", Reason::range, 1, "1e99"},
                                      {"hello", Reason::bar, 1, "hello"},
                                      {"1 | a\x01", Reason::control, 6, ""},
                                      {"1 |\ra b", Reason::control, 4, ""}});
  using namespace std::string_literals;
  CHECK(read_with<VwReader>("1 | a\0b\n"s).bad[0].reason == Reason::control);
}

TEST_CASE("vw: classes, several classes, costs") {
  CHECK(read_with<VwReader>("3 | a\n1.0 | a\n3 2 | a\n", labels(Target::one_class)).label ==
        std::vector<Floats>{{0}, {1}, {0}});
  CHECK(read_with<VwReader>("red,blue | a\nblue | a\n| a\n", labels(Target::classes)).label ==
        std::vector<Floats>{{0, 1}, {1}, {}});
  CHECK(read_with<VwReader>("1:0.5 2:-1 | a\n2:1 | a\n", labels(Target::costs)).label ==
        std::vector<Floats>{{0, .5, 1, -1}, {1, 1}});
  CHECK(read_with<VwReader>("1,,2 | a\n", labels(Target::classes)).bad[0].reason == Reason::label);
  CHECK(read_with<VwReader>("1 2 | a\n", labels(Target::classes)).bad[0].reason == Reason::label);
  CHECK(read_with<VwReader>("1 | a\n", labels(Target::costs)).bad[0].reason == Reason::label);
  CHECK(read_with<VwReader>("1:x | a\n", labels(Target::costs)).bad[0].reason == Reason::label);
}

TEST_CASE("vw: 0 and 1, -1 and 1 are pairs") {
  ReaderOptions options = labels(Target::one_class);
  options.binary = true;
  CHECK(read_with<VwReader>("1 | a\n0 | a\n", options).label == std::vector<Floats>{{1}, {0}});
}

TEST_CASE("vw: a class that prediction doesn't know is as good as no label") {
  ReaderOptions options = labels(Target::one_class);
  options.learning = false;
  const WhatWasRead r = read_with<VwReader>("7 | a\n", options);
  CHECK(r.bad.empty());
  CHECK(r.label[0].empty());
}

TEST_CASE("vw: tags that are all numbers, without a label, get a notice") {
  Schema schema;
  VwReader reader({}, schema);
  read_text(reader, "1| a\n-1| b\n");
  CHECK(reader.notices().size() == 1);
  VwReader labelled({}, schema);
  read_text(labelled, "1 1| a\n-1| b\n");
  CHECK(labelled.notices().empty());
}

TEST_CASE("vw: any window gives the same rows") {
  std::string text;
  for (int k = 0; k < 300; ++k)
    text += std::to_string(k) + " |f word" + std::to_string(k % 9) +
            ":1.5 b |a :" + std::to_string(k) + (k % 7 == 0 ? "\r\n" : "\n");
  check_windows<VwReader>(text, 300);
}

namespace {

constexpr std::string_view kDecisions =
    "shared |u tom\n|a x\n0:1.5:0.25 |a y\n|a z\n\n"
    "\n|a x\n |a y\n"
    "\n0:-2:1 |a only";

}  // namespace

TEST_CASE("vw: several lines are one decision") {
  Schema schema;
  VwReader reader(labels(Target::decision), schema);
  ExampleBlock block;
  const std::string padded = std::string(kDecisions) + std::string(64, ' ');
  Bad bad[4];
  const Read done = reader.read(std::span(padded.data(), kDecisions.size()), true, block, bad);
  CHECK(done.bad == 0);
  CHECK(done.used == kDecisions.size());
  REQUIRE(block.decisions().size() == 3);
  std::vector<Example> actions;
  const Decision first = block.decision(block.decisions()[0], actions);
  CHECK(first.shared.numeric.index[0] == h("tom", h("u")));
  CHECK(first.actions.size() == 3);
  CHECK(first.chosen == 1);
  CHECK(first.cost == 1.5f);
  CHECK(first.probability == .25f);
  CHECK(first.actions[2].numeric.index[0] == h("z", h("a")));
  const Decision second = block.decision(block.decisions()[1], actions);
  CHECK(second.shared.numeric.index.empty());
  CHECK(second.actions.size() == 2);
  CHECK(second.chosen == -1);
  CHECK(block.decision(block.decisions()[2], actions).chosen == 0);
  CHECK(block.line(block.decisions()[1].first + 1) == 7);
}

TEST_CASE("vw: decisions come out the same from any window") {
  const auto count = [](std::size_t window) {
    Schema schema;
    VwReader reader(labels(Target::decision), schema);
    return read_text(reader, kDecisions, window).index;
  };
  CHECK(count(1) == count(1000));
  CHECK(count(1).size() == 9);
}

TEST_CASE("vw: a mistake in one line takes the whole decision") {
  struct Case {
    const char* text;
    Reason reason;
    uint64_t line;
    uint32_t column;
  };
  for (const Case& c :
       {Case{"|a x\nshared |u a\n", Reason::decision, 2, 1},
        Case{"shared |u a\nshared |u b\n|a x\n", Reason::decision, 2, 1},
        Case{"shared |u a\n", Reason::decision, 1, 1},
        Case{"0:1:.5 |a x\n0:1:.5 |a y\n", Reason::decision, 2, 1},
        Case{"0:1:0 |a x\n", Reason::decision, 1, 5},
        Case{"0:1:1.5 |a x\n", Reason::decision, 1, 5},
        Case{"0:1:-1 |a x\n|a y:1x\n", Reason::decision, 1, 5},
        Case{"|a x\n0:x:.5 |a y\n", Reason::number, 2, 3},
        Case{"|a x\n0:1e99:.5 |a y\n", Reason::range, 2, 3}, Case{"1 |a x\n", Reason::label, 1, 1},
        Case{"1:2 |a x\n", Reason::label, 1, 1}, Case{"shared 1 |u x\n|a x\n", Reason::label, 1, 8},
        Case{"|a x\nnothing\n|a y\n", Reason::bar, 2, 1}}) {
    CAPTURE(c.text);
    const WhatWasRead r =
        read_with<VwReader>(std::string(c.text) + "\n|a good\n", labels(Target::decision), 64);
    CHECK(r.index.size() == 2);
    REQUIRE(r.bad.size() == 1);
    CHECK(reason_name(r.bad[0].reason) == reason_name(c.reason));
    CHECK(r.bad[0].line == c.line);
    CHECK(r.bad[0].column == c.column);
  }
}

TEST_CASE("vw: a decision of too many lines is left out, the next is read") {
  std::string text;
  for (int k = 0; k < 70000; ++k)
    text += "|a x\n";
  const WhatWasRead r =
      read_with<VwReader>(text + "\n|a good\n|a better\n", labels(Target::decision));
  REQUIRE(r.bad.size() == 1);
  CHECK(r.bad[0].reason == Reason::long_);
  CHECK(r.index.size() == 3);
  CHECK(r.line.back() == 70003);
}

}  // namespace freshet
