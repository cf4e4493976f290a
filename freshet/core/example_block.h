#pragma once
/// Owners of examples: ExampleBuffer, one with its storage; ExampleBlock, many as structure of
/// arrays; ScratchPool, buffers that concurrent predictions borrow without allocating.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/example.h"

namespace freshet {

/// One example with storage. Cleared and refilled it does not allocate once it has grown to size.
class ExampleBuffer {
 public:
  std::vector<float> dense;
  std::vector<uint32_t> index;     // numeric
  std::vector<float> value;        // numeric
  std::vector<uint32_t> nominal;   // feature of each nominal pair
  std::vector<uint32_t> category;  // its category
  std::vector<Group> groups;
  std::vector<Text> text;  // views: their bytes are borrowed
  std::vector<float> label;
  float weight = 1;
  int64_t time_us = 0;

  void clear() noexcept;
  /// Copies everything `x` shows except the bytes of its text.
  void assign(const Example& x) noexcept;
  /// Valid until the next change.
  Example view() const noexcept;
};

/// Many examples as structure of arrays: what readers fill, threads hand over, the log and caches
/// store (docs/blocks-format.md).
///
/// Writing: begin(); add_...; finish(), or drop() to take a bad example back. Feature and category
/// numbers are final (hashes or schema ids), or, with `own_names`, positions in the block's own
/// names, which the model's writer maps when it takes the block.
class ExampleBlock {
 public:
  enum class NameKind : uint8_t {
    numeric = 0,
    nominal = 1,
    category = 2,
    label_class = 3
  };  // Written to files.
  struct Name {
    NameKind kind;
    uint32_t feature;  // category: position of its feature among the names
    std::string text;
  };

  void clear() noexcept;
  uint32_t size() const noexcept { return static_cast<uint32_t>(weight_.size()); }
  bool empty() const noexcept { return weight_.empty(); }
  std::size_t feature_count() const noexcept {
    return index_.size() + dense_.size() + category_.size();
  }

  void begin() noexcept;
  /// Room for the dense features of the example begun, to be filled by the caller. Rows may differ
  /// in width.
  std::span<float> add_dense(uint32_t width) noexcept;
  void add_numeric(uint32_t index, float value) noexcept {
    index_.push_back(index);
    value_.push_back(value);
  }
  void add_nominal(uint32_t feature, uint32_t category) noexcept {
    nominal_.push_back(feature);
    category_.push_back(category);
  }
  void add_group(uint32_t key, uint32_t begin,
                 uint32_t end) noexcept;  // within the example's own numeric features
  void add_text(uint32_t index, std::string_view value) noexcept;
  void add_label(float value) noexcept { label_.push_back(value); }
  void set_weight(float weight) noexcept { now_weight_ = weight; }
  void set_time(int64_t time_us) noexcept {
    now_time_ = time_us;
    has_time_ = true;
  }
  void set_id(std::string_view id) noexcept { now_id_.assign(id); }
  void set_line(uint64_t line) noexcept { now_line_ = line; }
  void finish() noexcept;
  void drop() noexcept;

  /// Adds one whole example.
  void append(const Example& x, std::string_view id = {}, uint64_t line = 0) noexcept;

  /// Valid until the block changes.
  Example operator[](uint32_t k) const noexcept;
  std::string_view id(uint32_t k) const noexcept;
  uint64_t line(uint32_t k) const noexcept { return line_[k]; }

  bool own_names = false;
  std::vector<Name> names;

 private:
  std::span<const Text> text_of(uint32_t k) const noexcept;
  friend class BlockCodec;  // format/blocks.h
  template <class T>
  static std::span<const T> slice(const std::vector<T>& all, const std::vector<uint32_t>& end,
                                  uint32_t k) noexcept {
    const uint32_t begin = k == 0 ? 0 : end[k - 1];
    return std::span<const T>(all).subspan(begin, end[k] - begin);
  }
  struct TextCell {
    uint32_t index, begin, length;
  };
  std::vector<float> dense_, value_, label_, weight_;
  std::vector<uint32_t> index_, nominal_, category_;
  std::vector<Group> groups_;
  std::vector<TextCell> text_;
  mutable std::vector<Text> text_views_;  // a block with text belongs to one thread at a time
  std::string text_bytes_, ids_;
  std::vector<uint32_t> dense_end_, numeric_end_, nominal_end_, label_end_, group_end_, text_end_,
      id_end_;
  std::vector<int64_t> time_;
  std::vector<uint64_t> line_;
  bool has_time_ = false;
  float now_weight_ = 1;
  int64_t now_time_ = 0;
  uint64_t now_line_ = 0;
  std::string now_id_;
};

/// Two buffers a prediction works in.
struct Scratch {
  ExampleBuffer a, b;
};

/// Lends Scratch objects to concurrent callers: wait-free, and allocating only while the number of
/// callers at once rises.
class ScratchPool {
 public:
  ScratchPool() noexcept = default;
  ~ScratchPool();
  ScratchPool(const ScratchPool&) = delete;
  ScratchPool& operator=(const ScratchPool&) = delete;

  /// A loan, given back when it ends.
  class Loan {
   public:
    explicit Loan(ScratchPool& pool) noexcept;
    ~Loan();
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    Scratch* operator->() noexcept { return scratch_; }
    Scratch& operator*() noexcept { return *scratch_; }

   private:
    ScratchPool& pool_;
    Scratch* scratch_;
  };

 private:
  static constexpr int kSlots = 64;
  Scratch* slots_[kSlots] =
      {};  // swapped with null by whoever borrows; the first slot is nearly always the one
};

}  // namespace freshet
