#include "bench/log_bench.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>

#include "bench/measure.h"
#include "freshet/base/failure.h"
#include "freshet/log/file.h"
#include "freshet/log/local/appender.h"

namespace freshet {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kRecord = 4096;  // payload bytes of the append path
constexpr uint32_t kInFlight = 64;
constexpr uint64_t kLargest = uint64_t{64} << 20;  // segments of a log that has run for a while

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::vector<std::byte> body_of(std::size_t bytes) {
  return PayloadBuilder()
      .section(Tag::examples, std::vector<std::byte>(bytes - 8, std::byte{0x5a}))
      .take();
}

Result<std::unique_ptr<Appender>> open_appender(LogThreads& threads, const std::string& folder,
                                                uint32_t sync_delay_us, uint64_t segment_bytes) {
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  FRESHET_TRY_ASSIGN(WriterLock lock, WriterLock::acquire(folder));
  return Appender::open(
      threads, std::move(lock),
      {.log = {.first_segment_bytes = segment_bytes}, .sync_delay_us = sync_delay_us});
}

struct Appending {
  double bytes_per_s = 0;
  std::vector<uint32_t> batches;  // records of each write
};

// The append path: the callback of one record sends the next, so that 64 are always under way.
Result<Appending> append_path(LogThreads& threads, const std::string& folder, uint64_t records) {
  FRESHET_TRY_ASSIGN(const auto appender, open_appender(threads, folder, 0, kLargest));
  std::atomic<uint64_t> sent{0}, acked{0}, refused{0};
  const std::vector<std::byte> body = body_of(kRecord);
  std::function<void(const Status&, const Appended&)> done;
  const auto send = [&] {
    if (sent.fetch_add(1, std::memory_order_relaxed) >= records) return;
    AppendRequest request{.kind = EventKind::example, .examples = 1, .body = body};
    request.done = [&done](const Status& status, const Appended& appended) {
      done(status, appended);
    };
    if (!appender->submit(std::move(request)).ok()) refused.fetch_add(1);
  };
  done = [&](const Status& status, const Appended&) {
    if (!status.ok()) refused.fetch_add(1);
    acked.fetch_add(1, std::memory_order_release);
    send();
  };
  Appending result;
  auto tail = appender->tail(1, Tail::Role::gate);
  const auto start = Clock::now();
  for (uint32_t i = 0; i < kInFlight; i++)
    send();
  uint64_t read = 0;
  while (read < records && refused == 0) {
    FRESHET_TRY_ASSIGN(const auto batch, tail->next(100'000));
    if (batch.empty()) continue;
    read += batch.size();
    result.batches.push_back(static_cast<uint32_t>(batch.size()));
  }
  result.bytes_per_s = static_cast<double>(acked * kRecord) / seconds_since(start);
  tail.reset();
  FRESHET_TRY(appender->close());
  if (refused != 0) return {Code::exhausted, "bench: the log refused records; is the disk full?"};
  return result;
}

// The same bytes in the same writes, without a log around them.
Result<double> bare_loop(const std::string& path, const std::vector<uint32_t>& batches) {
  FRESHET_TRY_ASSIGN(const File file, File::open(path, O_WRONLY | O_CREAT | O_TRUNC));
  const std::vector<std::byte> record(record_bytes(kRecord), std::byte{0x5a});
  std::vector<IoSlice> slices;
  uint64_t offset = 0, records = 0;
  const auto start = Clock::now();
  for (const uint32_t count : batches) {
    slices.assign(count, {const_cast<std::byte*>(record.data()), record.size()});
    uint64_t written = 0;
    FRESHET_TRY(file.write_at(offset, slices, &written));
    offset += written;
    records += count;
  }
  const double rate = static_cast<double>(records * kRecord) / seconds_since(start);
  FRESHET_TRY(remove_file(path));
  return rate;
}

struct Durable {
  double acks_per_s = 0;
  double acks_per_sync = 0;
};

// As a door does it: one callback when appended, one when durable, and a thread that waits for the second.
bool append_durably(Appender& appender, const std::vector<std::byte>& body) {
  std::atomic<int> outcome{0};
  const auto finish = [&outcome](const Status& status) {
    outcome.store(status.ok() ? 1 : 2, std::memory_order_release);
    outcome.notify_one();
  };
  AppendRequest request{.kind = EventKind::example, .examples = 1, .body = body};
  request.done = [&appender, &finish](const Status& status, const Appended& appended) {
    if (status.ok()) {
      appender.when_durable(appended.lsn, finish);
    } else {
      finish(status);
    }
  };
  if (!appender.submit(std::move(request)).ok()) return false;
  outcome.wait(0, std::memory_order_acquire);
  return outcome.load() == 1;
}

Result<Durable> durable_clients(LogThreads& threads, const std::string& folder, uint32_t clients,
                                uint32_t sync_delay_us, double seconds) {
  FRESHET_TRY_ASSIGN(const auto appender, open_appender(threads, folder, sync_delay_us, kLargest));
  std::atomic<bool> stop{false}, failed{false};
  const std::vector<std::byte> body = body_of(256);
  const auto client = [&] {
    while (!stop) {
      if (!append_durably(*appender, body)) failed = stop = true;
    }
  };
  std::vector<std::thread> running;
  for (uint32_t i = 0; i < clients; i++)
    running.emplace_back(client);
  std::this_thread::sleep_for(
      std::chrono::duration<double>(seconds / 5));  // until they have found their rhythm
  const AppenderStats before = appender->stats();
  const auto start = Clock::now();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  const AppenderStats after = appender->stats();
  const double elapsed = seconds_since(start);
  stop = true;
  for (std::thread& thread : running)
    thread.join();
  FRESHET_TRY(appender->close());
  if (failed) return {Code::unavailable, "bench: the log failed; is the disk full?"};
  const auto acks = static_cast<double>(after.acks - before.acks);
  return Durable{acks / elapsed,
                 acks / std::max(1.0, static_cast<double>(after.syncs - before.syncs))};
}

Status measure_append(LogThreads& threads, const LogBenchOptions& options,
                      const std::string& folder, std::vector<Figure>& figures) {
  std::vector<double> log, loop, ratio, size;
  for (uint32_t round = 0; round < options.rounds; round++) {
    FRESHET_TRY_ASSIGN(const Appending appending,
                       append_path(threads, folder + "/append", options.bytes / kRecord));
    FRESHET_TRY_ASSIGN(const double bare, bare_loop(folder + "/bare", appending.batches));
    log.push_back(appending.bytes_per_s);
    loop.push_back(bare);
    ratio.push_back(appending.bytes_per_s / bare);
    size.push_back(static_cast<double>(options.bytes / kRecord) /
                   static_cast<double>(appending.batches.size()));
  }
  figures.push_back({"append path, records of 4 KiB, 64 in flight", median(log) / 1e6, "MB/s"});
  figures.push_back({"a loop writing the same batches", median(loop) / 1e6, "MB/s"});
  figures.push_back({"append path / loop", median(ratio), "x", 0.5});
  figures.push_back({"records in a write", median(size), "records"});
  return {};
}

Status measure_durable(LogThreads& threads, const LogBenchOptions& options,
                       const std::string& folder, std::vector<Figure>& figures) {
  const auto run = [&](uint32_t clients, uint32_t delay_us) {
    return durable_clients(threads, folder + "/durable", clients, delay_us, options.seconds);
  };
  FRESHET_TRY_ASSIGN(const Durable one, run(1, 0));
  FRESHET_TRY_ASSIGN(const Durable many, run(16, 0));
  FRESHET_TRY_ASSIGN(const Durable patient, run(16, 200));
  FRESHET_TRY_ASSIGN(const Durable crowd, run(64, 0));
  figures.push_back({"durable, 1 client", one.acks_per_s, "acks/s"});
  figures.push_back({"durable, 16 clients", many.acks_per_s, "acks/s"});
  figures.push_back({"durable, 16 clients, acks for each fsync", many.acks_per_sync, "acks", 7.0});
  figures.push_back({"durable, 16 clients, sync_delay_us 200", patient.acks_per_s, "acks/s"});
  figures.push_back({"durable, 16 clients, sync_delay_us 200, acks for each fsync",
                     patient.acks_per_sync, "acks", 14.0});
  figures.push_back({"durable, 64 clients", crowd.acks_per_s, "acks/s"});
  figures.push_back({"durable, 64 clients / 1 client", crowd.acks_per_s / one.acks_per_s, "x"});
  return {};
}

}  // namespace

Result<std::vector<Figure>> bench_log(const LogBenchOptions& options) noexcept {
  const std::string folder = options.folder + "/freshet-bench-log";
  FRESHET_TRY(make_folders(folder));
  std::vector<Figure> figures;
  LogThreads threads;
  Status status = measure_append(threads, options, folder, figures);
  if (status.ok()) status = measure_durable(threads, options, folder, figures);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  if (!status.ok()) return status;
  return figures;
}

}  // namespace freshet
