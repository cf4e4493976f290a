#include "freshet/core/model_file.h"

#include <cstring>

#include <doctest/doctest.h>

#include "freshet/core/spec.h"
#include "freshet/core/testing.h"

using namespace freshet;
using freshet::testing::kRegistry;

namespace {
std::vector<std::byte> trained_file() {
  auto model = make_learner("plus(by=0.1) | average(start=3)", kRegistry);
  REQUIRE(model.ok());
  const float x = 1, label = 4;
  for (int k = 0; k < 3; ++k)
    REQUIRE((*model)->learn({.dense = {&x, 1}, .label = {&label, 1}}, {}).ok());
  Schema schema;
  REQUIRE(schema.feature("age", Schema::Kind::numeric).ok());
  ModelFileWriter out;
  out.keys["freshet.version"] = std::string("0.1.0");
  out.keys["model.examples"] = uint64_t{3};
  out.keys["a.flag"] = true;
  out.keys["a.real"] = 0.5;
  out.keys["a.whole"] = int64_t{-1};
  out.keys["a.bytes"] = std::vector<std::byte>{std::byte{7}};
  out.set_schema(schema);
  REQUIRE(out.add_learner(**model).ok());
  out.add_chunk({{'x', 'N', 'O', 'T'}}, true, {std::byte{1}, std::byte{2}});
  return out.finish();
}
}  // namespace

TEST_CASE("model file: a pipeline comes back with its options, state, names and keys") {
  const auto bytes = trained_file();
  auto file = ModelFileReader::open(bytes);
  REQUIRE(file.ok());
  CHECK(file->number("model.examples") == 3);
  CHECK(file->text("freshet.version") == "0.1.0");
  auto schema = file->schema();
  REQUIRE(schema.ok());
  CHECK(schema->name(0) == "age");
  auto model = file->learner(kRegistry);
  REQUIRE(model.ok());
  CHECK(spec_of(**model) == "plus(by=0.1) | average(start=3)");
  const float x = 1;
  float out = 0;
  (*model)->predict({.dense = {&x, 1}}, {&out, 1});
  CHECK(out == doctest::Approx(4 + 1.3));
}

TEST_CASE("model file: payloads stand at multiples of 64 and the same model gives the same bytes") {
  const auto bytes = trained_file();
  CHECK(bytes == trained_file());
  auto file = ModelFileReader::open(bytes);
  REQUIRE(file.ok());
  for (const auto& tensor : file->tensors())
    CHECK((tensor.data.data() - bytes.data()) % 64 == 0);
}

TEST_CASE("model file: cut anywhere it is refused") {
  const auto bytes = trained_file();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Code code = ModelFileReader::open(std::span(bytes).first(size)).status().code();
    REQUIRE((code == Code::corrupt || code == Code::unsupported));
  }
}

TEST_CASE("model file: any flipped bit is found") {
  auto bytes = trained_file();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      bytes[at] ^= std::byte{1} << bit;
      const Code code = ModelFileReader::open(bytes).status().code();
      REQUIRE((code == Code::corrupt || code == Code::unsupported));
      bytes[at] ^= std::byte{1} << bit;
    }
  }
}

TEST_CASE(
    "model file: what follows the end, an unknown chunk and an unknown component are refused") {
  auto bytes = trained_file();
  bytes.push_back(std::byte{0});
  CHECK(ModelFileReader::open(bytes).status().code() == Code::corrupt);

  ModelFileWriter needed;
  needed.keys["freshet.version"] = std::string("9.0.0");
  needed.add_chunk({{'N', 'E', 'W', '!'}}, false, {});
  const auto newer = needed.finish();
  auto opened = ModelFileReader::open(newer);
  CHECK(opened.status().code() == Code::unsupported);
  CHECK(opened.status().text().find("9.0.0") != std::string_view::npos);

  ModelFileWriter other;
  other.keys["step.0.name"] = std::string("oracle");
  const auto unknown = other.finish();
  auto file = ModelFileReader::open(unknown);
  REQUIRE(file.ok());
  CHECK(file->learner(kRegistry).status().code() == Code::unsupported);
}
