#include "freshet/log/decompressor.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <lz4frame.h>
#include <zlib.h>
#include <zstd.h>

namespace freshet {
namespace {

using Bytes = std::vector<std::byte>;

Bytes plain_text(std::size_t size) {
  Bytes text(size);
  uint32_t state = 1;
  for (std::size_t k = 0; k < size; ++k) {
    state = state * 1664525 + 1013904223;
    text[k] = std::byte{static_cast<unsigned char>('a' + (state >> 24) % 7)};
  }
  return text;
}

Bytes gzip(const Bytes& text) {
  Bytes out(text.size() + 1000);
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

Bytes zstd(const Bytes& text) {
  Bytes out(ZSTD_compressBound(text.size()));
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

Bytes lz4(const Bytes& text) {
  LZ4F_preferences_t how{};
  how.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  Bytes out(LZ4F_compressFrameBound(text.size(), &how));
  out.resize(LZ4F_compressFrame(out.data(), out.size(), text.data(), text.size(), &how));
  return out;
}

struct Outcome {
  Bytes text;
  bool is_whole = false;
  std::string error;
};

// All of `compressed`, given in pieces of `in` bytes and taken in pieces of `out`.
Outcome decompress(Compression compression, const Bytes& compressed, std::size_t in = 1000,
                   std::size_t out = 777) {
  Outcome outcome;
  auto decompressor = make_decompressor(compression, kFileWindow);
  REQUIRE(decompressor.ok());
  std::size_t at = 0;
  Bytes piece(out);
  while (true) {
    const auto given = std::span(compressed).subspan(at, std::min(in, compressed.size() - at));
    const auto step = (*decompressor)->run(given, piece);
    if (!step.ok()) {
      outcome.error = step.status().text();
      return outcome;
    }
    at += step->used;
    outcome.text.insert(outcome.text.end(), piece.begin(),
                        piece.begin() + static_cast<std::ptrdiff_t>(step->made));
    if (step->used == 0 && step->made == 0 && at == compressed.size()) break;
  }
  outcome.is_whole = (*decompressor)->may_end();
  return outcome;
}

Bytes joined(const Bytes& a, const Bytes& b) {
  Bytes both = a;
  both.insert(both.end(), b.begin(), b.end());
  return both;
}

struct Kind {
  Compression compression;
  Bytes (*compress)(const Bytes&);
};
constexpr Kind kKinds[] = {
    {Compression::gzip, &gzip}, {Compression::zstd, &zstd}, {Compression::lz4, &lz4}};

TEST_CASE("decompressor: pieces of any size give the text back; it is told by its first bytes") {
  const Bytes text = plain_text(300'000);
  for (const Kind& kind : kKinds) {
    CAPTURE(compression_name(kind.compression));
    const Bytes packed = kind.compress(text);
    CHECK(compression_of(packed) == kind.compression);
    for (const std::size_t size : {std::size_t{7}, std::size_t{4096}, std::size_t{1} << 20}) {
      const Outcome outcome = decompress(kind.compression, packed, size, size + 1);
      CHECK(outcome.error == "");
      CHECK(outcome.is_whole);
      CHECK(outcome.text == text);
    }
  }
  CHECK(compression_of(plain_text(8)) == Compression::none);
}

TEST_CASE("decompressor: members one behind another are one text, an empty one too") {
  const Bytes a = plain_text(5000), b = plain_text(70'000);
  for (const Kind& kind : kKinds) {
    CAPTURE(compression_name(kind.compression));
    const Bytes packed = joined(joined(kind.compress(a), kind.compress({})), kind.compress(b));
    const Outcome outcome = decompress(kind.compression, packed);
    CHECK(outcome.is_whole);
    CHECK(outcome.text == joined(a, b));
  }
}

TEST_CASE("decompressor: cut anywhere it isn't whole, and gives only what was there") {
  const Bytes text = plain_text(3000);
  for (const Kind& kind : kKinds) {
    CAPTURE(compression_name(kind.compression));
    const Bytes packed = kind.compress(text);
    for (std::size_t size = 1; size < packed.size(); ++size) {
      const Outcome outcome =
          decompress(kind.compression,
                     Bytes(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size)));
      CHECK_FALSE(outcome.is_whole);
      REQUIRE(outcome.text.size() <= text.size());
      CHECK(std::equal(outcome.text.begin(), outcome.text.end(), text.begin()));
    }
  }
}

TEST_CASE("decompressor: flipped bits are never taken for the text") {
  const Bytes text = plain_text(3000);
  for (const Kind& kind : kKinds) {
    CAPTURE(compression_name(kind.compression));
    const Bytes packed = kind.compress(text);
    for (std::size_t k = 20; k < packed.size(); k += 3) {
      Bytes damaged = packed;
      damaged[k] ^= std::byte{0x10};
      const Outcome outcome = decompress(kind.compression, damaged);
      // zstd's one-shot frames have no checksum: a literal may change.
      const bool may_differ = kind.compression == Compression::zstd;
      CHECK((may_differ || !outcome.is_whole || outcome.error != "" || outcome.text == text));
    }
  }
}

}  // namespace
}  // namespace freshet
