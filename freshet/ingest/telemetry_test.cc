#include "freshet/ingest/telemetry.h"

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "freshet/log/local/test_folder.h"

using namespace freshet;

namespace {
constexpr int64_t kSecond = 1'000'000;

HostCounters counters(int64_t seconds, uint64_t busy, uint64_t disk = 0) {
  return {.time_us = seconds * kSecond,
          .busy = busy,
          .total = static_cast<uint64_t>(seconds) * 200,
          .disk = disk};
}

void write(const std::filesystem::path& path, const char* text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}
}  // namespace

TEST_CASE("telemetry: shares and rates are those of the last second and the last ten") {
  Telemetry telemetry;
  std::array<float, kTelemetryNames.size()> row{};
  for (int64_t t = 0; t <= 9; ++t)
    telemetry.add(counters(t, 0), row);
  telemetry.add(counters(10, 100, 5000), row);
  CHECK(row[0] == 50);  // 100 of 200 ticks
  CHECK(row[1] == 5);   // 100 of 2,000
  CHECK(row[2] == doctest::Approx(std::log1p(5000.0)));
  CHECK(row[3] == doctest::Approx(std::log1p(500.0)));
}

TEST_CASE("telemetry: a target is the second that follows, and unknown until it is over") {
  Telemetry telemetry;
  std::array<float, kTelemetryNames.size()> row{};
  telemetry.add(counters(1, 0), row);
  float busy = -1;
  CHECK_FALSE(telemetry.target(kSecond, busy));
  telemetry.add(counters(2, 150), row);
  REQUIRE(telemetry.target(kSecond, busy));
  CHECK(busy == 75);
  CHECK_FALSE(telemetry.target(2 * kSecond, busy));
}

TEST_CASE("telemetry: files of /proc are read as documented") {
  const TestFolder folder;
  const std::filesystem::path proc = folder.path();
  write(proc / "stat", "cpu  10 0 5 80 5 0 0 0 3 0\ncpu0 1 2 3 4\n");
  write(proc / "diskstats",
        "8 0 sda 1 0 10 0 1 0 20 0 0 0 0\n8 1 sda1 1 0 10 0 1 0 20 0 0 0 0\n7 0 loop0 1 0 9 0 1 0 "
        "9 0\n");
  write(proc / "net/dev", "a\nb\n  lo: 9 0 0 0 0 0 0 0 9 0\neth0: 100 1 0 0 0 0 0 0 50 1 0\n");
  write(proc / "meminfo", "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 250 kB\n");
  write(proc / "loadavg", "0.50 0.4 0.3 1/2 3\n");
  const auto read = read_host_counters(proc.string(), 7);
  REQUIRE(read.ok());
  CHECK(read->busy == 15);
  CHECK(read->total == 100);
  CHECK(read->disk == 30 * 512);
  CHECK(read->network == 150);
  CHECK(read->memory_percent == 75);
  std::filesystem::remove(proc / "meminfo");
  const auto missing = read_host_counters(proc.string(), 7);
  CHECK(missing.status().code() == Code::unavailable);
  CHECK(missing.status().text().find("meminfo") != std::string_view::npos);
}

TEST_CASE("telemetry: this machine answers") {
  const auto read = read_host_counters("/proc", 1);
  REQUIRE(read.ok());
  CHECK(read->total > 0);
}
