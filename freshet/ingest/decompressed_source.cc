#include "freshet/ingest/decompressed_source.h"

#include <array>
#include <cstring>

#include "freshet/base/failure.h"

namespace freshet {
namespace {

class DecompressedSource final : public Source {
 public:
  DecompressedSource(std::unique_ptr<Source> inner, std::unique_ptr<Decompressor> decompressor,
                     std::string_view kind) noexcept
      : inner_(std::move(inner)), decompressor_(std::move(decompressor)), kind_(kind) {}

  Result<std::size_t> read(std::span<char> to) noexcept override {
    while (true) {
      const auto in = std::as_bytes(std::span(buffer_)).subspan(begin_, end_ - begin_);
      Result<Decompressor::Step> step = decompressor_->run(in, std::as_writable_bytes(to));
      if (!step.ok()) return fail(step.status().code(), step.status().text());
      begin_ += step->used;
      if (step->made != 0) return step->made;
      if (step->used != 0) continue;
      FRESHET_TRY_ASSIGN(const bool has_more, refill());
      if (has_more) continue;
      if (begin_ == end_ && decompressor_->may_end()) return std::size_t{0};
      return fail(Code::corrupt, std::string(kind_) + ": the data is cut off");
    }
  }
  // Who compresses sends what can be decompressed: it waits at most within one write of theirs.
  bool is_ready() const noexcept override { return inner_->is_ready(); }
  std::string_view name() const noexcept override { return inner_->name(); }
  uint64_t position() const noexcept override { return inner_->position(); }

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
  std::unique_ptr<Decompressor> decompressor_;
  const std::string_view kind_;
  std::array<char, 65536> buffer_;
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace

Result<std::unique_ptr<Source>> make_decompressed_source(std::unique_ptr<Source> compressed,
                                                         Compression compression,
                                                         uint64_t max_window) noexcept {
  Result<std::unique_ptr<Decompressor>> made = make_decompressor(compression, max_window);
  if (!made.ok()) {
    return failure(made.status().code(),
                   std::string(compressed->name()) + ": " + std::string(made.status().text()));
  }
  return std::unique_ptr<Source>(std::make_unique<DecompressedSource>(
      std::move(compressed), std::move(*made), compression_name(compression)));
}

}  // namespace freshet
