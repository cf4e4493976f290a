#include "freshet/core/example_block.h"

#include <doctest/doctest.h>

using namespace freshet;

TEST_CASE("block: examples come back as they were written, a dropped one leaves nothing") {
  ExampleBlock block;
  block.begin();
  block.add_dense(2)[1] = 5;
  block.add_label(1);
  block.set_weight(2);
  block.set_id("first");
  block.set_line(7);
  block.finish();
  block.begin();
  block.add_numeric(3, 1.5f);
  block.add_nominal(4, 9);
  block.add_text(5, "gone");
  block.drop();
  block.begin();
  block.add_numeric(8, 0.5f);
  block.add_group(32, 0, 1);
  block.add_text(6, "kept");
  block.set_time(42);
  block.finish();
  REQUIRE(block.size() == 2);
  CHECK(block[0].dense.size() == 2);
  CHECK(block[0].dense[1] == 5);
  CHECK(block[0].label[0] == 1);
  CHECK(block[0].weight == 2);
  CHECK(block.id(0) == "first");
  CHECK(block.line(0) == 7);
  CHECK(block[0].text.empty());
  CHECK(block[1].dense.empty());
  CHECK(block[1].numeric.index[0] == 8);
  CHECK(block[1].nominal.index.empty());
  CHECK(block[1].groups[0].key == 32);
  CHECK(block[1].text[0].value == "kept");
  CHECK(block[1].time_us == 42);
  CHECK(block[1].label.empty());
  CHECK(block.id(1).empty());
}

TEST_CASE("block: append copies a view whole") {
  ExampleBuffer one;
  one.dense = {1, 2};
  one.index = {7};
  one.value = {3};
  one.nominal = {1};
  one.category = {2};
  one.label = {0};
  one.weight = 0.5f;
  one.time_us = 9;
  ExampleBlock block;
  block.append(one.view(), "id", 3);
  const Example x = block[0];
  CHECK(x.dense[1] == 2);
  CHECK(x.numeric.value[0] == 3);
  CHECK(x.nominal.category[0] == 2);
  CHECK(x.weight == 0.5f);
  CHECK(x.time_us == 9);
}

TEST_CASE("scratch: two loans at once are two buffers, and one given back is lent again") {
  ScratchPool pool;
  Scratch* first = nullptr;
  {
    ScratchPool::Loan a(pool), b(pool);
    first = &*a;
    CHECK(&*a != &*b);
  }
  ScratchPool::Loan a(pool), b(pool);
  CHECK((&*a == first || &*b == first));
}
