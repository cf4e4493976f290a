#include "freshet/learn/linear/linear_weights.h"

#include <cstring>

#include "freshet/core/check.h"
#include "freshet/core/features.h"

namespace freshet {

Status LinearWeights::add_vector(const char* too_large) noexcept {
  const uint64_t floats = (uint64_t{1} << bits_) + 1;
  if (hashed() && !Table::fit(floats, pool_.limit_bytes(), arrays_ * (vectors_ + 1)))
    return {Code::exhausted, too_large};
  vectors_++;
  for (uint32_t k = 0; k < arrays_; k++) {
    if (hashed()) {
      auto table = Table::make(static_cast<std::size_t>(floats));
      if (!table.ok()) {
        drop_vector();
        return std::move(table).status();
      }
      tables_.push_back(std::move(*table));
    } else {
      grown_.push_back(std::make_unique<PoolArray<float>>(pool_));
      if (!grown_.back()->resize(size())) {
        drop_vector();
        return {Code::exhausted, too_large};
      }
    }
  }
  return {};
}

void LinearWeights::drop_vector() noexcept {
  vectors_--;
  const std::size_t kept = std::size_t{vectors_} * arrays_;
  if (tables_.size() > kept)
    tables_.erase(tables_.begin() + static_cast<std::ptrdiff_t>(kept), tables_.end());
  if (grown_.size() > kept)
    grown_.erase(grown_.begin() + static_cast<std::ptrdiff_t>(kept), grown_.end());
}

std::size_t LinearWeights::bytes() const noexcept {
  std::size_t sum = pool_.bytes();
  for (const Table& table : tables_)
    sum += table.bytes();
  return sum;
}

bool LinearWeights::admit_new(const Example& x) noexcept {
  const uint32_t rows = dictionary_.size();
  bool room = dictionary_.add_all(x);
  for (const auto& array : grown_)
    room = room && array->resize(size());
  if (room) return true;
  dictionary_.shrink(rows);
  for (const auto& array : grown_)
    (void)array->resize(size());  // not larger
  return false;
}

// A live table may be learning meanwhile.
void LinearWeights::explain(const Example& x, std::span<float> parts) const noexcept {
  const float* w = array(0);
  std::size_t k = 0;
  each_feature(x, [&](uint32_t index, float value) {
    const std::size_t at = position(index);
    parts[k++] =
        at == 0
            ? 0
            : clamp_to_float(static_cast<double>(live_load(w[at])) * static_cast<double>(value));
  });
  parts[k] = live_load(w[0]);
}

void LinearWeights::draw(Sink& sink, uint32_t vector, double scale) const noexcept {
  const float* w = array(0, vector);
  sink.number("bias", scale * static_cast<double>(w[0]));
  for (std::size_t k = 1; k < size(); k++) {
    if (w[k] == 0) continue;
    sink.weight(feature(k), kNone, scale * static_cast<double>(w[k]));
  }
}

Status LinearWeights::replace(std::span<const float> parameters, const char* wrong) noexcept {
  if (parameters.size() != size()) return {Code::invalid_argument, wrong};
  for (const float p : parameters)
    if (!is_finite(p)) return {Code::invalid_argument, wrong};
  float* w = array(0);
  for (std::size_t k = 0; k < parameters.size(); k++) {
    if (w[k] == parameters[k]) continue;
    if (hashed()) table(0).touch(k);
    live_store(w[k], parameters[k]);
  }
  return {};
}

namespace {

/// "w" of the first vector, "w.3" of the fourth. Written to files.
class TensorName {
 public:
  TensorName(std::string_view name, uint32_t vector) noexcept {
    for (const char c : name.substr(0, 16))
      text_[length_++] = c;
    if (vector == 0) return;
    text_[length_++] = '.';
    char digits[10];
    int n = 0;
    for (; vector > 0; vector /= 10)
      digits[n++] = static_cast<char>('0' + vector % 10);
    while (n > 0)
      text_[length_++] = digits[--n];
  }
  std::string_view view() const noexcept { return {text_, length_}; }

 private:
  char text_[32];
  std::size_t length_ = 0;
};

}  // namespace

Status LinearWeights::save(Writer& writer, std::span<const std::string_view> names) const noexcept {
  if (!hashed()) FRESHET_TRY(put_array<uint32_t>(writer, "keys", dictionary_.keys()));
  for (uint32_t v = 0; v < vectors_; v++) {
    for (uint32_t k = 0; k < arrays_; k++) {
      const TensorName name(names[k], v);
      if (hashed())
        FRESHET_TRY(tables_[v * arrays_ + k].save(writer, name.view()));
      else
        FRESHET_TRY(put_array<float>(writer, name.view(), grown_[v * arrays_ + k]->span()));
    }
  }
  return {};
}

Status LinearWeights::load(Reader& reader, std::span<const std::string_view> names,
                           const char* wrong) noexcept {
  if (!hashed()) {
    FRESHET_TRY_ASSIGN(const auto keys, get_array<uint32_t>(reader, "keys"));
    if (!dictionary_.assign(keys)) return {Code::corrupt, wrong};
  }
  for (uint32_t v = 0; v < vectors_; v++) {
    for (uint32_t k = 0; k < arrays_; k++) {
      const TensorName name(names[k], v);
      if (hashed()) {
        FRESHET_TRY(tables_[v * arrays_ + k].load(reader, name.view()));
        continue;
      }
      FRESHET_TRY_ASSIGN(const auto values, get_array<float>(reader, name.view()));
      if (values.size() != size()) return {Code::corrupt, wrong};
      if (!grown_[v * arrays_ + k]->assign(values)) return {Code::exhausted, wrong};
    }
  }
  return {};
}

bool LinearWeights::assign(const LinearWeights& from) noexcept {
  while (vectors_ > from.vectors_)
    drop_vector();
  while (vectors_ < from.vectors_)
    if (!add_vector("").ok()) return false;
  for (std::size_t k = 0; k < tables_.size(); k++) {
    auto copy = from.tables_[k].clone();
    if (!copy.ok()) return false;
    tables_[k] = std::move(*copy);
  }
  if (hashed()) return true;
  const bool same = from.dictionary_.identity() == dictionary_.identity() &&
                    from.dictionary_.size() == dictionary_.size() &&
                    from.dictionary_.identity() == from.dictionary_.size();
  if (!same && !dictionary_.assign(from.dictionary_.keys())) return false;
  for (std::size_t k = 0; k < grown_.size(); k++)
    if (!grown_[k]->assign(from.grown_[k]->span())) return false;
  return true;
}

}  // namespace freshet
