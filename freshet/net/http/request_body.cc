#include "freshet/net/http/request_body.h"

#include <algorithm>
#include <array>

#include <zlib.h>

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

// zlib's stream, opened at the first compressed body of a connection.
class RequestBody::Inflater {
 public:
  ~Inflater() {
    if (is_open_) inflateEnd(&stream_);
  }

  // gzip has its own header; "deflate" means zlib's, as the RFC says, and some clients send it bare.
  bool open(RequestHead::Encoding encoding) noexcept {
    if (is_open_) inflateEnd(&stream_);
    stream_ = {};
    is_ended_ = false;
    is_first_ = true;
    is_deflate_ = encoding == RequestHead::Encoding::deflate;
    constexpr int kZlib = 15, kGzip = 15 + 16;
    is_open_ = inflateInit2(&stream_, is_deflate_ ? kZlib : kGzip) == Z_OK;
    return is_open_;
  }

  // Calls sink(text) with what comes out; false at broken data, or when the sink says so (then `sink_refused`).
  template <class Sink>
  bool inflate_all(std::string_view bytes, Sink sink, bool& sink_refused) noexcept {
    std::array<char, 32 << 10> out;
    if (is_first_ && is_deflate_ && !bytes.empty() &&
        (static_cast<unsigned char>(bytes[0]) & 0x0f) != 8) {
      inflateReset2(&stream_, -15);
    }
    is_first_ = is_first_ && bytes.empty();
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    while (stream_.avail_in != 0 || stream_.avail_out == 0) {
      if (is_ended_) return false;  // bytes behind the stream
      stream_.next_out = reinterpret_cast<Bytef*>(out.data());
      stream_.avail_out = static_cast<uInt>(out.size());
      const int result = ::inflate(&stream_, Z_NO_FLUSH);
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return false;
      is_ended_ = result == Z_STREAM_END;
      const std::string_view made(out.data(), out.size() - stream_.avail_out);
      if (!made.empty() && !sink(made)) {
        sink_refused = true;
        return false;
      }
      if (is_ended_ ? stream_.avail_in == 0 : made.empty()) break;
    }
    return true;
  }

  bool is_ended() const noexcept { return is_ended_; }

 private:
  z_stream stream_{};
  bool is_open_ = false, is_ended_ = false, is_first_ = true, is_deflate_ = false;
};

RequestBody::RequestBody(const HttpLimits& limits, BodyBudget& budget)
    : limits_(limits), budget_(budget) {}

RequestBody::~RequestBody() = default;

void RequestBody::begin(const RequestHead& head) {
  bytes_.clear();
  wire_bytes_ = 0;
  status_ = 0;
  is_compressed_ = head.encoding != RequestHead::Encoding::identity;
  if (head.content_length > limits_.body) {
    refuse(413, "body: over the limit (64 MiB by default); send less at once");
    return;
  }
  if (is_compressed_) {
    if (inflater_ == nullptr) inflater_ = std::make_unique<Inflater>();
    if (!inflater_->open(head.encoding)) refuse(429, "body: no memory to decompress; try again");
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

bool RequestBody::append(std::string_view bytes) noexcept {
  if (bytes_.size() + bytes.size() > limits_.body) {
    return refuse(413, "body: over the limit (64 MiB by default); send less at once");
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
  bool is_refused = false;
  if (inflater_->inflate_all(
          bytes, [this](std::string_view made) { return append(made); }, is_refused))
    return true;
  return is_refused ? false : refuse(400, "body: broken compressed data");
}

bool RequestBody::finish() noexcept {
  if (status_ != 0) return false;
  if (is_compressed_ && wire_bytes_ > 0 && !inflater_->is_ended()) {
    return refuse(400, "body: the compressed data end too early");
  }
  return true;
}

void RequestBody::clear() noexcept {
  constexpr std::size_t kKept = 64 << 10;
  if (bytes_.capacity() > kKept) std::string().swap(bytes_);
}

}  // namespace freshet
