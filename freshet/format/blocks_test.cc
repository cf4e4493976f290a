#include "freshet/format/blocks.h"

#include <cstring>

#include <doctest/doctest.h>

#include "freshet/base/coding.h"
#include "freshet/base/crc32c.h"
#include "freshet/core/schema.h"

namespace freshet {
namespace {

std::vector<std::byte> encoded(const ExampleBlock& block) {
  std::vector<std::byte> bytes;
  REQUIRE(BlockCodec::encode(block, bytes).ok());
  return bytes;
}

std::vector<float> list(std::span<const float> values) {
  return {values.begin(), values.end()};
}
std::vector<uint32_t> list(std::span<const uint32_t> values) {
  return {values.begin(), values.end()};
}

// Two labelled rows of a table, one line apart.
ExampleBlock small_table() {
  ExampleBlock block;
  for (uint32_t k = 0; k < 2; ++k) {
    block.begin();
    const std::span<float> row = block.add_dense(2);
    row[0] = 1.5f + static_cast<float>(k);
    row[1] = -2;
    block.add_label(static_cast<float>(k));
    block.set_line(2 + k);
    block.finish();
  }
  return block;
}

ExampleBlock everything() {
  ExampleBlock block;
  block.begin();
  block.add_numeric(7, 1);
  block.add_numeric(0xffffffff, -0.5f);
  block.add_group(32, 0, 1);
  block.add_group(65, 1, 2);
  block.add_label(3);
  block.set_weight(2.5f);
  block.set_time(-1'000'000);
  block.set_id("first");
  block.set_line(10);
  block.finish();
  block.begin();  // no label, no id, another line, text and a nominal pair
  block.add_nominal(4, 9);
  block.add_text(5, "what was said");
  block.add_text(6, "");
  block.set_line(12);
  block.finish();
  block.begin();
  block.add_dense(1)[0] = 8;
  block.add_label(1);
  block.set_line(13);
  block.finish();
  return block;
}

// A block with other bytes and right checksums.
std::vector<std::byte> resealed(std::vector<std::byte> bytes) {
  put_u32(&bytes[16], crc32c(std::span(bytes).subspan(32)));
  put_u32(&bytes[20], crc32c(std::span(bytes).first(20)));
  return bytes;
}

}  // namespace

TEST_CASE("blocks: two rows of a table take 96 bytes and come back") {
  const std::vector<std::byte> bytes = encoded(small_table());
  CHECK(bytes.size() ==
        32 + (8 + 16) + (8 + 24));  // header; labels: width, two; dense: width, four, padded
  CHECK(std::memcmp(bytes.data(), "FBK1", 4) == 0);
  ExampleBlock back;
  const Result<std::size_t> used = BlockCodec::decode(bytes, back);
  REQUIRE(used.ok());
  CHECK(*used == bytes.size());
  REQUIRE(back.size() == 2);
  CHECK(list(back[0].dense) == std::vector<float>{1.5f, -2});
  CHECK(list(back[1].dense) == std::vector<float>{2.5f, -2});
  CHECK(list(back[1].label) == std::vector<float>{1});
  CHECK(back[1].weight == 1);
  CHECK(back.line(0) == 2);
  CHECK(back.line(1) == 3);
  CHECK(encoded(back) == bytes);
}

TEST_CASE("blocks: everything an example can hold comes back, in order") {
  const std::vector<std::byte> bytes = encoded(everything());
  ExampleBlock back;
  REQUIRE(BlockCodec::decode(bytes, back).ok());
  REQUIRE(back.size() == 3);
  const Example first = back[0];
  CHECK(list(first.numeric.index) == std::vector<uint32_t>{7, 0xffffffff});
  CHECK(list(first.numeric.value) == std::vector<float>{1, -0.5f});
  REQUIRE(first.groups.size() == 2);
  CHECK(first.groups[1].key == 65);
  CHECK(first.groups[1].begin == 1);
  CHECK(list(first.label) == std::vector<float>{3});
  CHECK(first.weight == 2.5f);
  CHECK(first.time_us == -1'000'000);
  CHECK(back.id(0) == "first");
  CHECK(back.id(1).empty());
  const Example second = back[1];
  CHECK(second.label.empty());
  CHECK(list(second.nominal.category) == std::vector<uint32_t>{9});
  REQUIRE(second.text.size() == 2);
  CHECK(second.text[0].value == "what was said");
  CHECK(second.text[1].index == 6);
  CHECK(back.line(1) == 12);
  CHECK(list(back[2].dense) == std::vector<float>{8});
  CHECK(encoded(back) == bytes);
}

TEST_CASE("blocks: an empty block, and examples with nothing in them") {
  ExampleBlock block;
  ExampleBlock back = everything();
  CHECK(encoded(block).size() == 32);
  REQUIRE(BlockCodec::decode(encoded(block), back).ok());
  CHECK(back.empty());
  for (int k = 0; k < 9; ++k) {
    block.begin();
    block.finish();
  }
  REQUIRE(BlockCodec::decode(encoded(block), back).ok());
  CHECK(back.size() == 9);
  CHECK(back[8].label.empty());
  CHECK(back.line(8) == 0);
}

TEST_CASE("blocks: labels of different number") {
  ExampleBlock block, back;
  for (uint32_t k = 0; k < 3; ++k) {
    block.begin();
    for (uint32_t i = 0; i < k; ++i)
      block.add_label(static_cast<float>(i));
    block.finish();
  }
  REQUIRE(BlockCodec::decode(encoded(block), back).ok());
  CHECK(back[0].label.empty());
  CHECK(list(back[2].label) == std::vector<float>{0, 1});
}

TEST_CASE("blocks: unlabelled examples beside one with many labels take no room") {
  ExampleBlock block, back;
  for (uint32_t k = 0; k < 1000; ++k) {
    block.begin();
    for (uint32_t i = 0; k == 500 && i < 1000; ++i)
      block.add_label(static_cast<float>(i));
    block.finish();
  }
  const std::vector<std::byte> bytes = encoded(block);
  CHECK(bytes.size() < 10'000);
  REQUIRE(BlockCodec::decode(bytes, back).ok());
  CHECK(back[499].label.empty());
  CHECK(back[500].label.size() == 1000);
  CHECK(back[500].label[999] == 999);
}

TEST_CASE("blocks: several stand one behind another") {
  std::vector<std::byte> bytes = encoded(small_table());
  const std::size_t first = bytes.size();
  REQUIRE(BlockCodec::encode(everything(), bytes).ok());
  ExampleBlock back;
  const Result<std::size_t> used = BlockCodec::decode(bytes, back);
  REQUIRE(used.ok());
  CHECK(*used == first);
  REQUIRE(BlockCodec::decode(std::span(bytes).subspan(first), back).ok());
  CHECK(back.size() == 3);
}

TEST_CASE(
    "blocks: every flipped bit but those of the line number, and every cut, is corrupt or "
    "unsupported") {
  const std::vector<std::byte> good = encoded(everything());
  ExampleBlock back;
  for (std::size_t k = 0; k < 8 * good.size(); ++k) {
    if (k / 8 >= 24 && k / 8 < 32) continue;
    std::vector<std::byte> bad = good;
    bad[k / 8] ^= static_cast<std::byte>(1 << (k % 8));
    const Result<std::size_t> used = BlockCodec::decode(bad, back);
    REQUIRE(!used.ok());
    REQUIRE(back.empty());
  }
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    const Result<std::size_t> used = BlockCodec::decode(std::span(good).first(cut), back);
    REQUIRE(!used.ok());
    CHECK(used.status().code() == Code::corrupt);
  }
}

TEST_CASE("blocks: a line number is only shown, but one that no text reaches is damage") {
  constexpr uint64_t kMost = BlockCodec::kMaxFirstLine;
  const std::vector<std::byte> good = encoded(small_table());
  ExampleBlock back;
  for (const uint64_t line : {uint64_t{0}, uint64_t{700}, kMost}) {
    std::vector<std::byte> other = good;
    put_u64(&other[24], line);
    REQUIRE(BlockCodec::decode(other, back).ok());
    CHECK(list(back[1].dense) == std::vector<float>{2.5f, -2});
    CHECK(back.line(1) == (line == 0 ? 0 : line + 1));
    CHECK(encoded(back) == other);
  }
  for (const uint64_t line : {kMost + 1, ~uint64_t{0}}) {
    std::vector<std::byte> bad = good;
    put_u64(&bad[24], line);
    const Result<std::size_t> used = BlockCodec::decode(bad, back);
    REQUIRE(!used.ok());
    CHECK(used.status().code() == Code::corrupt);
    CHECK(used.status().text() == "blocks: a line number above 2^63; the header is damaged");
    CHECK(used.status().at() == 24);
  }
  ExampleBlock far;
  far.begin();
  far.set_line(kMost + 1);
  far.finish();
  std::vector<std::byte> bytes;
  CHECK(BlockCodec::encode(far, bytes).code() == Code::exhausted);
}

TEST_CASE("blocks: lies under right checksums are corrupt, never a crash") {
  const std::vector<std::byte> good = encoded(everything());
  ExampleBlock back;
  std::size_t refused = 0;
  for (std::size_t at = 8; at < good.size(); ++at) {
    for (const int to : {0, 1, 0x7f, 0xff}) {
      if (at >= 12 && at < 32) continue;
      std::vector<std::byte> bad = good;
      bad[at] = static_cast<std::byte>(to);
      const Result<std::size_t> used = BlockCodec::decode(resealed(bad), back);
      refused += !used.ok();
      if (!used.ok())
        CHECK((used.status().code() == Code::corrupt || used.status().code() == Code::unsupported));
    }
  }
  CHECK(refused > 200);
}

TEST_CASE("blocks: a few bytes can't make a reader allocate") {
  std::vector<std::byte> bytes = encoded(ExampleBlock());
  put_u32(&bytes[8], 1u << 20);
  ExampleBlock back;
  const Result<std::size_t> used = BlockCodec::decode(resealed(bytes), back);
  REQUIRE(!used.ok());
  CHECK(used.status().text() == "blocks: more examples than bits");
}

TEST_CASE("blocks: an unknown section may be skipped from 0x8000 on only") {
  std::vector<std::byte> bytes = encoded(small_table());
  bytes.resize(bytes.size() + 16);
  std::byte* section = &bytes[bytes.size() - 16];
  put_u32(section + 4, 3);
  put_u32(&bytes[12], static_cast<uint32_t>(bytes.size() - 32));
  ExampleBlock back;
  put_u16(section, 0x8001);
  CHECK(BlockCodec::decode(resealed(bytes), back).ok());
  put_u16(section, 0x7fff);
  CHECK(BlockCodec::decode(resealed(bytes), back).status().code() == Code::unsupported);
}

TEST_CASE("blocks: what can't be written is refused and nothing is added") {
  ExampleBlock block = small_table();
  block.own_names = true;
  block.names.push_back({ExampleBlock::NameKind::numeric, 0, std::string(70'000, 'x')});
  std::vector<std::byte> bytes(3);
  CHECK(BlockCodec::encode(block, bytes).code() == Code::exhausted);
  CHECK(bytes.size() == 3);
}

namespace {

// As a door logs it: names of its own, the columns in the caller's order.
ExampleBlock named() {
  using enum ExampleBlock::NameKind;
  ExampleBlock block;
  block.own_names = true;
  block.names = {{numeric, 0, "price"}, {numeric, 0, "demand"}, {nominal, 0, "state"},
                 {category, 2, "NSW"},  {label_class, 0, "up"}, {label_class, 0, "down"}};
  block.begin();
  const std::span<float> row = block.add_dense(2);
  row[0] = 10;
  row[1] = 20;
  block.add_nominal(2, 3);
  block.add_label(5);
  block.finish();
  return block;
}

}  // namespace

TEST_CASE("blocks: names of its own become the ids of the model, new ones are added") {
  Schema schema;
  REQUIRE(schema.feature("demand", Schema::Kind::numeric).ok());
  ExampleBlock block;
  REQUIRE(BlockCodec::decode(encoded(named()), block).ok());
  REQUIRE(BlockCodec::resolve(block, schema, false).ok());
  CHECK(!block.own_names);
  const Example x = block[0];
  CHECK(list(x.dense) == std::vector<float>{20, 10});  // demand is 0, price became 1: still dense
  CHECK(list(x.nominal.index) == std::vector<uint32_t>{2});
  CHECK(schema.category_name(2, x.nominal.category[0]) == "NSW");
  CHECK(schema.class_name(static_cast<uint32_t>(x.label[0])) == "down");
}

TEST_CASE("blocks: columns that aren't the model's first become numeric features") {
  Schema schema;
  for (const char* name : {"a", "b", "demand"})
    REQUIRE(schema.feature(name, Schema::Kind::numeric).ok());
  ExampleBlock block = named();
  REQUIRE(BlockCodec::resolve(block, schema, false).ok());
  const Example x = block[0];
  CHECK(x.dense.empty());
  CHECK(list(x.numeric.index) == std::vector<uint32_t>{3, 2});
  CHECK(list(x.numeric.value) == std::vector<float>{10, 20});
}

TEST_CASE("blocks: for a prediction unknown names are dropped and nothing is added") {
  Schema schema;
  REQUIRE(schema.feature("demand", Schema::Kind::numeric).ok());
  ExampleBlock block = named();
  BlockCodec::resolve_known(block, schema);
  CHECK(list(block[0].numeric.index) == std::vector<uint32_t>{0});
  CHECK(list(block[0].numeric.value) == std::vector<float>{20});
  CHECK(block[0].nominal.index.empty());
  CHECK(block[0].label.empty());
  CHECK(schema.feature_count() == 1);
}

TEST_CASE("blocks: a name of another kind is refused and the block unchanged") {
  Schema schema;
  REQUIRE(schema.feature("price", Schema::Kind::nominal).ok());
  ExampleBlock block = named();
  CHECK(BlockCodec::resolve(block, schema, false).code() == Code::invalid_argument);
  CHECK(block.own_names);
  CHECK(list(block[0].dense) == std::vector<float>{10, 20});
}

TEST_CASE("blocks: positions that name nothing, or the wrong kind, are corrupt") {
  ExampleBlock back;
  ExampleBlock wide = named();
  wide.begin();
  wide.add_dense(3);
  wide.finish();
  CHECK(BlockCodec::decode(encoded(wide), back).status().text() ==
        "blocks: a dense column without a name");
  ExampleBlock label = named();
  label.begin();
  label.add_label(3);
  label.finish();
  CHECK(BlockCodec::decode(encoded(label), back).status().text() ==
        "blocks: a class without a name");
}

TEST_CASE(
    "blocks: a block that names itself becomes the same ids in an empty schema, and follows "
    "another's order") {
  Schema from;
  REQUIRE(from.feature("age", Schema::Kind::numeric).ok());
  REQUIRE(from.feature("town", Schema::Kind::nominal).ok());
  REQUIRE(from.category(1, "Bern").ok());
  REQUIRE(from.category(1, "Basel").ok());
  REQUIRE(from.label_class("no").ok());
  REQUIRE(from.label_class("yes").ok());
  ExampleBlock block;
  block.begin();
  block.add_numeric(0, 31);
  block.add_nominal(1, 1);
  block.add_label(1);
  block.finish();
  BlockCodec::name(block, from, true);
  std::vector<std::byte> bytes;
  REQUIRE(BlockCodec::encode(block, bytes).ok());
  REQUIRE(BlockCodec::decode(bytes, block).ok());
  Schema to;
  REQUIRE(to.feature("town", Schema::Kind::nominal).ok());
  REQUIRE(BlockCodec::resolve(block, to, false).ok());
  CHECK(to.name(block[0].numeric.index[0]) == "age");
  CHECK(block[0].nominal.index[0] == 0);
  CHECK(to.category_name(0, block[0].nominal.category[0]) == "Basel");
  CHECK(to.class_name(static_cast<uint32_t>(block[0].label[0])) == "yes");
}

TEST_CASE("blocks: hashes have no names to go by, and come back as they are") {
  for (const bool classes : {false, true}) {
    CAPTURE(classes);
    ExampleBlock block;
    block.begin();
    block.add_numeric(0xfedcba98, 31);
    block.finish();
    BlockCodec::name(block, Schema(), classes);
    std::vector<std::byte> bytes;
    REQUIRE(BlockCodec::encode(block, bytes).ok());
    REQUIRE(BlockCodec::decode(bytes, block).ok());
    CHECK(!block.own_names);
    CHECK(block[0].numeric.index[0] == 0xfedcba98);
  }
}

TEST_CASE("blocks: decisions and queries come back") {
  ExampleBlock block;
  block.begin_decision();
  for (uint32_t k = 0; k < 3; ++k) {
    block.begin();
    block.add_numeric(k, 1);
    block.set_query(7 + k);
    block.finish();
  }
  block.finish_decision(1, -.5f, .25f);
  block.begin_decision();
  block.begin();
  block.finish();
  block.drop_decision();
  block.begin_decision();
  for (uint32_t k = 0; k < 2; ++k) {
    block.begin();
    block.finish();
  }
  block.finish_decision(-1, 0, 1);
  REQUIRE(block.size() == 5);
  std::vector<std::byte> bytes;
  REQUIRE(BlockCodec::encode(block, bytes).ok());
  ExampleBlock back;
  REQUIRE(BlockCodec::decode(bytes, back).ok());
  REQUIRE(back.decisions().size() == 2);
  std::vector<Example> actions;
  const Decision decision = back.decision(back.decisions()[0], actions);
  CHECK(decision.shared.numeric.index[0] == 0);
  CHECK(decision.actions[1].numeric.index[0] == 2);
  CHECK(decision.chosen == 1);
  CHECK(decision.cost == -.5f);
  CHECK(decision.probability == .25f);
  CHECK(back.decisions()[1].chosen == -1);
  CHECK(back.query(2) == 9);
  CHECK(back.query(4) == 0);
}

}  // namespace freshet
