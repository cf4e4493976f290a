#include "freshet/net/http/request_body.h"

#include <algorithm>
#include <cstdio>

namespace freshet {

bool InflightCounter::add(std::size_t more) noexcept {
  if (bytes.fetch_add(more, std::memory_order_relaxed) + more <= limit) return true;
  subtract(more);
  return false;
}

bool RequestBudget::charge(std::size_t bytes) noexcept {
  used_ += bytes;
  const std::size_t owed = used_ > kFree ? used_ - kFree : 0;
  if (owed <= charged_) return true;
  const std::size_t more = owed - charged_;
  if (of_all_ == nullptr ||
      (of_all_->add(more) && (of_address_->add(more) || (of_all_->subtract(more), false)))) {
    charged_ += more;
    return true;
  }
  used_ -= bytes;
  return false;
}

void RequestBudget::clear() noexcept {
  if (charged_ != 0 && of_all_ != nullptr) {
    of_all_->subtract(charged_);
    of_address_->subtract(charged_);
  }
  used_ = charged_ = 0;
}

RequestBody::RequestBody(const HttpLimits& limits, BodyBudget& budget)
    : limits_(limits), budget_(budget) {}

RequestBody::~RequestBody() = default;

void RequestBody::begin(const RequestHead& head) {
  bytes_.clear();
  wire_bytes_ = 0;
  status_ = 0;
  is_compressed_ = head.encoding != RequestHead::Encoding::identity;
  if (head.content_length > limits_.body) {
    refuse_size();
    return;
  }
  if (is_compressed_) {
    const bool is_gzip = head.encoding == RequestHead::Encoding::gzip;
    if (inflate_ == nullptr) inflate_ = std::make_unique<Inflate>();
    if (!inflate_->begin(is_gzip ? Inflate::Coding::gzip : Inflate::Coding::deflate)) {
      refuse(429, "body: no memory to decompress; try again");
    }
    return;
  }
  // What the header promises is believed up to 256 KiB; beyond, memory follows the bytes that came.
  bytes_.reserve(static_cast<std::size_t>(std::min<uint64_t>(head.content_length, 256 << 10)));
}

bool RequestBody::refuse(uint16_t status, const char* reason) noexcept {
  if (status_ == 0) {
    status_ = status;
    reason_ = reason;
  }
  return false;
}

bool RequestBody::refuse_size() noexcept {
  std::snprintf(too_large_, sizeof too_large_,
                "body: over %zu bytes (--max-body); send less at once", limits_.body);
  return refuse(413, too_large_);
}

bool RequestBody::append(std::string_view bytes) noexcept {
  if (bytes_.size() + bytes.size() > limits_.body) {
    return refuse_size();
  }
  constexpr std::size_t kRatioFrom = 8 << 20;
  if (is_compressed_ && bytes_.size() > kRatioFrom && bytes_.size() / limits_.ratio > wire_bytes_) {
    return refuse(413,
                  "body: compressed too well to be data (over 100 to 1); send it uncompressed");
  }
  if (!budget_.charge(bytes.size())) {
    return refuse(429, "body: too much is being received at present; try again");
  }
  bytes_.append(bytes);
  return true;
}

bool RequestBody::take(std::string_view bytes) noexcept {
  if (status_ != 0) return false;
  wire_bytes_ += bytes.size();
  if (!is_compressed_) return append(bytes);
  const auto keep = [](void* self, std::string_view piece) noexcept {
    return static_cast<RequestBody*>(self)->append(piece);
  };
  switch (inflate_->feed(bytes, keep, this)) {
    case Inflate::Result::ok:
      return true;
    case Inflate::Result::refused:
      return false;
    case Inflate::Result::broken:
      break;
  }
  return refuse(400, "body: broken compressed data");
}

bool RequestBody::finish() noexcept {
  if (status_ != 0) return false;
  if (is_compressed_ && wire_bytes_ > 0 && !inflate_->is_ended()) {
    return refuse(400, "body: the compressed data end too early");
  }
  return true;
}

void RequestBody::clear() noexcept {
  constexpr std::size_t kKept = 64 << 10;
  if (bytes_.capacity() > kKept) std::string().swap(bytes_);
}

}  // namespace freshet
