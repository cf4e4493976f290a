#include "freshet/format/blocks.h"

#include <vector>

#include "freshet/base/coding.h"
#include "freshet/base/crc32c.h"
#include "tests/portable/parts.h"

namespace freshet {

namespace {

// One example: a numeric feature in a group, a nominal one.
std::vector<std::byte> small_block() {
  ExampleBlock block;
  block.begin();
  block.add_numeric(7, 1);
  block.add_group(32, 0, 1);
  block.add_nominal(4, 9);
  block.finish();
  std::vector<std::byte> bytes;
  (void)BlockCodec::encode(block, bytes).ok();
  return bytes;
}

// What decoding says of the block with `number` at `at`, under right checksums.
void print_lie(const char* name, std::size_t at, uint32_t number) noexcept {
  std::vector<std::byte> bytes = small_block();
  put_u32(&bytes[at], number);
  put_u32(&bytes[16], crc32c(std::span(bytes).subspan(BlockCodec::kHeaderBytes)));
  put_u32(&bytes[20], crc32c(std::span(bytes).first(20)));
  ExampleBlock block;
  const Result<std::size_t> used = BlockCodec::decode(bytes, block);
  print_bits(name, static_cast<uint64_t>(used.ok() ? Code::ok : used.status().code()));
}

}  // namespace

// Counts whose bytes are a small number again where a size has 32 bits.
void print_blocks() noexcept {
  print_bits("block", crc32c(small_block()));
  print_lie("block of more bytes than there are", 12, 0xffffffe0);
  print_lie("block of 2^30 + 1 numeric features", 56, (1u << 30) + 1);
  print_lie("block of 2^29 + 1 nominal features", 88, (1u << 29) + 1);
  print_lie("block of 2^30 + 1 groups", 112, (1u << 30) + 1);
}

}  // namespace freshet
