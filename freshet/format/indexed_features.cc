#include "freshet/format/indexed_features.h"

#include <algorithm>

#include "freshet/base/chars.h"
#include "freshet/base/short_number.h"
#include "freshet/format/label_text.h"
#include "freshet/format/line_cut.h"

namespace freshet {

bool IndexedFeatures::read(const char* at, const char* end, ExampleBlock& out,
                           Mistake& mistake) noexcept {
  indices_.clear();
  values_.clear();
  const char* const begin = skip_blanks(at, end);
  uint64_t zeros = 0;
  uint32_t kept = 0;
  bool rises = true;
  while ((at = skip_blanks(at, end)) != end) {
    const std::string_view token = word_at(at, end);
    const char* colon = nullptr;
    if (!index(token, colon, mistake)) return false;
    const std::size_t front = static_cast<std::size_t>(colon + 1 - at);
    float value = 0;
    if (!read_number(token.substr(front), value, Reason::number, "expected a number", mistake)) {
      if (mistake.reason == Reason::number) mistake.name = token.substr(0, front);
      return false;
    }
    rises = rises && (indices_.size() < 2 || indices_.back() > indices_[indices_.size() - 2]);
    if (width_ != 0) {
      values_.push_back(value);
    } else if (value == 0) {
      ++zeros;
    } else {
      out.add_numeric(indices_.back(), value);
      ++kept;
    }
    at += token.size();
  }
  if (width_ != 0) add_vector(values_, out);
  if (!rises) {
    std::sort(indices_.begin(), indices_.end());
    if (std::adjacent_find(indices_.begin(), indices_.end()) != indices_.end())
      return mistake.set(Reason::duplicate, "an index stands twice", begin);
  }
  if (kept != 0) out.add_group(kRowGroup, 0, kept);
  zeros_ += zeros;
  return true;
}

bool IndexedFeatures::read_plain(const TokenWindow& tokens, uint32_t begin, uint32_t end,
                                 ExampleBlock& out) noexcept {
  indices_.resize(end - begin);
  int64_t last = int64_t{first_} - 1;
  for (uint32_t k = begin; k < end; ++k) {
    const std::string_view name = tokens.name(k);
    uint32_t& index = indices_[k - begin];
    if (name.size() > 8 || !tokens.has_value(k) || !short_digits(name.data(), name.size(), &index))
      return false;
    const float value = tokens.value()[k];
    if (index <= last || value != value) return false;
    last = index;
  }
  uint32_t kept = end - begin;
  if (width_ != 0) {
    if (kept != 0 && !fits(indices_.back())) return false;
    add_vector({tokens.value() + begin, kept}, out);
    return true;
  }
  if (!tokens.found().has_zero) {
    out.add_numeric(indices_, {tokens.value() + begin, kept});
  } else {
    for (uint32_t k = begin; k < end; ++k) {
      const float value = tokens.value()[k];
      if (value != 0) out.add_numeric(indices_[k - begin], value);
      kept -= value == 0;
    }
  }
  zeros_ += end - begin - kept;
  if (kept != 0) out.add_group(kRowGroup, 0, kept);
  return true;
}

// The values of indices_, each at its place.
void IndexedFeatures::add_vector(std::span<const float> values, ExampleBlock& out) const noexcept {
  const std::span<float> vector = out.add_dense(width_);
  std::fill(vector.begin(), vector.end(), 0.0f);
  for (std::size_t k = 0; k < values.size(); ++k)
    vector[indices_[k] - first_] = values[k];
}

// The number before the colon, kept in indices_.
bool IndexedFeatures::index(std::string_view token, const char*& colon, Mistake& mistake) noexcept {
  const char *at = token.data(), *end = at + token.size();
  uint64_t index = 0;
  const ParseResult number = parse_u64(at, end, &index);
  if (number.parse == Parse::none)
    return mistake.set(Reason::index, "expected an index", at, token);
  if (!number.ok() || index > 0xffffffff)
    return mistake.set(Reason::index, "an index above 4294967295", at, token);
  if (index < first_) {
    mistake.option = "--zero-based";
    return mistake.set(Reason::index, "index 0, but the first feature is 1", at, token);
  }
  if (!fits(static_cast<uint32_t>(index))) {
    mistake.option = "--features";
    return mistake.set(Reason::index, "an index beyond the last of --features", at, token);
  }
  colon = number.end;
  if (colon == end || *colon != ':')
    return mistake.set(Reason::number, "expected ':' and a number behind the index", colon,
                       token.substr(static_cast<std::size_t>(colon - at)));
  indices_.push_back(static_cast<uint32_t>(index));
  return true;
}

}  // namespace freshet
