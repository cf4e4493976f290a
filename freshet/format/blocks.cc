#include "freshet/format/blocks.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "freshet/base/coding.h"
#include "freshet/base/crc32c.h"

namespace freshet {
namespace {

// Arrays are then in memory as in the file.
constexpr bool kIsLittle = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

// Written to files: never change or reuse. Tags from kMaySkip on may be skipped when unknown.
enum Tag : uint16_t {
  kLabelled = 1,
  kLabels = 2,
  kWeights = 3,
  kTimes = 4,
  kNumericEnds = 5,
  kNumericIndex = 6,
  kNumericValue = 7,
  kNominal = 8,
  kGroups = 9,
  kDense = 10,
  kIds = 11,
  kNames = 12,
  kDecisions = 13,
  kLines = 14,
  kQueries = 15,
  kText = 16,
  kRaggedDense = 17,   // rows of different width
  kRaggedLabels = 18,  // labels of different number
};
constexpr uint16_t kMaySkip = 0x8000;
constexpr char kMagic[4] = {'F', 'B', 'K', '1'};
constexpr uint16_t kVersion = 1;
constexpr uint16_t kOwnNames = 1;  // flag bit 0

constexpr std::size_t padded(std::size_t n) noexcept {
  return (n + 7) / 8 * 8;
}

template <class T>
using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

template <class T>
bool all_are(const std::vector<T>& values, T x) noexcept {
  return std::all_of(values.begin(), values.end(),
                     [x](T v) { return bit_cast<Bits<T>>(v) == bit_cast<Bits<T>>(x); });
}

// Every example has as many as the first: then the width says it all.
bool is_even(const std::vector<uint32_t>& end) noexcept {
  for (std::size_t k = 0; k < end.size(); ++k)
    if (end[k] != end[0] * (k + 1)) return false;
  return true;
}

uint32_t width(const std::vector<uint32_t>& end, uint32_t k) noexcept {
  return end[k] - (k == 0 ? 0 : end[k - 1]);
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
    if (last_line_ - first_line_ > 0xffffffffu)
      return {Code::exhausted, "blocks: lines of one block are over 2^32 apart"};
    std::size_t bytes = 4096 + 64 * std::size_t{n_} + 4 * b_.dense_.size() + 4 * b_.label_.size() +
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
  void begin(uint16_t tag) noexcept {
    section_ = out_.size();
    out_.resize(section_ + 8);
    put_u16(&out_[section_], tag);
    put_u16(&out_[section_ + 2], 0);
  }
  void end() noexcept {
    const std::size_t length = out_.size() - section_ - 8;
    put_u32(&out_[section_ + 4], static_cast<uint32_t>(length));
    out_.resize(section_ + 8 + padded(length));
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
    if constexpr (kIsLittle) {
      if (!all.empty()) std::memcpy(&out_[at], all.data(), all.size_bytes());
      return;
    }
    for (std::size_t k = 0; k < all.size(); ++k)
      put_little(&out_[at + k * sizeof(T)], bit_cast<Bits<T>>(all[k]));
  }
  template <class T>
  void words(const std::vector<T>& all) noexcept {
    words(std::span<const T>(all));
  }
  void text(std::string_view bytes) noexcept {
    const auto* from = reinterpret_cast<const std::byte*>(bytes.data());
    out_.insert(out_.end(), from, from + bytes.size());
  }

  // Unlabelled examples among labelled ones of one width are zeros under a clear bit.
  void labels() noexcept {
    uint32_t unlabelled = 0, widest = 0;
    for (uint32_t k = 0; k < n_; ++k) {
      const uint32_t here = width(b_.label_end_, k);
      unlabelled += here == 0;
      ragged_labels_ = ragged_labels_ || (here != 0 && widest != 0 && here != widest);
      widest = std::max(widest, here);
    }
    if (ragged_labels_) return;
    if (unlabelled != 0) {
      begin(kLabelled);
      for (uint32_t k = 0; k < n_; k += 8) {
        uint32_t bits = 0;
        for (uint32_t i = k; i < std::min(n_, k + 8); ++i)
          bits |= static_cast<uint32_t>(width(b_.label_end_, i) != 0) << (i - k);
        byte(bits);
      }
      end();
    }
    if (widest == 0) return;
    begin(kLabels);
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
    if (!all_are(b_.weight_, 1.0f)) section(kWeights, b_.weight_);
    if (!all_are(b_.time_, int64_t{0})) section(kTimes, b_.time_);
  }
  template <class T>
  void section(uint16_t tag, const std::vector<T>& all) noexcept {
    begin(tag);
    words(all);
    end();
  }

  void numeric() noexcept {
    if (b_.index_.empty()) return;
    section(kNumericEnds, b_.numeric_end_);
    section(kNumericIndex, b_.index_);
    if (!all_are(b_.value_, 1.0f)) section(kNumericValue, b_.value_);
  }

  void nominal_and_groups() noexcept {
    if (!b_.category_.empty()) {
      begin(kNominal);
      words(b_.nominal_end_);
      words(b_.nominal_);
      words(b_.category_);
      end();
    }
    if (b_.groups_.empty()) return;
    begin(kGroups);
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
    begin(kDense);
    word(b_.dense_end_[0]);
    words(b_.dense_);
    end();
  }

  void ids_and_names() noexcept {
    if (!b_.ids_.empty()) {
      begin(kIds);
      words(b_.id_end_);
      text(b_.ids_);
      end();
    }
    if (b_.names.empty()) return;
    begin(kNames);
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
    begin(kDecisions);
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
      begin(kLines);
      for (uint32_t k = 0; k < n_; ++k)
        word(static_cast<uint32_t>(b_.line_[k] - first_line_));
      end();
    }
    if (b_.has_query_ && !all_are(b_.query_, uint64_t{0})) section(kQueries, b_.query_);
  }

  void text_cells() noexcept {
    if (b_.text_.empty()) return;
    begin(kText);
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
      begin(kRaggedDense);
      words(b_.dense_end_);
      words(b_.dense_);
      end();
    }
    if (!ragged_labels_) return;
    begin(kRaggedLabels);
    words(b_.label_end_);
    words(b_.label_);
    end();
  }

  void header() noexcept {
    std::byte* to = &out_[block_start_];
    const std::span<const std::byte> payload =
        std::span<const std::byte>(out_).subspan(block_start_ + kHeaderBytes);
    std::memcpy(to, kMagic, 4);
    put_u16(to + 4, kVersion);
    put_u16(to + 6, b_.own_names ? kOwnNames : uint16_t{0});
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

// Reads the sections of one block whose checksums hold. They may still lie: who makes the bytes
// makes the checksums.
class BlockCodec::Decoder {
 public:
  Decoder(std::span<const std::byte> block, ExampleBlock& out) noexcept : block_(block), b_(out) {
    n_ = get_u32(&block[8]);
    first_line_ = get_u64(&block[24]);
  }

  Status read() noexcept {
    b_.own_names = (get_u16(&block_[6]) & kOwnNames) != 0;
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

  Status sections() noexcept {
    uint32_t last = 0;
    for (at_ = kHeaderBytes; at_ < block_.size();) {
      if (block_.size() - at_ < 8) return bad("blocks: a section's header is cut off");
      const uint16_t tag = get_u16(&block_[at_]);
      const std::size_t length = get_u32(&block_[at_ + 4]);
      if (get_u16(&block_[at_ + 2]) != 0)
        return bad("blocks: a section's header has bits that must be zero");
      if (length > block_.size() - at_ - 8 || padded(length) > block_.size() - at_ - 8) {
        return bad("blocks: a section is longer than its block");
      }
      if (tag <= last) return bad("blocks: sections out of order, or one twice");
      last = tag;
      body_ = block_.subspan(at_ + 8, length);
      for (std::size_t k = length; k < padded(length); ++k)
        if (block_[at_ + 8 + k] != std::byte{0}) return bad("blocks: padding that isn't zero");
      FRESHET_TRY(section(tag));
      at_ += 8 + padded(length);
    }
    return {};
  }

  Status section(uint16_t tag) noexcept {
    switch (tag) {
      case kLabelled:
        return labelled();
      case kLabels:
        return labels();
      case kWeights:
        return array(b_.weight_, n_);
      case kTimes:
        b_.has_time_ = true;
        return array(b_.time_, n_);
      case kNumericEnds:
        FRESHET_TRY(array(b_.numeric_end_, n_));
        return check_ends(b_.numeric_end_);
      case kNumericIndex:
        return rest_of(b_.index_, b_.numeric_end_);
      case kNumericValue:
        return rest_of(b_.value_, b_.numeric_end_);
      case kNominal:
        return nominal();
      case kGroups:
        return groups();
      case kDense:
        return dense();
      case kIds:
        return ids();
      case kNames:
        return names();
      case kDecisions:
        return decisions();
      case kLines:
        return lines();
      case kQueries:
        b_.has_query_ = true;
        return array(b_.query_, n_);
      case kText:
        return text();
      case kRaggedDense:
        return ragged(b_.dense_, b_.dense_end_);
      case kRaggedLabels:
        return ragged(b_.label_, b_.label_end_);
      default:
        if (tag >= kMaySkip) return {};
        return {Code::unsupported,
                "blocks: a section of a later version; read it with a newer freshet",
                static_cast<uint32_t>(at_)};
    }
  }

  template <class T>
  T take() noexcept {  // REQUIRES: body_ has it
    const T x = bit_cast<T>(get_little<Bits<T>>(body_.data()));
    body_ = body_.subspan(sizeof(T));
    return x;
  }
  template <class T>
  void take_array(std::vector<T>& to, std::size_t count) noexcept {  // REQUIRES: body_ has it
    to.resize(count);
    if constexpr (kIsLittle) {
      if (count != 0) std::memcpy(to.data(), body_.data(), count * sizeof(T));
      body_ = body_.subspan(count * sizeof(T));
      return;
    }
    for (std::size_t k = 0; k < count; ++k)
      to[k] = bit_cast<T>(get_little<Bits<T>>(&body_[k * sizeof(T)]));
    body_ = body_.subspan(count * sizeof(T));
  }
  template <class T>
  Status array(std::vector<T>& to, std::size_t count) noexcept {
    if (body_.size() != count * sizeof(T))
      return bad("blocks: a section has another length than its content");
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
  Status rest_of(std::vector<T>& to, const std::vector<uint32_t>& end) noexcept {
    FRESHET_TRY(check_ends(end));
    return array(to, total(end));
  }
  template <class T>
  Status ragged(std::vector<T>& to, std::vector<uint32_t>& end) noexcept {
    if (!end.empty()) return bad("blocks: the same content in two sections");
    FRESHET_TRY(ends(end));
    return array(to, total(end));
  }

  Status labelled() noexcept {
    if (body_.size() != (std::size_t{n_} + 7) / 8)
      return bad("blocks: a section has another length than its content");
    labelled_ = body_;
    return {};
  }
  bool is_labelled(uint32_t k) const noexcept {
    return labelled_.empty() || (std::to_integer<uint32_t>(labelled_[k / 8]) >> (k % 8) & 1) != 0;
  }

  Status labels() noexcept {
    if (body_.size() < 4) return bad("blocks: a section is too short");
    const std::size_t each = take<uint32_t>();
    if (each == 0 || body_.size() / 4 / each != n_ || body_.size() != each * n_ * 4) {
      return bad("blocks: a section has another length than its content");
    }
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
    if (each == 0 || body_.size() / 4 / each != n_)
      return bad("blocks: a section has another length than its content");
    FRESHET_TRY(array(b_.dense_, each * n_));
    b_.dense_end_.resize(n_);
    for (uint32_t k = 0; k < n_; ++k)
      b_.dense_end_[k] = static_cast<uint32_t>(each * (k + 1));
    return {};
  }

  Status nominal() noexcept {
    FRESHET_TRY(ends(b_.nominal_end_));
    const std::size_t count = total(b_.nominal_end_);
    if (body_.size() != 8 * count)
      return bad("blocks: a section has another length than its content");
    take_array(b_.nominal_, count);
    take_array(b_.category_, count);
    return {};
  }

  Status groups() noexcept {
    FRESHET_TRY(ends(b_.group_end_));
    const std::size_t count = total(b_.group_end_);
    if (body_.size() != 12 * count)
      return bad("blocks: a section has another length than its content");
    b_.groups_.resize(count);
    for (Group& group : b_.groups_)
      group = {take<uint32_t>(), take<uint32_t>(), take<uint32_t>()};
    return {};
  }

  Status ids() noexcept {
    FRESHET_TRY(ends(b_.id_end_));
    if (body_.size() != total(b_.id_end_))
      return bad("blocks: a section has another length than its content");
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
    if (body_.size() % 20 != 0) return bad("blocks: a section has another length than its content");
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
    if (body_.size() != std::size_t{4} * n_)
      return bad("blocks: a section has another length than its content");
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

  // Every position names something of the right kind.
  Status check_names() const noexcept {
    using enum ExampleBlock::NameKind;
    const auto is = [&](uint32_t at, ExampleBlock::NameKind kind) {
      return at < b_.names.size() && b_.names[at].kind == kind;
    };
    bool has_classes = false, has_features = false;
    for (const ExampleBlock::Name& name : b_.names) {
      has_features = has_features || name.kind == numeric || name.kind == nominal ||
                     name.kind == ExampleBlock::NameKind::text;
      if (name.kind == category && !is(name.feature, nominal))
        return bad("blocks: a category of no nominal feature");
      has_classes = has_classes || name.kind == label_class;
    }
    if (has_features || b_.names.empty()) FRESHET_TRY(check_feature_names());
    if (!has_classes) return {};
    for (const float label : b_.label_)
      if (!(label >= 0 && label < 16777216) || !is(static_cast<uint32_t>(label), label_class) ||
          static_cast<float>(static_cast<uint32_t>(label)) != label) {
        return bad("blocks: a class without a name");
      }
    return {};
  }

  Status check_feature_names() const noexcept {
    using enum ExampleBlock::NameKind;
    const auto is = [&](uint32_t at, ExampleBlock::NameKind kind) {
      return at < b_.names.size() && b_.names[at].kind == kind;
    };
    uint32_t widest = 0;
    for (uint32_t k = 0; k < n_; ++k)
      widest = std::max(widest, width(b_.dense_end_, k));
    for (uint32_t k = 0; k < widest; ++k)
      if (!is(k, numeric)) return bad("blocks: a dense column without a name");
    for (const uint32_t at : b_.index_)
      if (!is(at, numeric)) return bad("blocks: a numeric feature without a name");
    for (std::size_t k = 0; k < b_.nominal_.size(); ++k) {
      if (!is(b_.nominal_[k], nominal) || !is(b_.category_[k], category) ||
          b_.names[b_.category_[k]].feature != b_.nominal_[k]) {
        return bad("blocks: a nominal feature or category without a name");
      }
    }
    const bool has_texts = std::any_of(b_.names.begin(), b_.names.end(), [](const auto& name) {
      return name.kind == ExampleBlock::NameKind::text;
    });
    for (const ExampleBlock::TextCell& cell : b_.text_)
      if (has_texts && !is(cell.index, ExampleBlock::NameKind::text))
        return bad("blocks: a text without a name");
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
  if (bytes.size() < kHeaderBytes || std::memcmp(bytes.data(), kMagic, 4) != 0) {
    return {Code::corrupt, "blocks: no block begins here"};
  }
  if (get_u32(&bytes[20]) != crc32c(bytes.first(20)))
    return {Code::corrupt, "blocks: the header's checksum is wrong"};
  if (get_u16(&bytes[4]) != kVersion || (get_u16(&bytes[6]) & ~kOwnNames) != 0) {
    return {Code::unsupported, "blocks: a block of a later version; read it with a newer freshet"};
  }
  if (get_u32(&bytes[8]) > kMaxExamples)
    return {Code::corrupt, "blocks: more than 1,048,576 examples", 8};
  const std::size_t payload = get_u32(&bytes[12]);
  if (payload % 8 != 0) return {Code::corrupt, "blocks: a length that isn't a multiple of 8", 12};
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
  if (get_u32(&bytes[8]) > 8 * (all - kHeaderBytes))
    return {Code::corrupt, "blocks: more examples than bits", 8};
  Decoder decoder(bytes.first(all), out);
  if (Status status = decoder.read(); !status.ok()) {
    out.clear();
    return status;
  }
  return all;
}

}  // namespace freshet
