#include <lz4frame.h>

#include "freshet/log/decompressor.h"

namespace freshet {
namespace {

class Unlz4 final : public Decompressor {
 public:
  Unlz4() noexcept {
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context_, LZ4F_VERSION))) context_ = nullptr;
  }
  ~Unlz4() override { LZ4F_freeDecompressionContext(context_); }
  Unlz4(const Unlz4&) = delete;
  Unlz4& operator=(const Unlz4&) = delete;
  bool is_ready() const noexcept { return context_ != nullptr; }

  Result<Step> run(std::span<const std::byte> in, std::span<std::byte> out) noexcept override {
    if (in.empty() && !is_open_) return Step{};
    std::size_t used = in.size(), made = out.size();
    const std::size_t answer =
        LZ4F_decompress(context_, out.data(), &made, in.data(), &used, nullptr);
    if (LZ4F_isError(answer)) return {Code::corrupt, "lz4: damaged data"};
    if (used != 0 || made != 0) is_open_ = answer != 0;
    return Step{used, made};
  }
  bool may_end() const noexcept override { return !is_open_; }

 private:
  LZ4F_dctx* context_ = nullptr;
  bool is_open_ = true;
};

}  // namespace

Result<std::unique_ptr<Decompressor>> make_unlz4() noexcept {
  auto made = std::make_unique<Unlz4>();
  if (!made->is_ready()) return {Code::exhausted, "lz4: no memory left"};
  return std::unique_ptr<Decompressor>(std::move(made));
}

}  // namespace freshet
