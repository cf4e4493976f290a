#include "freshet/format/blocks_writer.h"

#include "freshet/base/coding.h"
#include "freshet/base/crc32c.h"
#include "freshet/format/blocks.h"
#include "freshet/format/blocks_file.h"

namespace freshet {
namespace {

void append(std::vector<std::byte>& out, std::string_view text) {
  const auto* from = reinterpret_cast<const std::byte*>(text.data());
  out.insert(out.end(), from, from + text.size());
}

}  // namespace

void BlocksWriter::begin(const Keys& keys, std::vector<std::byte>& out) noexcept {
  const std::vector<std::byte> head = encode_keys(keys);
  append(out, kBlocksMagic);
  std::byte words[8];
  put_u32(words, kBlocksContainer);
  put_u32(words + 4, static_cast<uint32_t>(head.size()));
  out.insert(out.end(), words, words + 8);
  out.insert(out.end(), head.begin(), head.end());
}

// size_ counts what has been appended since the file's beginning.
void BlocksWriter::pad(std::vector<std::byte>& out) noexcept {
  const uint64_t missing = (kBlocksAlign - size_ % kBlocksAlign) % kBlocksAlign;
  out.resize(out.size() + static_cast<std::size_t>(missing));
  size_ += missing;
}

Status BlocksWriter::add(const ExampleBlock& block, std::vector<std::byte>& out) noexcept {
  pad(out);
  const std::size_t before = out.size();
  FRESHET_TRY(BlockCodec::encode(block, out));
  size_ += out.size() - before;
  examples_ += block.size();
  ++blocks_;
  return {};
}

void BlocksWriter::end(uint64_t source_bytes, std::vector<std::byte>& out) noexcept {
  pad(out);
  std::byte trailer[kBlocksTrailer];
  for (std::size_t k = 0; k < kBlocksEnd.size(); ++k)
    trailer[k] = static_cast<std::byte>(kBlocksEnd[k]);
  put_u32(trailer + 4, blocks_);
  put_u64(trailer + 8, examples_);
  put_u64(trailer + 16, source_bytes);
  put_u32(trailer + 24, crc32c(std::span<const std::byte>(trailer).first(24)));
  out.insert(out.end(), trailer, trailer + kBlocksTrailer);
  size_ += kBlocksTrailer;
}

}  // namespace freshet
