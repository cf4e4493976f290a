#pragma once
/// Streaming decompression of gzip and deflate, for request bodies and the page. zlib is seen by the .cc only.

#include <cstdint>
#include <memory>
#include <string_view>

namespace freshet {

class Inflate {
 public:
  enum class Coding : uint8_t { gzip, deflate };
  enum class Result : uint8_t { ok, broken, refused };

  /// Takes what comes out, in pieces of at most 32 KiB; false stops.
  using Sink = bool (*)(void* self, std::string_view piece) noexcept;

  Inflate();
  ~Inflate();

  /// Begins a new stream. `deflate` means zlib's format, as the RFC says; a bare stream, which some clients send, is
  /// recognized. False: no memory.
  bool begin(Coding coding) noexcept;
  /// The next bytes of the stream. broken: not compressed data, or bytes behind their end.
  Result feed(std::string_view bytes, Sink sink, void* self) noexcept;
  /// The stream has come to its end.
  bool is_ended() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace freshet
