#pragma once
/// The binary form of examples: what the log stores, caches keep, doors log
/// (docs/blocks-format.md).
///
/// One block is a 32-byte header and sections, little-endian. The same block always gives the same
/// bytes, a section whose values are all the default is left out, and features keep their order: a
/// model learned from blocks has the bytes of one learned from the text. No compression: 8 bytes a
/// feature, copied at memory speed.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/example_block.h"

namespace freshet {

class Schema;

/// All functions are pure; any thread.
class BlockCodec {
 public:
  static constexpr std::size_t kHeaderBytes = 32;
  /// Most examples of one block: a few bytes must not make a reader allocate gigabytes.
  static constexpr uint32_t kMaxExamples = 1u << 20;
  /// Greatest number of a block's first line: those behind it can be counted.
  static constexpr uint64_t kMaxFirstLine = uint64_t{1} << 63;

  /// Appends the bytes of `block` to `out`; their number is a multiple of 8. `exhausted` and `out`
  /// unchanged: more than kMaxExamples, 4 GiB of payload, a name over 65,535 bytes, or lines
  /// further apart than 2^32 or above 2^63.
  static Status encode(const ExampleBlock& block, std::vector<std::byte>& out) noexcept;

  /// Bytes of the block that begins at `bytes`, by its header: what a reader must have before it
  /// calls decode. `corrupt`: no header of a block, or a damaged one.
  static Result<std::size_t> size(std::span<const std::byte> bytes) noexcept;

  /// Replaces `out` by the block at the front of `bytes` and answers the bytes it took. Checksums,
  /// lengths, ends, positions and zeros are checked before use: `corrupt`, or `unsupported` for a
  /// version or section that only a later Freshet knows; at() is the byte offset, and `out` is then
  /// empty.
  static Result<std::size_t> decode(std::span<const std::byte> bytes, ExampleBlock& out) noexcept;

  /// The writer of a model takes a block: positions in the block's own names become ids of
  /// `schema`, new names are added, `own_names` becomes false. `binary`: a first class registers
  /// its pair (core/label_map.h). Dense columns stay dense where their ids are 0 .. d-1 in any
  /// order, else they become numeric features. On failure (`exhausted`, or a name of another kind)
  /// the block is unchanged; names may have been added.
  static Status resolve(ExampleBlock& block, Schema& schema, bool binary) noexcept;

  /// The same for predictions: never adds; features, categories and classes that the schema doesn't
  /// know are dropped.
  static void resolve_known(ExampleBlock& block, const Schema& schema) noexcept;

  /// The other way: ids of `schema` become positions in names that the block then carries itself, so that another
  /// model's writer can take it. `classes`: labels are class ids, not numbers. Hashes without classes stay as they are.
  /// REQUIRES: !block.own_names, every id is the schema's.
  static void name(ExampleBlock& block, const Schema& schema, bool classes) noexcept;

 private:
  class Encoder;
  class Decoder;
  class Renamer;
};

}  // namespace freshet
