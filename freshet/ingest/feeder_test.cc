#include "freshet/ingest/feeder.h"

#include <algorithm>
#include <cstring>

#include <doctest/doctest.h>

#include "freshet/base/failure.h"
#include "freshet/format/format.h"

namespace freshet {
namespace {

// A text that comes `step` bytes at a time, and may fail at its end.
class TextSource final : public Source {
 public:
  TextSource(std::string text, std::size_t step, bool fails) noexcept
      : text_(std::move(text)), step_(step), fails_(fails) {}
  Result<std::size_t> read(std::span<char> to) noexcept override {
    const std::size_t n = std::min({to.size(), step_, text_.size() - at_});
    if (n == 0 && fails_) return failure(Code::corrupt, "text: cut off");
    std::memcpy(to.data(), text_.data() + at_, n);
    at_ += n;
    return n;
  }
  bool is_ready() const noexcept override { return true; }
  std::string_view name() const noexcept override { return "text"; }
  uint64_t position() const noexcept override { return at_; }

 private:
  const std::string text_;
  const std::size_t step_;
  const bool fails_;
  std::size_t at_ = 0;
};

struct Reading {
  std::string format = "vw";
  ReaderOptions options = {};
  bool skips = true, fails = false;
  std::size_t max_line = 1 << 20;
  std::vector<std::size_t> steps = {64, 1000, 17'000, 1 << 20};
};

std::string shown(const ExampleBlock& block) {
  std::string all = "block\n";
  for (uint32_t k = 0; k < block.size(); ++k) {
    const Example x = block[k];
    all += std::to_string(block.line(k)) + " " + std::string(block.id(k)) + " " +
           std::to_string(block.query(k)) + " " + std::to_string(x.weight) + " =";
    for (const float label : x.label)
      all += " " + std::to_string(label);
    for (std::size_t i = 0; i < x.numeric.index.size(); ++i)
      all += " " + std::to_string(x.numeric.index[i]) + ":" + std::to_string(x.numeric.value[i]);
    for (const Group& group : x.groups)
      all += " |" + std::to_string(group.key) + "," + std::to_string(group.end);
    all += "\n";
  }
  for (const ExampleBlock::Name& name : block.names)
    all += name.text + " " + std::to_string(name.feature) + "\n";
  return all;
}

// Everything that comes out, as text.
std::string read_all(const std::string& text, std::size_t step, uint32_t helpers,
                     const Reading& how) {
  Schema schema;
  StopFlag stop;
  BadLines bad_lines(how.skips);
  const auto reader = find_format(how.format)->make(how.options, schema);
  REQUIRE(reader.ok());
  const std::unique_ptr<PieceRing> pieces = PieceRing::make(**reader, helpers);
  CHECK((pieces != nullptr) == (helpers != 0));
  Feeder feeder(std::make_unique<TextSource>(text, step, how.fails), bad_lines, how.max_line, stop);
  REQUIRE(feeder.start(**reader, pieces.get()).ok());
  std::string all;
  ExampleBlock block;
  while (true) {
    const Result<bool> more = feeder.next(block);
    if (!more.ok()) all += std::string(more.status().text());
    if (!more.ok() || !*more) break;
    all += shown(block);
  }
  for (uint32_t k = 0; k < schema.class_count(); ++k)
    all += std::string(schema.class_name(k)) + " ";
  for (const std::string& notice : (*reader)->notices())
    all += notice;
  return all + bad_lines.summary() + " zeros " + std::to_string((*reader)->zeros()) + " lines " +
         std::to_string((*reader)->next_line());
}

// The same with 1 and with 4 helpers as without, in pieces of any size.
std::string check_same(const std::string& text, const Reading& how = {}) {
  std::string one;
  for (const std::size_t step : how.steps) {
    one = read_all(text, step, 0, how);
    for (const uint32_t helpers : {1u, 4u}) {
      const bool is_same = read_all(text, step, helpers, how) == one;
      CHECK_MESSAGE(is_same, how.format, " in steps of ", step, " with ", helpers);
    }
  }
  return one;
}

std::string sparse_rows(int count) {
  std::string text;
  for (int k = 0; k < count; ++k)
    text += std::to_string(k % 5) + " | 1:0.5 " + std::to_string(k % 90 + 2) + ":" +
            std::to_string(k % 3) + "\n";
  return text;
}

std::string vw_rows(int count) {
  std::string text;
  for (int k = 0; k < count; ++k)
    text += std::to_string(k % 7) + " " + std::to_string(k % 3) + " tag" + std::to_string(k) +
            "|f word" + std::to_string(k % 400) + ":0.25 other |g:2 a |f b:0\n";
  return text;
}

}  // namespace

TEST_CASE("feeder: helpers read the same rows, in the same blocks, in every format of lines") {
  CHECK(check_same(vw_rows(6000)).find("zeros 6000 lines 6001") != std::string::npos);
  CHECK(check_same(sparse_rows(6000), {.format = "sparse"}).find("zeros 2000 lines 6001") !=
        std::string::npos);
  std::string svmlight;
  for (int k = 0; k < 4000; ++k)
    svmlight += std::to_string(k % 2) + " qid:" + std::to_string(k / 9) + " 3:1 9:0 # " +
                std::to_string(k) + "\n";
  check_same(svmlight, {.format = "svmlight"});
}

TEST_CASE("feeder: bad lines, empty ones, long ones and an open last one are where they were") {
  const std::string mixed = vw_rows(400) + "\n\n  \r\n1 |f x:1y\n" + vw_rows(30) + "no bar\r\n" +
                            "1 |f " + std::string(4'000, 'x') + "\n" + vw_rows(700) + "1 |f " +
                            std::string(7'000, 'y') + "\n\x01\n" + vw_rows(2000) + "3 |f open";
  const std::string all = check_same(mixed, {.max_line = 6'000});
  CHECK(all.find("4 bad lines skipped: 1 number, 1 bar, 1 control, 1 long") != std::string::npos);
  const std::string stopped = check_same(mixed, {.skips = false});
  CHECK(stopped.find("text:404:8: expected a number after \"x:\"") != std::string::npos);
  check_same("\xef\xbb\xbf" + mixed);
  const std::string wide = "1 |f " + std::string(400'000, 'x') + "\n";
  check_same(wide + vw_rows(4000) + wide + wide + vw_rows(9000),
             {.max_line = 390'000, .steps = {50'000, 1 << 20}});
  check_same(wide + vw_rows(4000) + wide + vw_rows(9000), {.steps = {50'000, 1 << 20}});
  const std::string huge = "1 |f " + std::string(3'000'000, 'x') + "\n";
  check_same(vw_rows(9000) + huge + vw_rows(9000) + huge + huge + vw_rows(9000),
             {.max_line = 8 << 20, .steps = {1 << 20}});
  check_same(std::string(5000, '\n'));
  check_same("");
  CHECK(
      check_same(vw_rows(3000) + "1 |f cut", {.fails = true}).find("the last whole line is 3000") !=
      std::string::npos);
  std::string hopeless;
  for (int k = 0; k < 200; ++k)
    hopeless += "none\n";
  CHECK(check_same(hopeless).find("the first 100 lines are all bad") != std::string::npos);
}

TEST_CASE("feeder: classes have the numbers of their first appearance, whoever meets them") {
  std::string text;
  for (int k = 0; k < 6000; ++k)
    text += "c" + std::to_string(k * k % 1009) + " |f x\n";
  Reading how;
  how.options.label = Target::one_class;
  check_same(text, how);
  how.options.label = Target::costs;
  std::string costs;
  for (int k = 0; k < 6000; ++k)
    costs += std::to_string(k / 70) + ":0.5 7:1 |f x\n";
  check_same(costs, how);
  how.options.label = Target::one_class;
  how.options.binary = true;
  check_same(vw_rows(3000), how);
}

TEST_CASE("feeder: names are kept once, at their first place") {
  Reading how;
  how.options.keep_names = true;
  const std::string all = check_same(vw_rows(5000), how);
  CHECK(all.find("f^word399") != std::string::npos);
  CHECK(all.find("f^word399", all.find("f^word399") + 1) == std::string::npos);
}

TEST_CASE("feeder: tags that look like labels are told at the end of the text") {
  std::string text;
  for (int k = 0; k < 3000; ++k)
    text += "1|f x\n";
  CHECK(check_same(text).find("every tag is a number") != std::string::npos);
}

TEST_CASE("feeder: texts that hang together, or have columns, get no helpers") {
  Schema schema;
  ReaderOptions decisions;
  decisions.label = Target::decision;
  CHECK(PieceRing::make(**find_format("vw")->make(decisions, schema), 3) == nullptr);
  CHECK(PieceRing::make(**find_format("csv")->make({}, schema), 3) == nullptr);
  CHECK(PieceRing::make(**find_format("vw")->make({}, schema), 0) == nullptr);
}

}  // namespace freshet
