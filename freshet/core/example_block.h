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
#include "freshet/core/decision.h"
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
///
/// Decisions: begin_decision(); the shared example (an empty one if there is none), then one example
/// for each action, each begun and finished as ever; finish_decision(), or drop_decision(). A block
/// holds decisions only, or none: who learns decisions asks decisions() and not the rows.
class ExampleBlock {
 public:
  enum class NameKind : uint8_t {
    numeric = 0,
    nominal = 1,
    category = 2,
    label_class = 3,
    text = 4
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
  /// What the example is a candidate for, in ranking.
  void set_query(uint64_t query) noexcept {
    now_query_ = query;
    has_query_ = true;
  }
  void finish() noexcept;
  void drop() noexcept;

  /// Many numeric features at once. REQUIRES: equal sizes.
  void add_numeric(std::span<const uint32_t> index, std::span<const float> value) noexcept {
    index_.insert(index_.end(), index.begin(), index.end());
    value_.insert(value_.end(), value.begin(), value.end());
  }
  /// The numeric features of the example begun, to be changed in place; until the next one is added.
  std::span<uint32_t> begun_index() noexcept {
    return std::span<uint32_t>(index_).subspan(last(numeric_end_));
  }
  std::span<float> begun_value() noexcept {
    return std::span<float>(value_).subspan(last(numeric_end_));
  }

  /// Rows `first` (shared) and `first` + 1 ... `first` + count (actions) are one decision; chosen,
  /// cost, probability as in core/decision.h.
  struct Choice {
    uint32_t first, count;
    int32_t chosen;
    float cost, probability;
  };
  void begin_decision() noexcept { decision_begin_ = size(); }
  /// REQUIRES: at least two rows since begin_decision().
  void finish_decision(int32_t chosen, float cost, float probability) noexcept;
  /// Takes back its rows, the one begun too.
  void drop_decision() noexcept { keep(decision_begin_); }
  std::span<const Choice> decisions() const noexcept { return decisions_; }
  /// One decision; `actions` holds its examples. Valid until the block or `actions` changes.
  Decision decision(const Choice& choice, std::vector<Example>& actions) const noexcept;

  /// Adds one whole example.
  void append(const Example& x, std::string_view id = {}, uint64_t line = 0) noexcept;
  /// Adds one whole decision; the id is that of its first row. REQUIRES: it has an action.
  void append_decision(const Decision& decision, std::string_view id = {}) noexcept;

  /// Valid until the block changes.
  Example operator[](uint32_t k) const noexcept;
  std::string_view id(uint32_t k) const noexcept;
  uint64_t line(uint32_t k) const noexcept { return line_[k]; }
  uint64_t query(uint32_t k) const noexcept { return has_query_ ? query_[k] : 0; }

  bool own_names = false;
  std::vector<Name> names;

 private:
  std::span<const Text> text_of(uint32_t k) const noexcept;
  static uint32_t last(const std::vector<uint32_t>& end) noexcept {
    return end.empty() ? 0u : end.back();
  }
  void keep(uint32_t rows) noexcept;  // takes back all others
  friend class BlockCodec;            // format/blocks.h
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
  std::vector<Choice> decisions_;
  uint32_t decision_begin_ = 0;
  std::vector<TextCell> text_;
  mutable std::vector<Text> text_views_;  // a block with text belongs to one thread at a time
  std::string text_bytes_, ids_;
  std::vector<uint32_t> dense_end_, numeric_end_, nominal_end_, label_end_, group_end_, text_end_,
      id_end_;
  std::vector<int64_t> time_;
  std::vector<uint64_t> line_, query_;  // query_: empty, or of every row where has_query_
  bool has_time_ = false, has_query_ = false;
  float now_weight_ = 1;
  int64_t now_time_ = 0;
  uint64_t now_line_ = 0, now_query_ = 0;
  std::string now_id_;
};

/// What a prediction works in: two buffers; for a decision, one more for each action, and how they look.
struct Scratch {
  ExampleBuffer a, b;
  std::vector<ExampleBuffer> rows = {};
  std::vector<Example> views = {};
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
