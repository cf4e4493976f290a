#include "freshet/ingest/gunzip_source.h"

#include <array>
#include <cstring>

#include "freshet/base/failure.h"
#include "freshet/log/decompressor.h"

namespace freshet {
namespace {

class GunzipSource final : public Source {
 public:
  GunzipSource(std::unique_ptr<Source> inner, std::unique_ptr<Decompressor> gunzip) noexcept
      : inner_(std::move(inner)), gunzip_(std::move(gunzip)) {}

  Result<std::size_t> read(std::span<char> to) noexcept override {
    while (true) {
      const auto in = std::as_bytes(std::span(buffer_)).subspan(begin_, end_ - begin_);
      Result<Decompressor::Step> step = gunzip_->run(in, std::as_writable_bytes(to));
      if (!step.ok()) return fail(step.status().code(), step.status().text());
      begin_ += step->used;
      if (step->made != 0) return step->made;
      if (step->used != 0) continue;
      FRESHET_TRY_ASSIGN(const bool has_more, refill());
      if (has_more) continue;
      if (begin_ == end_ && gunzip_->may_end()) return std::size_t{0};
      return fail(Code::corrupt, "gzip: the data is cut off");
    }
  }
  std::string_view name() const noexcept override { return inner_->name(); }
  uint64_t position() const noexcept override { return inner_->position(); }
  uint64_t size() const noexcept override { return inner_->size(); }
  void stop() noexcept override { inner_->stop(); }

 private:
  Result<bool> refill() noexcept {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    FRESHET_TRY_ASSIGN(const std::size_t got, inner_->read(std::span(buffer_).subspan(end_)));
    end_ += got;
    return got != 0;
  }
  Status fail(Code code, std::string_view why) const noexcept {
    const uint64_t at = inner_->position() - (end_ - begin_);
    return failure(code,
                   std::string(why) + " at byte " + std::to_string(at) + " of the compressed file");
  }

  std::unique_ptr<Source> inner_;
  std::unique_ptr<Decompressor> gunzip_;
  std::array<char, 65536> buffer_;
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace

Result<std::unique_ptr<Source>> make_gunzip_source(std::unique_ptr<Source> compressed) noexcept {
  FRESHET_TRY_ASSIGN(std::unique_ptr<Decompressor> gunzip, make_gunzip());
  return std::unique_ptr<Source>(
      std::make_unique<GunzipSource>(std::move(compressed), std::move(gunzip)));
}

}  // namespace freshet
