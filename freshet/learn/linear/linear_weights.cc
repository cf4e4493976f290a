#include "freshet/learn/linear/linear_weights.h"

#include <cstring>

#include "freshet/core/check.h"

namespace freshet {

Status LinearWeights::start(const char* too_large) noexcept {
  if (!hashed()) {
    for (uint32_t k = 0; k < arrays_; k++)
      if (!grown_[k].resize(1)) return {Code::exhausted, too_large};
    return {};
  }
  const uint64_t floats = (uint64_t{1} << bits_) + 1;
  if (floats > SIZE_MAX / sizeof(float) / kMost ||
      floats * sizeof(float) * arrays_ > pool_.limit_bytes())
    return {Code::exhausted, too_large};
  for (uint32_t k = 0; k < arrays_; k++) {
    FRESHET_TRY_ASSIGN(tables_[k], Table::make(static_cast<std::size_t>(floats)));
  }
  return {};
}

std::size_t LinearWeights::bytes() const noexcept {
  std::size_t sum = pool_.bytes();
  for (uint32_t k = 0; k < arrays_ && hashed(); k++)
    sum += tables_[k].bytes();
  return sum;
}

bool LinearWeights::admit_new(const Example& x) noexcept {
  const uint32_t rows = dictionary_.size();
  bool room = dictionary_.add_all(x);
  for (uint32_t k = 0; k < arrays_; k++)
    room = room && grown_[k].resize(std::size_t{dictionary_.size()} + 1);
  if (room) return true;
  dictionary_.shrink(rows);
  for (uint32_t k = 0; k < arrays_; k++)
    (void)grown_[k].resize(std::size_t{rows} + 1);  // not larger
  return false;
}

void LinearWeights::explain(const Example& x, std::span<float> parts) const noexcept {
  const float* w = array(0);
  std::size_t k = 0;
  const auto part = [&](uint32_t index, float value) {
    const std::size_t at = position(index);
    parts[k++] =
        at == 0 ? 0 : clamp_to_float(static_cast<double>(w[at]) * static_cast<double>(value));
  };
  for (std::size_t i = 0; i < x.dense.size(); i++)
    part(static_cast<uint32_t>(i), x.dense[i]);
  for (std::size_t i = 0; i < x.numeric.index.size(); i++)
    part(x.numeric.index[i], x.numeric.value[i]);
  for (std::size_t i = 0; i < x.nominal.index.size(); i++)
    part(mix(x.nominal.index[i], x.nominal.category[i]), 1);
  parts[k] = w[0];
}

Status LinearWeights::save(Writer& writer, std::span<const std::string_view> names) const noexcept {
  if (!hashed()) FRESHET_TRY(put_array<uint32_t>(writer, "keys", dictionary_.keys()));
  for (uint32_t k = 0; k < arrays_; k++) {
    if (hashed())
      FRESHET_TRY(tables_[k].save(writer, names[k]));
    else
      FRESHET_TRY(put_array<float>(writer, names[k], grown_[k].span()));
  }
  return {};
}

Status LinearWeights::load(Reader& reader, std::span<const std::string_view> names,
                           const char* wrong) noexcept {
  if (hashed()) {
    for (uint32_t k = 0; k < arrays_; k++)
      FRESHET_TRY(tables_[k].load(reader, names[k]));
    return {};
  }
  FRESHET_TRY_ASSIGN(const auto keys, get_array<uint32_t>(reader, "keys"));
  if (!dictionary_.assign(keys)) return {Code::corrupt, wrong};
  for (uint32_t k = 0; k < arrays_; k++) {
    FRESHET_TRY_ASSIGN(const auto values, get_array<float>(reader, names[k]));
    if (values.size() != keys.size() + 1) return {Code::corrupt, wrong};
    if (!grown_[k].assign(values)) return {Code::exhausted, wrong};
  }
  return {};
}

bool LinearWeights::assign(const LinearWeights& from, uint32_t arrays) noexcept {
  if (hashed()) {
    for (uint32_t k = 0; k < arrays; k++) {
      auto copy = from.tables_[k].clone();
      if (!copy.ok()) return false;
      tables_[k] = std::move(*copy);
    }
    return true;
  }
  const bool grew = from.dictionary_.size() != dictionary_.size() ||
                    from.dictionary_.identity() != dictionary_.identity() ||
                    from.dictionary_.identity() != from.dictionary_.size();
  if (grew && !dictionary_.assign(from.dictionary_.keys())) return false;
  for (uint32_t k = 0; k < arrays; k++)
    if (!grown_[k].assign(from.grown_[k].span())) return false;
  return true;
}

}  // namespace freshet
