#include <bit>

#include <zstd.h>
#include <zstd_errors.h>

#include "freshet/log/decompressor.h"

namespace freshet {
namespace {

constexpr int kSmallestWindowLog = 10, kLargestWindowLog = sizeof(std::size_t) == 8 ? 31 : 30;

class Unzstd final : public Decompressor {
 public:
  explicit Unzstd(uint64_t max_window) noexcept : stream_(ZSTD_createDStream()) {
    const int log = static_cast<int>(std::bit_width(max_window)) - 1;
    const int most = log < kSmallestWindowLog  ? kSmallestWindowLog
                     : log > kLargestWindowLog ? kLargestWindowLog
                                               : log;
    if (stream_ != nullptr) ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, most);
  }
  ~Unzstd() override { ZSTD_freeDStream(stream_); }
  Unzstd(const Unzstd&) = delete;
  Unzstd& operator=(const Unzstd&) = delete;
  bool is_ready() const noexcept { return stream_ != nullptr; }

  Result<Step> run(std::span<const std::byte> in, std::span<std::byte> out) noexcept override {
    if (in.empty() && !is_open_) return Step{};  // else a new frame would begin
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const std::size_t answer = ZSTD_decompressStream(stream_, &to, &from);
    if (ZSTD_isError(answer)) return error(ZSTD_getErrorCode(answer));
    is_open_ = answer != 0;
    return Step{from.pos, to.pos};
  }
  bool may_end() const noexcept override { return !is_open_; }

 private:
  static Status error(ZSTD_ErrorCode code) noexcept {
    switch (code) {
      case ZSTD_error_frameParameter_windowTooLarge:
        return {
            Code::invalid_argument,
            "zstd: a frame asks for a larger window than --max-window allows; raise it, or write "
            "the file again without --long"};
      case ZSTD_error_memory_allocation:
        return {Code::exhausted, "zstd: no memory left"};
      case ZSTD_error_dictionary_wrong:
      case ZSTD_error_dictionary_corrupted:
        return {Code::unsupported, "zstd: the data needs a dictionary; write it again without one"};
      default:
        return {Code::corrupt, "zstd: damaged data"};
    }
  }

  ZSTD_DStream* stream_;
  bool is_open_ = true;
};

}  // namespace

Result<std::unique_ptr<Decompressor>> make_unzstd(uint64_t max_window) noexcept {
  auto made = std::make_unique<Unzstd>(max_window);
  if (!made->is_ready()) return {Code::exhausted, "zstd: no memory left"};
  return std::unique_ptr<Decompressor>(std::move(made));
}

}  // namespace freshet
