// fuzz: format
/// Bytes of a block, with the checksums put right so that the fuzzer gets past them: decoding either
/// refuses it, or what it gives encodes to a block that decodes to the same.
#include "freshet/format/blocks.h"

#include <cstdlib>
#include <vector>

#include "freshet/base/coding.h"
#include "freshet/base/crc32c.h"
#include "freshet/core/schema.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace freshet;
  ExampleBlock block;
  const auto raw = std::as_bytes(std::span(data, size));
  (void)BlockCodec::decode(raw, block).ok();
  if (size < BlockCodec::kHeaderBytes) return 0;
  std::vector<std::byte> bytes(raw.begin(), raw.end());
  bytes.resize(BlockCodec::kHeaderBytes + (size - BlockCodec::kHeaderBytes) / 8 * 8);
  put_u32(&bytes[12], static_cast<uint32_t>(bytes.size() - BlockCodec::kHeaderBytes));
  put_u32(&bytes[16], crc32c(std::span(bytes).subspan(BlockCodec::kHeaderBytes)));
  put_u32(&bytes[20], crc32c(std::span(bytes).first(20)));
  if (!BlockCodec::decode(bytes, block).ok()) return 0;
  std::vector<std::byte> once, twice;
  if (!BlockCodec::encode(block, once).ok()) std::abort();
  ExampleBlock again;
  if (!BlockCodec::decode(once, again).ok()) std::abort();
  if (!BlockCodec::encode(again, twice).ok() || once != twice) std::abort();
  for (uint32_t k = 0; k < block.size() && k < 1000; ++k)
    (void)block[k];
  Schema schema(1000);
  (void)BlockCodec::resolve(block, schema, (data[0] & 1) != 0).ok();
  BlockCodec::resolve_known(again, schema);
  return 0;
}
