#include "freshet/runtime/table_memory.h"

#include <cstdint>
#include <cstdio>

#include <doctest/doctest.h>

#include "freshet/core/table.h"

namespace freshet {
namespace {

std::size_t resident_pages() {
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  REQUIRE(file != nullptr);
  unsigned long long size = 0, resident = 0;
  REQUIRE(std::fscanf(file, "%llu %llu", &size, &resident) == 2);
  std::fclose(file);
  return static_cast<std::size_t>(resident);
}

}  // namespace

TEST_CASE("system tables: zeros at every size, aligned, given back") {
  for (const std::size_t bytes :
       {std::size_t{4}, std::size_t{4096}, std::size_t{5000}, std::size_t{2} << 20,
        (std::size_t{2} << 20) + 4, std::size_t{9} << 20}) {
    for (int k = 0; k < 3; k++) {
      auto* range = static_cast<float*>(kSystemTables.take(bytes));
      REQUIRE(range != nullptr);
      CHECK(reinterpret_cast<uintptr_t>(range) % 64 == 0);
      CHECK(range[0] == 0);
      CHECK(range[bytes / 4 - 1] == 0);
      range[0] = 1;
      range[bytes / 4 - 1] = 1;
      kSystemTables.give(range, bytes);
    }
  }
}

TEST_CASE("system tables: a large one takes memory where it is stored to, only") {
  const std::size_t was = resident_pages();
  auto table = Table::make(std::size_t{1} << 30, &kSystemTables);  // 4 GiB
  if (!table.ok()) {
    CHECK(table.status().code() == Code::exhausted);
    return;
  }
  for (std::size_t at = 5; at < table->size(); at += table->size() / 8) {
    table->touch(at);
    table->data()[at] = 1;
  }
  // Eight huge pages at most, and the marks. Others may have given pages back meanwhile.
  CHECK(resident_pages() < was + (std::size_t{24} << 20) / 4096);
}

TEST_CASE("system tables: what no machine has is exhausted") {
  CHECK(Table::make(std::size_t{1} << 55, &kSystemTables).status().code() == Code::exhausted);
  CHECK(kSystemTables.available() > 0);
}

}  // namespace freshet
