#pragma once
/// The model file: one container for models, checkpoints and deltas (docs/model-format.md).
/// Little-endian, the same model gives the same bytes on every target, no wall time, host or path
/// in it.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/checkpoint.h"
#include "freshet/core/learner.h"
#include "freshet/core/metric.h"
#include "freshet/core/registry.h"
#include "freshet/core/schema.h"

namespace freshet {

/// Written to files: never change. Keys of chunk HEAD.
using Value = std::variant<bool, int64_t, uint64_t, double, std::string,
                           std::vector<std::byte>>;  // types 1..6
using Keys = std::map<std::string, Value, std::less<>>;

/// The value of `key`; null: it isn't there, or has another type.
template <class T>
const T* find_value(const Keys& keys, std::string_view key) noexcept {
  const auto found = keys.find(key);
  return found == keys.end() ? nullptr : std::get_if<T>(&found->second);
}

/// The bytes of chunk HEAD, which block files have, too (docs/blocks-format.md): sorted by key.
std::vector<std::byte> encode_keys(const Keys& keys) noexcept;
/// The other way; lengths, types and order are checked before use: `corrupt`.
Result<Keys> decode_keys(std::span<const std::byte> bytes) noexcept;

/// Most bytes of a model file, checkpoints too, that is read into memory.
inline constexpr uint64_t kLargestModel = uint64_t{64} << 30;

/// A four-character tag. Chunks that this version does not know are skipped if optional, else the
/// file is `unsupported`.
struct ChunkTag {
  char text[4];
  bool operator==(const ChunkTag&) const = default;
};

/// Builds the bytes of one file. Add chunks in any order; finish() puts HEAD first and END_ last.
class ModelFileWriter {
 public:
  Keys keys;
  void set_schema(const Schema& schema);
  /// Everything that makes the learner again: steps, options, formats, tensors under `<k>/<name>`.
  Status add_learner(const Learner& learner) noexcept;
  /// A metric's state under `metric.<k>` (k counts from 0).
  Status add_metric(const Metric& metric) noexcept;
  /// A tensor under its full name, e.g. "metric.0/sum".
  Status add_tensor(std::string_view full_name, const TensorRef& tensor) noexcept;
  void add_chunk(ChunkTag tag, bool optional, std::vector<std::byte> payload);
  /// A Writer that prefixes names with "<prefix>/".
  std::unique_ptr<Writer> writer(std::string prefix);
  std::vector<std::byte> finish() noexcept;

 private:
  friend class PrefixWriter;
  struct Chunk {
    ChunkTag tag;
    bool optional;
    std::vector<std::byte> payload;
  };
  void describe(std::string_view prefix, const Component& component);
  std::vector<Chunk> chunks_;
  uint32_t metrics_ = 0;
};

/// A checked view of the bytes of one file. Every length, checksum and zero is checked by `open`:
/// `corrupt` or `unsupported` with the byte offset in at() (saturated), never a crash.
class ModelFileReader {
 public:
  /// `bytes` is borrowed and must be 8-byte aligned, outlive the reader, and stay unchanged.
  static Result<ModelFileReader> open(std::span<const std::byte> bytes) noexcept;

  struct ChunkView {
    ChunkTag tag;
    bool optional;
    std::span<const std::byte> payload;
    uint32_t crc;
  };
  struct TensorView {
    std::string_view name;
    DType type;
    std::vector<uint64_t> shape;
    std::span<const std::byte> data;
  };
  const Keys& keys() const noexcept { return keys_; }
  const std::vector<ChunkView>& chunks() const noexcept { return chunks_; }
  const std::vector<TensorView>& tensors() const noexcept { return tensors_; }
  const ChunkView* chunk(ChunkTag tag) const noexcept;
  Result<TensorRef> tensor(std::string_view full_name) const noexcept;
  /// Key accessors: `fallback` when absent or of another type.
  uint64_t number(std::string_view key, uint64_t fallback = 0) const noexcept;
  std::string_view text(std::string_view key) const noexcept;

  Result<Schema> schema(uint32_t max_names = 1'000'000) const noexcept;
  /// Makes the learner again. Unknown names and options: `unsupported` naming the version that
  /// wrote the file.
  Result<std::unique_ptr<Learner>> learner(const Registry& registry) const noexcept;
  Result<std::vector<std::unique_ptr<Metric>>> metrics(const Registry& registry) const noexcept;
  /// The bytes outlive the learners made from them, which shall only predict (Reader::stays).
  void keep_bytes() noexcept { stays_ = true; }
  bool stays() const noexcept { return stays_; }
  /// A Reader of the tensors under "<prefix>/".
  std::unique_ptr<Reader> reader(std::string prefix, uint32_t format) const;

 private:
  Keys keys_;
  std::vector<ChunkView> chunks_;
  std::vector<TensorView> tensors_;
  bool stays_ = false;
};

}  // namespace freshet
