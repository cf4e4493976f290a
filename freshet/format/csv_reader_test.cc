#include "freshet/format/csv_reader.h"

#include <doctest/doctest.h>

#include "freshet/format/read_text_test.h"

namespace freshet {
namespace {

using Floats = std::vector<float>;
using Ids = std::vector<uint32_t>;

WhatWasRead read_csv(std::string_view text, const ReaderOptions& options, Schema& schema) {
  CsvReader reader(options, schema);
  return read_text(reader, text);
}
WhatWasRead read_csv(std::string_view text, const ReaderOptions& options = {}) {
  Schema schema;
  return read_csv(text, options, schema);
}

}  // namespace

TEST_CASE("csv: numbers go to dense in column order, the last column is the target") {
  Schema schema;
  CsvReader reader({}, schema);
  const WhatWasRead r = read_text(reader, "price,demand,up\n0.5,-2,1\n3,4e2,0\n");
  REQUIRE(r.dense.size() == 2);
  CHECK(r.dense[0] == Floats{0.5f, -2});
  CHECK(r.dense[1] == Floats{3, 400});
  CHECK(r.label[0] == Floats{1});
  CHECK(r.line == std::vector<uint64_t>{2, 3});
  CHECK(schema.feature_count() == 2);
  CHECK(schema.name(1) == "demand");
  REQUIRE(reader.notices().size() == 1);
  CHECK(reader.notices()[0] == "target: column \"up\", the last one (--target names another)");
}

TEST_CASE("csv: line ends of both kinds, no last line end, blank lines, blanks around numbers") {
  const WhatWasRead r = read_csv("a,b\r\n1, 2 \r\n\r\n\n3\t,4");
  CHECK(r.bad.empty());
  REQUIRE(r.dense.size() == 2);
  CHECK(r.dense[1] == Floats{3});
  CHECK(r.label[0] == Floats{2});
  CHECK(r.label[1] == Floats{4});
  CHECK(r.line == std::vector<uint64_t>{2, 5});
}

TEST_CASE("csv: quoted fields hold separators, line ends and doubled quotes") {
  Schema schema;
  const WhatWasRead r =
      read_csv("\"the name\",word,y\n\"1.5\",\"a,b\n\"\"c\"\"\",2\n7,\"\",3\n", {}, schema);
  CHECK(r.bad.empty());
  REQUIRE(r.dense.size() == 2);
  CHECK(schema.name(0) == "the name");
  CHECK(r.dense[0] == Floats{1.5f});
  CHECK(r.nominal[0] == Ids{1});
  CHECK(schema.category_name(1, r.category[0][0]) == "a,b\n\"c\"");
  CHECK(r.nominal[1].empty());  // empty, though quoted: missing
  CHECK(r.line == std::vector<uint64_t>{2, 4});
}

TEST_CASE("csv: what is wrong with a quote says where, and costs its line only") {
  const WhatWasRead r = read_csv("a,y\nx\"y,1\n\"x\"y,2\n\"open,3\nz,4\n");
  REQUIRE(r.bad.size() == 3);
  CHECK(r.bad[0].line == 2);
  CHECK(r.bad[0].column == 2);
  CHECK(r.bad[0].reason == Reason::quote);
  CHECK(r.bad[1].line == 3);
  CHECK(r.bad[1].column == 4);
  CHECK(r.bad[2].line == 4);
  CHECK(r.bad[2].column == 1);
  REQUIRE(r.label.size() == 1);
  CHECK(r.label[0] == Floats{4});
  CHECK(r.line[0] == 5);
}

TEST_CASE("csv: kinds come from the first records: numbers, true and false, words") {
  Schema schema;
  const WhatWasRead r = read_csv("n,b,w,e,y\n1,true,NSW,,0\n2,false,VIC,,1\n", {}, schema);
  REQUIRE(r.label.size() == 2);
  CHECK(schema.kind(0) == Schema::Kind::numeric);  // n
  CHECK(schema.kind(2) == Schema::Kind::numeric);  // e: nothing but missing
  CHECK(schema.kind(3) == Schema::Kind::nominal);  // w, behind the numbers
  CHECK(schema.name(3) == "w");
  CHECK(r.dense[0].empty());  // e is missing: by index
  CHECK(r.index[0] == Ids{0, 1});
  CHECK(r.value[0] == Floats{1, 1});
  CHECK(r.value[1] == Floats{2, 0});
  CHECK(r.category[1] == Ids{1});
}

TEST_CASE("csv: a word among numbers is an error at its place that names the column") {
  WhatWasRead r = read_csv("price,up\n1,0\nn/a,1\n");
  REQUIRE(r.begin == Begin::failed);
  CHECK(r.bad[0].line == 3);
  CHECK(r.bad[0].column == 1);
  CHECK(r.bad[0].why == "expected a number");
  CHECK(r.bad[0].name == "price");
  CHECK(r.bad[0].found == "n/a");
  // Behind the first hundred records it is the same error, in its line.
  std::string text = "x,price,up\n";
  for (int k = 0; k < 150; ++k)
    text += "7,1,0\n";
  r = read_csv(text + "7,n/a,1\n7,2,1\n");
  CHECK(r.label.size() == 151);
  REQUIRE(r.bad.size() == 1);
  CHECK(r.bad[0].line == 152);
  CHECK(r.bad[0].column == 3);
  CHECK(r.bad[0].reason == Reason::number);
  CHECK(r.bad[0].name == "price");
}

TEST_CASE("csv: missing cells are absent features, also words and numbers that say missing") {
  ReaderOptions options;
  options.missing = {"n/a", "-999"};
  const WhatWasRead r = read_csv("a,b,y\n1,2,3\n,5,6\nn/a,-999,7\n8,9,n/a\n", options);
  CHECK(r.bad.empty());
  REQUIRE(r.label.size() == 4);
  CHECK(r.dense[0] == Floats{1, 2});
  CHECK(r.index[1] == Ids{1});
  CHECK(r.value[1] == Floats{5});
  CHECK(r.index[2].empty());
  CHECK(r.label[3].empty());  // no label: predicted, neither learned nor scored
  CHECK(r.dense[3] == Floats{8, 9});
}

TEST_CASE("csv: too few and too many fields") {
  const WhatWasRead r = read_csv("a,b,y\n1,2\n1,2,3,4\n1,2,3\n");
  REQUIRE(r.bad.size() == 2);
  CHECK(r.bad[0].reason == Reason::columns);
  CHECK(r.bad[0].line == 2);
  CHECK(r.bad[1].column == 7);
  CHECK(r.label.size() == 1);
}

TEST_CASE("csv: numbers that are none, or too large; control bytes") {
  for (const char* cell : {"nan", "inf", "0x10", "1_0", "1e", "--1"}) {
    CAPTURE(cell);
    ReaderOptions options;
    options.numeric = {"a"};
    const WhatWasRead r = read_csv(std::string("a,y\n") + cell + ",1\n", options);
    REQUIRE(r.bad.size() == 1);
    CHECK(r.bad[0].reason == Reason::number);
  }
  const WhatWasRead range = read_csv("a,y\n1e39,1\n1e-50,2\n");
  REQUIRE(range.bad.size() == 1);
  CHECK(range.bad[0].reason == Reason::range);
  CHECK(range.dense[0] == Floats{0});
  const WhatWasRead nul = read_csv(std::string_view("a,y\n1,\0001\n2,2\n", 13));
  REQUIRE(nul.bad.size() == 1);
  CHECK(nul.bad[0].reason == Reason::control);
  CHECK(nul.bad[0].column == 3);
}

TEST_CASE("csv: weight, time and id are no features") {
  ReaderOptions options;
  options.weight = "w";
  options.time = "t";
  options.id = "key";
  options.time_unit = TimeUnit::ms;
  options.ignore = {"junk"};
  Schema schema;
  const WhatWasRead r = read_csv(
      "key,t,x,w,junk,y\nk1,1500,1,2.5,?,0\nk2,2024-02-29,2,,!,1\nk3,,3,1,,1\nk4,1,4,-1,,1\n",
      options, schema);
  REQUIRE(r.label.size() == 2);
  CHECK(schema.feature_count() == 1);
  CHECK(r.weight == Floats{2.5f, 1});
  CHECK(r.time_us[0] == 1'500'000);
  CHECK(r.time_us[1] == 1'709'164'800'000'000);
  CHECK(r.id == std::vector<std::string>{"k1", "k2"});
  REQUIRE(r.bad.size() == 2);
  CHECK(r.bad[0].name == "t");
  CHECK(r.bad[1].name == "w");
}

TEST_CASE("csv: a vector cell is many features") {
  ReaderOptions options;
  options.vector = "v";
  Schema schema;
  const WhatWasRead r =
      read_csv("v,x,y\n\"1,2,3\",9,0\n\"4,,6\",8,1\n\"1,2,3,4\",7,1\n", options, schema);
  REQUIRE(r.label.size() == 2);
  CHECK(schema.name(2) == "v[2]");
  CHECK(r.dense[0] == Floats{1, 2, 3, 9});
  CHECK(r.index[1] == Ids{0, 2, 3});
  REQUIRE(r.bad.size() == 1);
  CHECK(r.bad[0].reason == Reason::columns);
}

TEST_CASE("csv: classes of any text, the pair of a learner with one output") {
  ReaderOptions options;
  options.label = Target::one_class;
  Schema words, pair;
  CHECK(read_csv("x,y\n1,up\n2,down\n3,up\n", options, words).label ==
        std::vector<Floats>{{0}, {1}, {0}});
  options.binary = true;
  CHECK(read_csv("x,y\n1,1\n2,0\n3,1.0\n", options, pair).label ==
        std::vector<Floats>{{1}, {0}, {1}});
}

TEST_CASE("csv: a target that should be a number and isn't") {
  const WhatWasRead r = read_csv("x,y\n1,up\n2,3\n");
  REQUIRE(r.bad.size() == 1);
  CHECK(r.bad[0].reason == Reason::label);
  CHECK(r.label.size() == 1);
}

TEST_CASE("csv: a model reads columns by name") {
  Schema schema;
  read_csv("a,b,w,y\n1,2,p,3\n", {}, schema);
  ReaderOptions options;
  options.target = "y";
  options.learning = false;
  CsvReader reader(options, schema);
  const WhatWasRead r = read_text(reader, "w,new,b,a\nq,8,20,10\np,8,21,11\n");
  CHECK(r.bad.empty());
  REQUIRE(r.dense.size() == 2);
  CHECK(r.dense[0] == Floats{10, 20});  // by name, in the model's order
  CHECK(r.nominal[0].empty());          // a category never learned
  CHECK(r.category[1] == Ids{0});
  CHECK(r.label[0].empty());
  REQUIRE(reader.notices().size() == 1);
  CHECK(reader.notices()[0] == "column \"new\" is ignored: the model doesn't know it");
  CHECK(schema.feature_count() == 3);

  CsvReader lost(options, schema);
  const WhatWasRead without = read_text(lost, "b,y\n20,1\n");
  CHECK(without.index[0] == Ids{1});
  CHECK(lost.notices().size() == 2);
  options.strict_columns = true;
  CHECK(read_csv("b,y\n20,1\n", options, schema).begin == Begin::failed);
  CHECK(read_csv("a,b,w,new,y\n1,2,p,4,5\n", options, schema).begin == Begin::failed);
}

TEST_CASE("csv: without a header columns are called 1, 2, ...") {
  ReaderOptions options;
  options.has_header = false;
  options.delimiter = ';';
  options.target = "1";
  Schema schema;
  const WhatWasRead r = read_csv("5;1,5;2\n6;x;3\n", options, schema);
  REQUIRE(r.label.size() == 2);
  CHECK(r.label[0] == Floats{5});
  CHECK(schema.name(0) == "3");
  CHECK(schema.name(1) == "2");
  CHECK(r.line[0] == 1);
}

TEST_CASE("csv: headers that can't be") {
  CHECK(read_csv("a,a,y\n1,2,3\n").bad[0].why == "two columns of one name");
  CHECK(read_csv("a,,y\n1,2,3\n").begin == Begin::failed);
  ReaderOptions options;
  options.target = "yy";
  const WhatWasRead r = read_csv("a,y\n1,2\n", options);
  REQUIRE(r.begin == Begin::failed);
  CHECK(r.bad[0].why == "no column of this name");
  CHECK(r.bad[0].found == "y");  // the nearest
}

TEST_CASE("csv: an empty text, and a header alone, have no rows and no error") {
  CHECK(read_csv("").begin == Begin::ready);
  CHECK(read_csv("a,b\n").label.empty());
  CHECK(read_csv("a,b").label.empty());
}

TEST_CASE("csv: any window gives the same rows") {
  std::string text = "num,word,y\n";
  for (int k = 0; k < 300; ++k) {
    text += std::to_string(k * 0.37) + "," +
            (k % 7 == 0 ? "\"a\nb\"\"" + std::to_string(k) + "\"" : "w" + std::to_string(k % 5)) +
            "," + std::to_string(k % 2) + (k % 3 == 0 ? "\r\n" : "\n");
    if (k % 50 == 49) text += "\n1,\"2\"3,4\n";
  }
  const WhatWasRead whole = read_csv(text);
  REQUIRE(whole.label.size() == 300);
  CHECK(whole.bad.size() == 6);
  for (const std::size_t window : {64, 65, 100, 1000, 4096}) {
    CAPTURE(window);
    Schema schema;
    CsvReader reader({}, schema);
    const WhatWasRead some = read_text(reader, text, window);
    CHECK(some.dense == whole.dense);
    CHECK(some.category == whole.category);
    CHECK(some.line == whole.line);
    CHECK(some.bad.size() == whole.bad.size());
  }
}

}  // namespace freshet
