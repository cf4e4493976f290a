#include "freshet/base/pool.h"

#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/rng.h"

namespace freshet {
namespace {

struct Node {
  explicit Node(int* count) : alive(count) { ++*alive; }
  ~Node() { --*alive; }
  int* alive;
  double payload[5] = {};
};

}  // namespace

TEST_CASE("pool: objects are made, ended and their memory used again") {
  Pool pool;
  int alive = 0;
  Node* first = pool.make<Node>(&alive);
  REQUIRE(first != nullptr);
  CHECK(alive == 1);
  CHECK(pool.used_bytes() >= sizeof(Node));
  pool.drop(first);
  CHECK(alive == 0);
  CHECK(pool.used_bytes() == 0);
  CHECK(pool.make<Node>(&alive) == first);
  pool.drop<Node>(nullptr);
}

TEST_CASE("pool: pieces don't overlap, are aligned, and all come back") {
  Pool pool;
  Draws draws(1, 0, 0);
  struct Piece {
    unsigned char* at;
    std::size_t size;
    unsigned char fill;
  };
  std::vector<Piece> pieces;
  for (int round = 0; round < 20000; round++) {
    if (!pieces.empty() && draws.below(5) < 2) {
      const std::size_t i = draws.below(static_cast<uint32_t>(pieces.size()));
      const Piece piece = pieces[i];
      for (std::size_t k = 0; k < piece.size; k++)
        REQUIRE(piece.at[k] == piece.fill);
      pool.give(piece.at, piece.size);
      pieces[i] = pieces.back();
      pieces.pop_back();
      continue;
    }
    const std::size_t size = draws.below(50) == 0 ? draws.below(200000) : draws.below(500);
    auto* at = static_cast<unsigned char*>(pool.take(size));
    REQUIRE(at != nullptr);
    REQUIRE(reinterpret_cast<std::uintptr_t>(at) % alignof(std::max_align_t) == 0);
    const auto fill = static_cast<unsigned char>(round);
    std::memset(at, fill, size);
    pieces.push_back({at, size, fill});
  }
  for (const Piece& piece : pieces)
    pool.give(piece.at, piece.size);
  CHECK(pool.used_bytes() == 0);
}

TEST_CASE("pool: at the limit it answers null, says so, and works on after pieces came back") {
  Pool pool(10000);
  std::vector<void*> pieces;
  while (void* piece = pool.take(100))
    pieces.push_back(piece);
  CHECK(pool.exhausted());
  CHECK(pool.bytes() <= 10000);
  CHECK(pieces.size() * 128 > 8000);  // hardly anything is lost below the limit
  pool.give(pieces.back(), 100);
  pool.clear_exhausted();
  CHECK(pool.take(100) != nullptr);
  CHECK(pool.take(1 << 20) == nullptr);
  CHECK(pool.exhausted());
}

TEST_CASE("pool: a limit of nothing gives nothing") {
  Pool pool(0);
  CHECK(pool.take(1) == nullptr);
  CHECK(pool.bytes() == 0);
}

TEST_CASE("pool: large pieces go back to the machine at once") {
  Pool pool;
  void* piece = pool.take(1 << 20);
  CHECK(pool.bytes() >= 1 << 20);
  pool.give(piece, 1 << 20);
  CHECK(pool.bytes() == 0);
}

TEST_CASE("pool: arrays come zeroed; sizes that overflow are refused") {
  Pool pool;
  auto* dirty = static_cast<unsigned char*>(pool.take(400));
  std::memset(dirty, 0xff, 400);
  pool.give(dirty, 400);
  auto* numbers = pool.make_array<uint32_t>(100);
  for (int i = 0; i < 100; i++)
    REQUIRE(numbers[i] == 0);
  pool.drop_array(numbers, 100);
  CHECK(pool.make_array<uint64_t>(SIZE_MAX / 4) == nullptr);
  CHECK(pool.take(SIZE_MAX) == nullptr);
}

TEST_CASE("pool: an option memory is a limit, but for 0") {
  CHECK(pool_limit(0) == SIZE_MAX);
  CHECK(pool_limit(1) == 1);
  CHECK(pool_limit(UINT64_MAX) == SIZE_MAX);
}

TEST_CASE("pool: moving takes everything along, clearing frees everything") {
  Pool first;
  auto* number = first.make_array<int>(10);
  number[3] = 5;
  Pool second = std::move(first);
  CHECK(number[3] == 5);
  CHECK(second.used_bytes() > 0);
  second.clear();
  CHECK(second.bytes() == 0);
  CHECK(second.take(8) != nullptr);
}

}  // namespace freshet
