#include <algorithm>
#include <cstdint>

#include <zlib.h>

#include "freshet/log/decompressor.h"

namespace freshet {
namespace {

class Gunzip final : public Decompressor {
 public:
  Gunzip() noexcept { ready_ = inflateInit2(&stream_, 15 + 16) == Z_OK; }
  ~Gunzip() override {
    if (ready_) inflateEnd(&stream_);
  }
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;
  bool is_ready() const noexcept { return ready_; }

  Result<Step> run(std::span<const std::byte> in, std::span<std::byte> out) noexcept override {
    const auto limited = [](std::size_t n) {
      return static_cast<uInt>(std::min<std::size_t>(n, 1u << 30));
    };
    if (in.empty()) return Step{};
    is_open_ = true;
    // zlib writes through neither pointer of its input.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
    stream_.avail_in = limited(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = limited(out.size());
    const uInt given = stream_.avail_in, room = stream_.avail_out;
    const int answer = inflate(&stream_, Z_NO_FLUSH);
    const Step step{given - stream_.avail_in, room - stream_.avail_out};
    if (answer == Z_STREAM_END) {
      is_open_ = false;
      inflateReset(&stream_);
      return step;
    }
    if (answer == Z_OK || answer == Z_BUF_ERROR) return step;
    if (answer == Z_MEM_ERROR) return {Code::exhausted, "gzip: no memory left"};
    return {Code::corrupt, "gzip: damaged data"};
  }
  bool may_end() const noexcept override { return !is_open_; }

 private:
  z_stream stream_{};
  bool ready_ = false, is_open_ = true;
};

}  // namespace

Result<std::unique_ptr<Decompressor>> make_gunzip() noexcept {
  auto gunzip = std::make_unique<Gunzip>();
  if (!gunzip->is_ready()) return {Code::exhausted, "gzip: no memory left"};
  return std::unique_ptr<Decompressor>(std::move(gunzip));
}

}  // namespace freshet
