/// The part of BlockCodec that writes.

#include <algorithm>
#include <cstring>

#include "freshet/base/bits.h"
#include "freshet/base/coding.h"
#include "freshet/base/crc32c.h"
#include "freshet/format/block_sections.h"
#include "freshet/format/blocks.h"

namespace freshet {
namespace {

// Labels that an unlabelled example is given as zeros; with more they are of different number.
constexpr uint32_t kWidestPadded = 16;

template <class T>
bool all_are(const std::vector<T>& values, T x) noexcept {
  return std::all_of(values.begin(), values.end(),
                     [x](T v) { return bit_cast<BlockBits<T>>(v) == bit_cast<BlockBits<T>>(x); });
}

// Every example has as many as the first: then the width says it all.
bool is_even(const std::vector<uint32_t>& end) noexcept {
  for (std::size_t k = 0; k < end.size(); ++k)
    if (end[k] != end[0] * (k + 1)) return false;
  return true;
}

}  // namespace

// Writes one block: header(), then each part, which leaves itself out where it says nothing.
class BlockCodec::Encoder {
 public:
  Encoder(const ExampleBlock& block, std::vector<std::byte>& out) noexcept
      : b_(block), n_(block.size()), out_(out), block_start_(out.size()) {}

  Status check() noexcept {
    if (n_ > kMaxExamples)
      return {Code::exhausted, "blocks: more than 1,048,576 examples in one block; write several"};
    for (uint32_t k = 0; k < n_; ++k) {
      first_line_ = k == 0 ? b_.line_[0] : std::min(first_line_, b_.line_[k]);
      last_line_ = std::max(last_line_, b_.line_[k]);
    }
    if (first_line_ > kMaxFirstLine) return {Code::exhausted, "blocks: a line number above 2^63"};
    if (last_line_ - first_line_ > 0xffffffffu)
      return {Code::exhausted, "blocks: lines of one block are over 2^32 apart"};
    uint64_t bytes = 4096 + 64 * uint64_t{n_} + 4 * b_.dense_.size() + 4 * b_.label_.size() +
                     8 * b_.index_.size() + 8 * b_.category_.size() + 12 * b_.groups_.size() +
                     8 * b_.text_.size() + b_.text_bytes_.size() + b_.ids_.size() +
                     20 * b_.decisions_.size() + 8 * b_.query_.size();
    for (const ExampleBlock::Name& name : b_.names) {
      if (name.text.size() > 0xffff)
        return {Code::exhausted, "blocks: a name is longer than 65,535 bytes"};
      bytes += 7 + name.text.size();
    }
    if (bytes > 0xffffffffu)
      return {Code::exhausted, "blocks: over 4 GiB in one block; write several"};
    return {};
  }

  void write() noexcept {
    out_.resize(block_start_ + kHeaderBytes);
    labels();
    weights_and_times();
    numeric();
    nominal_and_groups();
    even_dense();
    ids_and_names();
    decisions();
    lines_and_queries();
    text_cells();
    ragged();
    header();
  }

 private:
  void begin(BlockTag tag) noexcept {
    section_ = out_.size();
    out_.resize(section_ + 8);
    put_u16(&out_[section_], static_cast<uint16_t>(tag));
    put_u16(&out_[section_ + 2], 0);
  }
  void end() noexcept {
    const std::size_t length = out_.size() - section_ - 8;
    put_u32(&out_[section_ + 4], static_cast<uint32_t>(length));
    out_.resize(section_ + 8 + block_padded(length));
  }
  void byte(uint32_t x) noexcept { out_.push_back(static_cast<std::byte>(x)); }
  template <class T>
  void word(T x) noexcept {
    words(std::span<const T>(&x, 1));
  }
  template <class T>
  void words(std::span<const T> all) noexcept {
    const std::size_t at = out_.size();
    out_.resize(at + all.size_bytes());
    if constexpr (kIsLittleEndian) {
      if (!all.empty()) std::memcpy(&out_[at], all.data(), all.size_bytes());
      return;
    }
    for (std::size_t k = 0; k < all.size(); ++k)
      put_little(&out_[at + k * sizeof(T)], bit_cast<BlockBits<T>>(all[k]));
  }
  template <class T>
  void words(const std::vector<T>& all) noexcept {
    words(std::span<const T>(all));
  }
  void text(std::string_view bytes) noexcept {
    const auto* from = reinterpret_cast<const std::byte*>(bytes.data());
    out_.insert(out_.end(), from, from + bytes.size());
  }

  // Unlabelled examples among labelled ones of one small width are zeros under a clear bit.
  void labels() noexcept {
    uint32_t unlabelled = 0, widest = 0;
    for (uint32_t k = 0; k < n_; ++k) {
      const uint32_t here = width(b_.label_end_, k);
      unlabelled += here == 0;
      ragged_labels_ = ragged_labels_ || (here != 0 && widest != 0 && here != widest);
      widest = std::max(widest, here);
    }
    ragged_labels_ = ragged_labels_ || (unlabelled != 0 && widest > kWidestPadded);
    if (ragged_labels_) return;
    if (unlabelled != 0) {
      begin(BlockTag::labelled);
      for (uint32_t k = 0; k < n_; k += 8) {
        uint32_t bits = 0;
        for (uint32_t i = k; i < std::min(n_, k + 8); ++i)
          bits |= static_cast<uint32_t>(width(b_.label_end_, i) != 0) << (i - k);
        byte(bits);
      }
      end();
    }
    if (widest == 0) return;
    begin(BlockTag::labels);
    word(widest);
    for (uint32_t k = 0; k < n_; ++k) {
      const std::span<const float> label = ExampleBlock::slice(b_.label_, b_.label_end_, k);
      words(label);
      for (std::size_t i = label.size(); i < widest; ++i)
        word(0.0f);
    }
    end();
  }

  void weights_and_times() noexcept {
    if (!all_are(b_.weight_, 1.0f)) section(BlockTag::weights, b_.weight_);
    if (!all_are(b_.time_, int64_t{0})) section(BlockTag::times, b_.time_);
  }
  template <class T>
  void section(BlockTag tag, const std::vector<T>& all) noexcept {
    begin(tag);
    words(all);
    end();
  }

  void numeric() noexcept {
    if (b_.index_.empty()) return;
    section(BlockTag::numeric_ends, b_.numeric_end_);
    section(BlockTag::numeric_index, b_.index_);
    if (!all_are(b_.value_, 1.0f)) section(BlockTag::numeric_value, b_.value_);
  }

  void nominal_and_groups() noexcept {
    if (!b_.category_.empty()) {
      begin(BlockTag::nominal);
      words(b_.nominal_end_);
      words(b_.nominal_);
      words(b_.category_);
      end();
    }
    if (b_.groups_.empty()) return;
    begin(BlockTag::groups);
    words(b_.group_end_);
    for (const Group& group : b_.groups_) {
      word(group.key);
      word(group.begin);
      word(group.end);
    }
    end();
  }

  void even_dense() noexcept {
    if (b_.dense_.empty() || !is_even(b_.dense_end_)) return;
    begin(BlockTag::dense);
    word(b_.dense_end_[0]);
    words(b_.dense_);
    end();
  }

  void ids_and_names() noexcept {
    if (!b_.ids_.empty()) {
      begin(BlockTag::ids);
      words(b_.id_end_);
      text(b_.ids_);
      end();
    }
    if (b_.names.empty()) return;
    begin(BlockTag::names);
    word(static_cast<uint32_t>(b_.names.size()));
    for (const ExampleBlock::Name& name : b_.names) {
      byte(static_cast<uint8_t>(name.kind));
      word(name.feature);
      byte(name.text.size() & 0xff);
      byte(static_cast<uint32_t>(name.text.size() >> 8));
      text(name.text);
    }
    end();
  }

  void decisions() noexcept {
    if (b_.decisions_.empty()) return;
    begin(BlockTag::decisions);
    for (const ExampleBlock::Choice& choice : b_.decisions_) {
      word(choice.first);
      word(choice.count);
      word(choice.chosen);
      word(choice.cost);
      word(choice.probability);
    }
    end();
  }

  void lines_and_queries() noexcept {
    bool in_step = true;  // each line is the one after the last, or there are none
    for (uint32_t k = 0; k < n_; ++k)
      in_step = in_step && b_.line_[k] == (b_.line_[0] == 0 ? 0 : b_.line_[0] + k);
    if (!in_step) {
      begin(BlockTag::lines);
      for (uint32_t k = 0; k < n_; ++k)
        word(static_cast<uint32_t>(b_.line_[k] - first_line_));
      end();
    }
    if (b_.has_query_ && !all_are(b_.query_, uint64_t{0})) section(BlockTag::queries, b_.query_);
  }

  void text_cells() noexcept {
    if (b_.text_.empty()) return;
    begin(BlockTag::text);
    words(b_.text_end_);
    for (const ExampleBlock::TextCell& cell : b_.text_) {
      word(cell.index);
      word(cell.length);
      text(std::string_view(b_.text_bytes_).substr(cell.begin, cell.length));
    }
    end();
  }

  void ragged() noexcept {
    if (!b_.dense_.empty() && !is_even(b_.dense_end_)) {
      begin(BlockTag::ragged_dense);
      words(b_.dense_end_);
      words(b_.dense_);
      end();
    }
    if (!ragged_labels_) return;
    begin(BlockTag::ragged_labels);
    words(b_.label_end_);
    words(b_.label_);
    end();
  }

  void header() noexcept {
    std::byte* to = &out_[block_start_];
    const std::span<const std::byte> payload =
        std::span<const std::byte>(out_).subspan(block_start_ + kHeaderBytes);
    std::memcpy(to, kBlockMagic, 4);
    put_u16(to + 4, kBlockVersion);
    put_u16(to + 6, b_.own_names ? kBlockOwnNames : uint16_t{0});
    put_u32(to + 8, n_);
    put_u32(to + 12, static_cast<uint32_t>(payload.size()));
    put_u32(to + 16, crc32c(payload));
    put_u32(to + 20, crc32c({to, 20}));
    put_u64(to + 24, first_line_);
  }

  const ExampleBlock& b_;
  const uint32_t n_;
  std::vector<std::byte>& out_;
  const std::size_t block_start_;
  std::size_t section_ = 0;
  uint64_t first_line_ = 0, last_line_ = 0;
  bool ragged_labels_ = false;
};

Status BlockCodec::encode(const ExampleBlock& block, std::vector<std::byte>& out) noexcept {
  Encoder encoder(block, out);
  FRESHET_TRY(encoder.check());
  encoder.write();
  return {};
}

}  // namespace freshet
