#include "freshet/ingest/telemetry.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "freshet/base/chars.h"
#include "freshet/base/failure.h"

namespace freshet {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr uint64_t kSectorBytes = 512;  // of /proc/diskstats, whatever the disk's own

std::optional<std::string> read_text(const std::string& path) noexcept {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                             &std::fclose);
  if (!file) return std::nullopt;
  std::string text;
  std::array<char, 4096> part{};
  while (const std::size_t n = std::fread(part.data(), 1, part.size(), file.get()))
    text.append(part.data(), n);
  return text;
}

/// Takes the next blank-separated word of a line; empty at its end.
std::string_view next_word(std::string_view& line) noexcept {
  const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
  line.remove_prefix(begin);
  const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

std::string_view next_line(std::string_view& text) noexcept {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::vector<uint64_t> numbers(std::string_view line) {
  std::vector<uint64_t> out;
  uint64_t x = 0;
  for (std::string_view word = next_word(line); !word.empty(); word = next_word(line)) {
    if (!parse_all(word, &x)) break;
    out.push_back(x);
  }
  return out;
}

// cpu  user nice system idle iowait irq softirq steal guest guest_nice; guests are counted in user
// already.
bool read_stat(std::string_view text, HostCounters& to) {
  std::string_view line = next_line(text);
  if (next_word(line) != "cpu") return false;
  const auto ticks = numbers(line);
  if (ticks.size() < 4) return false;
  for (std::size_t k = 0; k < std::min<std::size_t>(ticks.size(), 8); ++k) {
    to.total += ticks[k];
    if (k != 3 && k != 4) to.busy += ticks[k];
  }
  return true;
}

// major minor name reads merged sectors ms writes merged sectors ...; whole disks only: partitions
// and stacked devices would count a byte twice.
bool read_disks(std::string_view text, HostCounters& to) {
  while (!text.empty()) {
    std::string_view line = next_line(text);
    next_word(line), next_word(line);
    const std::string_view name = next_word(line);
    const bool is_virtual = name.starts_with("loop") || name.starts_with("ram") ||
                            name.starts_with("dm-") || name.starts_with("md") ||
                            name.starts_with("zram");
    const bool is_nvme = name.starts_with("nvme") || name.starts_with("mmcblk");
    const bool is_partition = is_nvme ? name.find('p') != std::string_view::npos &&
                                            name.find('p', 4) != std::string_view::npos
                                      : !name.empty() && name.back() >= '0' && name.back() <= '9';
    if (name.empty() || is_virtual || is_partition) continue;
    const auto counts = numbers(line);
    if (counts.size() >= 7) to.disk += (counts[2] + counts[6]) * kSectorBytes;
  }
  return true;
}

// name: received ... (8 counters) sent ...
bool read_network(std::string_view text, HostCounters& to) {
  next_line(text), next_line(text);
  while (!text.empty()) {
    std::string_view line = next_line(text);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view name = line.substr(0, colon);
    if (next_word(name) == "lo") continue;
    const auto counts = numbers(line.substr(colon + 1));
    if (counts.size() >= 9) to.network += counts[0] + counts[8];
  }
  return true;
}

bool read_memory(std::string_view text, HostCounters& to) {
  uint64_t total = 0, available = 0;
  while (!text.empty()) {
    std::string_view line = next_line(text);
    const std::string_view name = next_word(line);
    if (name == "MemTotal:") (void)parse_all(next_word(line), &total);
    if (name == "MemAvailable:") (void)parse_all(next_word(line), &available);
  }
  if (total == 0) return false;
  to.memory_percent =
      100.0 * (1.0 - static_cast<double>(std::min(available, total)) / static_cast<double>(total));
  return true;
}

bool read_load(std::string_view text, HostCounters& to) {
  double load = 0;
  if (!parse_all(next_word(text), &load)) return false;
  to.load_per_cpu = load / std::max(1u, std::thread::hardware_concurrency());
  return true;
}

float busy_percent(const HostCounters& from, const HostCounters& to) noexcept {
  const uint64_t total = to.total - from.total;
  return total == 0 ? 0.0f
                    : static_cast<float>(100.0 * static_cast<double>(to.busy - from.busy) /
                                         static_cast<double>(total));
}

float log_rate(uint64_t from, uint64_t to, int64_t duration_us) noexcept {
  if (duration_us <= 0 || to < from)
    return 0;  // an interface or disk went away: its bytes left the sum
  const double rate = static_cast<double>(to - from) * 1e6 / static_cast<double>(duration_us);
  return static_cast<float>(std::log1p(rate));
}

}  // namespace

Result<HostCounters> read_host_counters(const std::string& proc, int64_t now_us) noexcept {
  HostCounters counters;
  counters.time_us = now_us;
  struct Part {
    const char* file;
    bool (*read)(std::string_view, HostCounters&);
  };
  for (const Part& part :
       {Part{"/stat", &read_stat}, Part{"/diskstats", &read_disks}, Part{"/net/dev", &read_network},
        Part{"/meminfo", &read_memory}, Part{"/loadavg", &read_load}}) {
    const auto text = read_text(proc + part.file);
    // A container may hide its disks or interfaces: then they move no bytes.
    if (!text && (part.read == &read_disks || part.read == &read_network)) continue;
    if (!text || !part.read(*text, counters))
      return failure(Code::unavailable,
                     "telemetry: can't read " + proc + part.file +
                         "; it needs Linux's /proc (leave --telemetry out elsewhere)");
  }
  return counters;
}

const HostCounters* Telemetry::at_or_before(int64_t time_us) const noexcept {
  const auto after =
      std::upper_bound(kept_.begin(), kept_.end(), time_us,
                       [](int64_t t, const HostCounters& c) { return t < c.time_us; });
  return after == kept_.begin() ? nullptr : &*std::prev(after);
}

void Telemetry::add(const HostCounters& now,
                    std::span<float, kTelemetryNames.size()> row) noexcept {
  while (kept_.size() > 2 && kept_[1].time_us <= now.time_us - 11 * kSecond)
    kept_.pop_front();
  kept_.push_back(now);
  const auto since = [&](int64_t us) -> const HostCounters& {
    const HostCounters* then = at_or_before(now.time_us - us);
    return then == nullptr ? kept_.front() : *then;
  };
  const HostCounters &second = since(kSecond), &ten = since(10 * kSecond);
  row[0] = busy_percent(second, now);
  row[1] = busy_percent(ten, now);
  row[2] = log_rate(second.disk, now.disk, now.time_us - second.time_us);
  row[3] = log_rate(ten.disk, now.disk, now.time_us - ten.time_us);
  row[4] = log_rate(second.network, now.network, now.time_us - second.time_us);
  row[5] = log_rate(ten.network, now.network, now.time_us - ten.time_us);
  row[6] = static_cast<float>(now.memory_percent);
  row[7] = static_cast<float>(now.load_per_cpu);
}

bool Telemetry::target(int64_t from_us, float& busy) const noexcept {
  const HostCounters* from = at_or_before(from_us);
  if (from == nullptr || kept_.empty() || kept_.back().time_us < from_us + kSecond) return false;
  const auto until = std::find_if(kept_.begin(), kept_.end(), [&](const HostCounters& c) {
    return c.time_us >= from_us + kSecond;
  });
  busy = busy_percent(*from, *until);
  return true;
}

}  // namespace freshet
