#include "freshet/net/http/inflate.h"

#include <array>

#include <zlib.h>

namespace freshet {

struct Inflate::State {
  z_stream stream{};
  bool is_open = false, is_ended = false, is_first = true, is_deflate = false;

  void close() noexcept {
    if (is_open) inflateEnd(&stream);
    is_open = false;
  }
};

Inflate::Inflate() : state_(std::make_unique<State>()) {}

Inflate::~Inflate() {
  state_->close();
}

bool Inflate::begin(Coding coding) noexcept {
  constexpr int kZlib = 15, kGzip = 15 + 16;
  state_->close();
  *state_ = {};
  state_->is_deflate = coding == Coding::deflate;
  state_->is_open = inflateInit2(&state_->stream, state_->is_deflate ? kZlib : kGzip) == Z_OK;
  return state_->is_open;
}

bool Inflate::is_ended() const noexcept {
  return state_->is_ended;
}

Inflate::Result Inflate::feed(std::string_view bytes, Sink sink, void* self) noexcept {
  constexpr int kBare = -15;
  State& state = *state_;
  z_stream& stream = state.stream;
  std::array<char, 32 << 10> out;
  if (bytes.empty()) return Result::ok;
  // zlib's header begins with 8 in the low bits; a bare stream nearly never does.
  if (state.is_first && state.is_deflate && (static_cast<unsigned char>(bytes[0]) & 0x0f) != 8) {
    inflateReset2(&stream, kBare);
  }
  state.is_first = false;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  do {
    if (state.is_ended) return Result::broken;
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = inflate(&stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return Result::broken;
    state.is_ended = result == Z_STREAM_END;
    const std::string_view piece(out.data(), out.size() - stream.avail_out);
    if (!piece.empty() && !sink(self, piece)) return Result::refused;
  } while (stream.avail_in != 0 || (stream.avail_out == 0 && !state.is_ended));
  return Result::ok;
}

}  // namespace freshet
