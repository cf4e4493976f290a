#pragma once
/// A request's body as it comes in: decompressed, limited, charged to what all requests may hold.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "freshet/net/http/body_memory.h"
#include "freshet/net/http/http_door.h"
#include "freshet/net/http/inflate.h"
#include "freshet/net/http/request_reader.h"

namespace freshet {

/// Bytes that one client address, or all of them, hold at this moment.
struct InflightCounter {
  std::atomic<std::size_t> bytes{0};
  std::size_t limit = SIZE_MAX;

  bool add(std::size_t more) noexcept;
  void subtract(std::size_t less) noexcept { bytes.fetch_sub(less, std::memory_order_relaxed); }
};

/// What one request has charged. The first 16 KiB are free: they are bounded by the number of connections, and most
/// requests then touch no shared counter.
class RequestBudget final : public BodyBudget {
 public:
  static constexpr std::size_t kFree = 16 << 10;

  ~RequestBudget() override { clear(); }
  void set(InflightCounter* of_all, InflightCounter* of_address) noexcept {
    of_all_ = of_all;
    of_address_ = of_address;
  }
  bool charge(std::size_t bytes) noexcept override;
  /// Gives everything back.
  void clear() noexcept;

 private:
  InflightCounter* of_all_ = nullptr;
  InflightCounter* of_address_ = nullptr;
  std::size_t used_ = 0, charged_ = 0;
};

class RequestBody final : public BodySink {
 public:
  RequestBody(const HttpLimits& limits, BodyBudget& budget);
  ~RequestBody() override;

  void begin(const RequestHead& head);
  bool take(std::string_view bytes) noexcept override;
  /// After the last byte: false if a compressed stream is cut short.
  bool finish() noexcept;

  /// Stays until the next begin().
  std::string_view bytes() const noexcept { return bytes_; }
  /// When take() or finish() said false: 413, 429 or 400, and why.
  uint16_t status() const noexcept { return status_; }
  const char* reason() const noexcept { return reason_; }

  /// Gives back memory beyond what an ordinary request needs.
  void clear() noexcept;

 private:
  bool refuse(uint16_t status, const char* reason) noexcept;
  bool refuse_size() noexcept;
  bool append(std::string_view bytes) noexcept;

  const HttpLimits& limits_;
  BodyBudget& budget_;
  std::string bytes_;
  std::unique_ptr<Inflate> inflate_;  // made at the first compressed body
  bool is_compressed_ = false;
  uint64_t wire_bytes_ = 0;
  uint16_t status_ = 0;
  const char* reason_ = "";
  char too_large_[80] = {};
};

}  // namespace freshet
