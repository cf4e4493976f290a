/// The part of BlockCodec that reads.

#include <algorithm>
#include <cstring>

#include "freshet/base/bits.h"
#include "freshet/base/coding.h"
#include "freshet/base/crc32c.h"
#include "freshet/format/block_sections.h"
#include "freshet/format/blocks.h"

namespace freshet {

// Reads the sections of one block whose checksums hold. They may still lie: who makes the bytes
// makes the checksums.
class BlockCodec::Decoder {
 public:
  Decoder(std::span<const std::byte> block, ExampleBlock& out) noexcept : block_(block), b_(out) {
    n_ = get_u32(&block[8]);
    first_line_ = get_u64(&block[24]);
  }

  Status read() noexcept {
    b_.own_names = (get_u16(&block_[6]) & kBlockOwnNames) != 0;
    FRESHET_TRY(sections());
    fill_defaults();
    if (b_.index_.size() != b_.value_.size())
      return bad("blocks: numeric values without as many indices");
    FRESHET_TRY(check_groups());
    return b_.own_names ? check_names() : Status();
  }

 private:
  Status bad(const char* text) const noexcept {
    return {Code::corrupt, text, static_cast<uint32_t>(at_)};
  }

  Status wrong_length() const noexcept {
    return bad("blocks: a section has another length than its content");
  }

  Status sections() noexcept {
    uint32_t last = 0;
    for (at_ = kHeaderBytes; at_ < block_.size();) {
      if (block_.size() - at_ < 8) return bad("blocks: a section's header is cut off");
      const uint16_t tag = get_u16(&block_[at_]);
      const std::size_t length = get_u32(&block_[at_ + 4]);
      if (get_u16(&block_[at_ + 2]) != 0)
        return bad("blocks: a section's header has bits that must be zero");
      if (length > block_.size() - at_ - 8 || block_padded(length) > block_.size() - at_ - 8) {
        return bad("blocks: a section is longer than its block");
      }
      if (tag <= last) return bad("blocks: sections out of order, or one twice");
      last = tag;
      body_ = block_.subspan(at_ + 8, length);
      for (std::size_t k = length; k < block_padded(length); ++k)
        if (block_[at_ + 8 + k] != std::byte{0}) return bad("blocks: padding that isn't zero");
      FRESHET_TRY(section(tag));
      at_ += 8 + block_padded(length);
    }
    return {};
  }

  Status section(uint16_t tag) noexcept {
    switch (static_cast<BlockTag>(tag)) {
      case BlockTag::labelled:
        return labelled();
      case BlockTag::labels:
        return labels();
      case BlockTag::weights:
        return array(b_.weight_, n_);
      case BlockTag::times:
        b_.has_time_ = true;
        return array(b_.time_, n_);
      case BlockTag::numeric_ends:
        FRESHET_TRY(array(b_.numeric_end_, n_));
        return check_ends(b_.numeric_end_);
      case BlockTag::numeric_index:
        return array(b_.index_, total(b_.numeric_end_));
      case BlockTag::numeric_value:
        return array(b_.value_, total(b_.numeric_end_));
      case BlockTag::nominal:
        return nominal();
      case BlockTag::groups:
        return groups();
      case BlockTag::dense:
        return dense();
      case BlockTag::ids:
        return ids();
      case BlockTag::names:
        return names();
      case BlockTag::decisions:
        return decisions();
      case BlockTag::lines:
        return lines();
      case BlockTag::queries:
        b_.has_query_ = true;
        return array(b_.query_, n_);
      case BlockTag::text:
        return text();
      case BlockTag::ragged_dense:
        return ragged(b_.dense_, b_.dense_end_);
      case BlockTag::ragged_labels:
        return ragged(b_.label_, b_.label_end_);
      default:
        if (tag >= kBlockMaySkip) return {};
        return {Code::unsupported,
                "blocks: a section of a later version; read it with a newer freshet",
                static_cast<uint32_t>(at_)};
    }
  }

  template <class T>
  T take() noexcept {  // REQUIRES: body_ has it
    const T x = bit_cast<T>(get_little<BlockBits<T>>(body_.data()));
    body_ = body_.subspan(sizeof(T));
    return x;
  }
  template <class T>
  void take_array(std::vector<T>& to, std::size_t count) noexcept {  // REQUIRES: body_ has it
    to.resize(count);
    if constexpr (kIsLittleEndian) {
      if (count != 0) std::memcpy(to.data(), body_.data(), count * sizeof(T));
      body_ = body_.subspan(count * sizeof(T));
      return;
    }
    for (std::size_t k = 0; k < count; ++k)
      to[k] = bit_cast<T>(get_little<BlockBits<T>>(&body_[k * sizeof(T)]));
    body_ = body_.subspan(count * sizeof(T));
  }
  // The rest of the section is so many items. Written so that it holds where a size has 32 bits.
  bool holds(std::size_t count, std::size_t item_bytes) const noexcept {
    return body_.size() % item_bytes == 0 && body_.size() / item_bytes == count;
  }
  template <class T>
  Status array(std::vector<T>& to, std::size_t count) noexcept {
    if (!holds(count, sizeof(T))) return wrong_length();
    take_array(to, count);
    return {};
  }
  // Ends of each example's part: never falling. The last is what there must be.
  Status ends(std::vector<uint32_t>& to) noexcept {
    if (body_.size() < std::size_t{4} * n_)
      return bad("blocks: a section is too short for its ends");
    take_array(to, n_);
    return check_ends(to);
  }
  Status check_ends(const std::vector<uint32_t>& end) const noexcept {
    for (std::size_t k = 1; k < end.size(); ++k)
      if (end[k] < end[k - 1]) return bad("blocks: ends that fall");
    return {};
  }
  static std::size_t total(const std::vector<uint32_t>& end) noexcept {
    return end.empty() ? 0 : end.back();
  }

  template <class T>
  Status ragged(std::vector<T>& to, std::vector<uint32_t>& end) noexcept {
    if (!end.empty()) return bad("blocks: the same content in two sections");
    FRESHET_TRY(ends(end));
    return array(to, total(end));
  }

  Status labelled() noexcept {
    if (body_.size() != (std::size_t{n_} + 7) / 8) return wrong_length();
    labelled_ = body_;
    return {};
  }
  bool is_labelled(uint32_t k) const noexcept {
    return labelled_.empty() || (std::to_integer<uint32_t>(labelled_[k / 8]) >> (k % 8) & 1) != 0;
  }

  Status labels() noexcept {
    if (body_.size() < 4) return bad("blocks: a section is too short");
    const std::size_t each = take<uint32_t>();
    if (each == 0 || body_.size() / 4 / each != n_ || !holds(each * n_, 4)) return wrong_length();
    for (uint32_t k = 0; k < n_; ++k) {
      for (std::size_t i = 0; i < each; ++i) {
        const float value = take<float>();
        if (is_labelled(k)) b_.label_.push_back(value);
      }
      b_.label_end_.push_back(static_cast<uint32_t>(b_.label_.size()));
    }
    return {};
  }

  Status dense() noexcept {
    if (body_.size() < 4) return bad("blocks: a section is too short");
    const std::size_t each = take<uint32_t>();
    if (each == 0 || body_.size() / 4 / each != n_) return wrong_length();
    FRESHET_TRY(array(b_.dense_, each * n_));
    b_.dense_end_.resize(n_);
    for (uint32_t k = 0; k < n_; ++k)
      b_.dense_end_[k] = static_cast<uint32_t>(each * (k + 1));
    return {};
  }

  Status nominal() noexcept {
    FRESHET_TRY(ends(b_.nominal_end_));
    const std::size_t count = total(b_.nominal_end_);
    if (!holds(count, 8)) return wrong_length();
    take_array(b_.nominal_, count);
    take_array(b_.category_, count);
    return {};
  }

  Status groups() noexcept {
    FRESHET_TRY(ends(b_.group_end_));
    const std::size_t count = total(b_.group_end_);
    if (!holds(count, 12)) return wrong_length();
    b_.groups_.resize(count);
    for (Group& group : b_.groups_)
      group = {take<uint32_t>(), take<uint32_t>(), take<uint32_t>()};
    return {};
  }

  Status ids() noexcept {
    FRESHET_TRY(ends(b_.id_end_));
    if (body_.size() != total(b_.id_end_)) return wrong_length();
    b_.ids_.assign(reinterpret_cast<const char*>(body_.data()), body_.size());
    return {};
  }

  Status names() noexcept {
    if (body_.size() < 4) return bad("blocks: a section is too short");
    const uint32_t count = take<uint32_t>();
    if (count > body_.size() / 7) return bad("blocks: fewer names than announced");
    b_.names.reserve(count);
    for (uint32_t k = 0; k < count; ++k) {
      if (body_.size() < 7) return bad("blocks: fewer names than announced");
      const auto kind = std::to_integer<uint8_t>(body_[0]);
      if (kind > static_cast<uint8_t>(ExampleBlock::NameKind::text))
        return bad("blocks: a name of an unknown kind");
      const uint32_t feature = get_u32(&body_[1]);
      const std::size_t length = get_u16(&body_[5]);
      body_ = body_.subspan(7);
      if (length > body_.size()) return bad("blocks: a name is longer than its section");
      b_.names.push_back({static_cast<ExampleBlock::NameKind>(kind), feature,
                          std::string(reinterpret_cast<const char*>(body_.data()), length)});
      body_ = body_.subspan(length);
    }
    return body_.empty() ? Status() : bad("blocks: bytes behind the last name");
  }

  // One after another, each a shared row and at least one action, and nothing else in the block.
  Status decisions() noexcept {
    if (body_.size() % 20 != 0) return wrong_length();
    uint64_t next = 0;
    b_.decisions_.reserve(body_.size() / 20);
    while (!body_.empty()) {
      ExampleBlock::Choice choice;
      choice.first = take<uint32_t>();
      choice.count = take<uint32_t>();
      choice.chosen = take<int32_t>();
      choice.cost = take<float>();
      choice.probability = take<float>();
      const bool has_place =
          choice.first == next && choice.count != 0 && choice.chosen >= -1 &&
          (choice.chosen < 0 || static_cast<uint32_t>(choice.chosen) < choice.count);
      const bool has_cost =
          is_finite(choice.cost) && choice.probability > 0 && choice.probability <= 1;
      next += uint64_t{choice.count} + 1;
      if (!has_place || next > n_) return bad("blocks: a decision outside its rows");
      if (!has_cost) return bad("blocks: a decision without a cost or a probability");
      b_.decisions_.push_back(choice);
    }
    return next == n_ ? Status() : bad("blocks: rows in no decision");
  }

  Status lines() noexcept {
    if (body_.size() != std::size_t{4} * n_) return wrong_length();
    b_.line_.resize(n_);
    for (uint64_t& line : b_.line_)
      line = first_line_ + take<uint32_t>();
    return {};
  }

  Status text() noexcept {
    FRESHET_TRY(ends(b_.text_end_));
    const std::size_t count = total(b_.text_end_);
    if (count > body_.size() / 8) return bad("blocks: fewer texts than announced");
    for (std::size_t k = 0; k < count; ++k) {
      if (body_.size() < 8) return bad("blocks: fewer texts than announced");
      const uint32_t index = take<uint32_t>(), length = take<uint32_t>();
      if (length > body_.size()) return bad("blocks: a text is longer than its section");
      b_.text_.push_back({index, static_cast<uint32_t>(b_.text_bytes_.size()), length});
      b_.text_bytes_.append(reinterpret_cast<const char*>(body_.data()), length);
      body_ = body_.subspan(length);
    }
    return body_.empty() ? Status() : bad("blocks: bytes behind the last text");
  }

  void fill_defaults() noexcept {
    if (b_.weight_.empty()) b_.weight_.assign(n_, 1.0f);
    if (b_.time_.empty()) b_.time_.assign(n_, 0);
    for (std::vector<uint32_t>* end : {&b_.dense_end_, &b_.numeric_end_, &b_.nominal_end_,
                                       &b_.label_end_, &b_.group_end_, &b_.text_end_, &b_.id_end_})
      if (end->empty()) end->assign(n_, 0);
    if (b_.value_.empty()) b_.value_.assign(b_.index_.size(), 1.0f);
    if (!b_.line_.empty()) return;
    b_.line_.resize(n_);
    for (uint32_t k = 0; k < n_; ++k)
      b_.line_[k] = first_line_ == 0 ? 0 : first_line_ + k;
  }

  Status check_groups() const noexcept {
    if (total(b_.numeric_end_) != b_.index_.size())
      return bad("blocks: ends of numeric features without features");
    for (uint32_t k = 0; k < n_; ++k) {
      const uint32_t count = width(b_.numeric_end_, k);
      for (const Group& group : ExampleBlock::slice(b_.groups_, b_.group_end_, k))
        if (group.begin > group.end || group.end > count)
          return bad("blocks: a group outside its example");
    }
    return {};
  }

  bool is_name(uint32_t at, ExampleBlock::NameKind kind) const noexcept {
    return at < b_.names.size() && b_.names[at].kind == kind;
  }
  bool has_names(ExampleBlock::NameKind kind) const noexcept {
    return std::any_of(b_.names.begin(), b_.names.end(),
                       [kind](const auto& name) { return name.kind == kind; });
  }

  // Every position names something of the right kind.
  Status check_names() const noexcept {
    using Kind = ExampleBlock::NameKind;
    for (const ExampleBlock::Name& name : b_.names)
      if (name.kind == Kind::category && !is_name(name.feature, Kind::nominal))
        return bad("blocks: a category of no nominal feature");
    if (b_.names.empty() || has_names(Kind::numeric) || has_names(Kind::nominal) ||
        has_names(Kind::text)) {
      FRESHET_TRY(check_feature_names());
    }
    if (!has_names(Kind::label_class)) return {};
    for (const float label : b_.label_) {
      const bool is_whole = label >= 0 && label < 16777216 &&
                            static_cast<float>(static_cast<uint32_t>(label)) == label;
      if (!is_whole || !is_name(static_cast<uint32_t>(label), Kind::label_class))
        return bad("blocks: a class without a name");
    }
    return {};
  }

  Status check_feature_names() const noexcept {
    using Kind = ExampleBlock::NameKind;
    uint32_t widest = 0;
    for (uint32_t k = 0; k < n_; ++k)
      widest = std::max(widest, width(b_.dense_end_, k));
    for (uint32_t k = 0; k < widest; ++k)
      if (!is_name(k, Kind::numeric)) return bad("blocks: a dense column without a name");
    for (const uint32_t at : b_.index_)
      if (!is_name(at, Kind::numeric)) return bad("blocks: a numeric feature without a name");
    for (std::size_t k = 0; k < b_.nominal_.size(); ++k) {
      if (!is_name(b_.nominal_[k], Kind::nominal) || !is_name(b_.category_[k], Kind::category) ||
          b_.names[b_.category_[k]].feature != b_.nominal_[k]) {
        return bad("blocks: a nominal feature or category without a name");
      }
    }
    if (!has_names(Kind::text)) return {};
    for (const ExampleBlock::TextCell& cell : b_.text_)
      if (!is_name(cell.index, Kind::text)) return bad("blocks: a text without a name");
    return {};
  }

  const std::span<const std::byte> block_;
  ExampleBlock& b_;
  uint32_t n_ = 0;
  uint64_t first_line_ = 0;
  std::size_t at_ = 0;  // of the section now read
  std::span<const std::byte> body_, labelled_;
};

Result<std::size_t> BlockCodec::size(std::span<const std::byte> bytes) noexcept {
  if (bytes.size() < kHeaderBytes || std::memcmp(bytes.data(), kBlockMagic, 4) != 0) {
    return {Code::corrupt, "blocks: no block begins here"};
  }
  if (get_u32(&bytes[20]) != crc32c(bytes.first(20)))
    return {Code::corrupt, "blocks: the header's checksum is wrong"};
  if (get_u16(&bytes[4]) != kBlockVersion || (get_u16(&bytes[6]) & ~kBlockOwnNames) != 0) {
    return {Code::unsupported, "blocks: a block of a later version; read it with a newer freshet"};
  }
  if (get_u32(&bytes[8]) > kMaxExamples)
    return {Code::corrupt, "blocks: more than 1,048,576 examples", 8};
  const std::size_t payload = get_u32(&bytes[12]);
  if (payload % 8 != 0) return {Code::corrupt, "blocks: a length that isn't a multiple of 8", 12};
  if (payload > SIZE_MAX - kHeaderBytes)
    return {Code::corrupt, "blocks: a block of more bytes than this machine can address", 12};
  if (get_u64(&bytes[24]) > kMaxFirstLine)  // the one number without a checksum
    return {Code::corrupt, "blocks: a line number above 2^63; the header is damaged", 24};
  return kHeaderBytes + payload;
}

Result<std::size_t> BlockCodec::decode(std::span<const std::byte> bytes,
                                       ExampleBlock& out) noexcept {
  out.clear();
  FRESHET_TRY_ASSIGN(const std::size_t all, size(bytes));
  if (all > bytes.size())
    return {Code::corrupt, "blocks: a block is cut off", static_cast<uint32_t>(bytes.size())};
  if (get_u32(&bytes[16]) != crc32c(bytes.subspan(kHeaderBytes, all - kHeaderBytes))) {
    return {Code::corrupt, "blocks: the payload's checksum is wrong", kHeaderBytes};
  }
  // A labelled example has a label, an unlabelled one a bit: more examples than bits is a lie that
  // would cost memory.
  if (get_u32(&bytes[8]) > 8 * uint64_t{all - kHeaderBytes})
    return {Code::corrupt, "blocks: more examples than bits", 8};
  Decoder decoder(bytes.first(all), out);
  if (Status status = decoder.read(); !status.ok()) {
    out.clear();
    return status;
  }
  return all;
}

}  // namespace freshet
