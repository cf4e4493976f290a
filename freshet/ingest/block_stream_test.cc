#include "freshet/ingest/block_stream.h"

#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include "freshet/core/label_map.h"
#include "freshet/log/local/test_folder.h"

namespace freshet {
namespace {

std::string rows(int count) {
  std::string text;
  for (int k = 0; k < count; ++k)
    text += std::to_string(k % 7) + " |f word" + std::to_string(k) + ":0.25 other\n";
  return text;
}

struct Outcome {
  uint64_t rows = 0, sum = 0;
  std::string error;
  uint32_t classes = 0;
};

Outcome read_all(const std::string& path, bool ahead, uint64_t limit = 0) {
  Schema schema;
  InputOptions what;
  what.data = path;
  what.format = "vw";
  ReaderOptions how;
  how.label = Target::one_class;
  Result<std::unique_ptr<Input>> input = Input::open(what, how, schema);
  REQUIRE(input.ok());
  Outcome all;
  BlockStream blocks(**input, schema, ahead, limit);
  while (true) {
    const Result<const BlockStream::Item*> item = blocks.next();
    if (!item.ok()) all.error = item.status().text();
    if (!item.ok() || *item == nullptr) break;
    CHECK((*item)->source == path);
    all.classes = (*item)->classes;
    for (uint32_t k = 0; k < (*item)->block.size(); ++k)
      all.sum = all.sum * 31 + (*item)->block[k].numeric.index[0] + (*item)->block.line(k);
    all.rows += (*item)->block.size();
  }
  return all;
}

}  // namespace

TEST_CASE("block stream: the same examples in the same order, read ahead or not") {
  const TestFolder folder;
  const std::string path = folder.file("rows.vw", rows(20000));
  const Outcome one = read_all(path, false), two = read_all(path, true);
  CHECK(one.rows == 20000);
  CHECK(two.rows == one.rows);
  CHECK(two.sum == one.sum);
  CHECK(two.classes == 7);
}

TEST_CASE("block stream: nothing is read behind the block with the last example asked for") {
  const TestFolder folder;
  const std::string path = folder.file("rows.vw", rows(20000));
  const Outcome one = read_all(path, false, 3000), two = read_all(path, true, 3000);
  CHECK(one.rows == 3072);
  CHECK(two.rows == one.rows);
  CHECK(two.sum == one.sum);
}

TEST_CASE("block stream: a bad line stops it at its place") {
  const TestFolder folder;
  const std::string path = folder.file("rows.vw", rows(5000) + "1 |f x:1y\n" + rows(5000));
  const Outcome one = read_all(path, false), two = read_all(path, true);
  CHECK(one.error == two.error);
  CHECK(one.error.find(":5001:8: expected a number after \"x:\"") != std::string::npos);
  CHECK(one.rows == two.rows);
}

TEST_CASE("block stream: who learns looks classes up while the reader adds more") {
  std::string text;
  for (int k = 0; k < 20000; ++k)
    text += std::to_string(k / 100) + " |f x\n";
  const TestFolder folder;
  Schema schema;
  InputOptions what;
  what.data = folder.file("rows.vw", text);
  what.format = "vw";
  ReaderOptions how;
  how.label = Target::one_class;
  Result<std::unique_ptr<Input>> input = Input::open(what, how, schema);
  REQUIRE(input.ok());
  BlockStream blocks(**input, schema, true, 0);
  uint32_t classes = 0;
  while (true) {
    const Result<const BlockStream::Item*> item = blocks.next();
    REQUIRE(item.ok());
    if (*item == nullptr) break;
    for (; classes < (*item)->classes; ++classes) {
      const std::string name = std::to_string(classes);
      CHECK(schema.class_name(classes) == name);
      CHECK(find_class(schema, name) == classes);
    }
  }
  CHECK(classes == 200);
}

TEST_CASE("block stream: who stops early doesn't wait for a pipe that is silent") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const std::string path = "/dev/fd/" + std::to_string(ends[0]), text = rows(2000);
  REQUIRE(write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  Schema schema;
  InputOptions what;
  what.data = path;
  what.format = "vw";
  Result<std::unique_ptr<Input>> input = Input::open(what, {}, schema);
  REQUIRE(input.ok());
  {
    BlockStream blocks(**input, schema, true, 0);
    const Result<const BlockStream::Item*> item = blocks.next();
    REQUIRE(item.ok());
    CHECK((*item)->block.size() == 1024);
  }
  close(ends[0]);
  close(ends[1]);
}

TEST_CASE("block stream: can be dropped before anything is read") {
  const TestFolder folder;
  const std::string path = folder.file("rows.vw", rows(20000));
  Schema schema;
  InputOptions what;
  what.data = path;
  what.format = "vw";
  for (int k = 0; k < 20; ++k) {
    Result<std::unique_ptr<Input>> input = Input::open(what, {}, schema);
    REQUIRE(input.ok());
    BlockStream blocks(**input, schema, true, 0);
  }
}

}  // namespace freshet
