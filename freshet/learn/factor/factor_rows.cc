#include "freshet/learn/factor/factor_rows.h"

#include "freshet/base/bits.h"
#include "freshet/base/rng.h"
#include "freshet/core/check.h"
#include "freshet/optim/adagrad.h"
#include "freshet/optim/ftrl.h"
#include "freshet/optim/sgd.h"

namespace freshet {
namespace {

// By optimizer: the numbers that predict, then what is kept beside them. Written to files.
constexpr std::string_view kNames[][FactorRows::kMostTables] = {
    {"rows", "sums", ""}, {"rows", "", ""}, {"rows", "z", "n"}};

constexpr uint32_t slots(FactorOptimizer optimizer) noexcept {
  switch (optimizer) {
    case FactorOptimizer::adagrad:
      return Adagrad::kSlots;
    case FactorOptimizer::sgd:
      return Sgd::kSlots;
    case FactorOptimizer::ftrl:
      return FollowLeader::kSlots;
  }
  return 0;
}

}  // namespace

Status FactorRows::start(uint64_t limit, const TableMemory* memory,
                         const char* too_large) noexcept {
  count_ = 1 + slots(settings_.optimizer);
  const uint64_t floats = (uint64_t{1} << settings_.bits) * (settings_.width + uint64_t{1}) + 1;
  if (floats > SIZE_MAX / sizeof(float) / kMostTables ||
      (limit != 0 && floats * sizeof(float) * count_ > limit))
    return {Code::exhausted, too_large};
  for (uint32_t k = 0; k < count_; k++) {
    FRESHET_TRY_ASSIGN(tables_[k], Table::make(static_cast<std::size_t>(floats), memory));
    pointers_[k] = &tables_[k];
  }
  return {};
}

void FactorRows::prefetch(uint32_t row) const noexcept {
  const std::size_t at = place(row), bytes = (std::size_t{settings_.width} + 1) * sizeof(float);
  for (uint32_t k = 0; k < count_; k++) {
    const char* from = reinterpret_cast<const char*>(tables_[k].data() + at);
    __builtin_prefetch(from, 1, 3);
    for (std::size_t b = 64; b < bytes; b += 64)
      __builtin_prefetch(from + b, 1, 3);
    __builtin_prefetch(from + bytes - 1, 1, 3);
  }
}

void FactorRows::set_bias(float to) noexcept {
  tables_[0].touch(0);
  live_store(tables_[0].data()[0], to);
}

void FactorRows::touch(std::size_t at, uint32_t n) noexcept {
  const std::size_t first = at >> Table::kChunkBits, last = (at + n - 1) >> Table::kChunkBits;
  for (uint32_t k = 0; k < count_; k++)
    tables_[k].touch(at);
  if (first == last) [[likely]]
    return;
  for (uint32_t k = 0; k < count_; k++)
    for (std::size_t chunk = first + 1; chunk <= last; chunk++)
      tables_[k].touch(chunk << Table::kChunkBits);
}

bool FactorRows::is_new(const float* row) const noexcept {
  for (uint32_t k = 0; k <= settings_.width; k++)
    if (row[k] != 0) return false;
  return true;
}

void FactorRows::draw_if_new(uint32_t row) noexcept {
  const std::size_t at = place(row);
  float* to = tables_[0].data() + at;
  if (to[1] != 0 || settings_.init == 0 || !is_new(to)) return;
  touch(at, settings_.width + 1);
  Draws draws(settings_.seed, 0, row);
  for (uint32_t k = 1; k <= settings_.width; k++) {
    const double v = settings_.init * draws.normal();
    live_store(to[k], clamp_to_float(v));
    // The leader's weight follows from z alone, so z is what begins there.
    if (settings_.optimizer == FactorOptimizer::ftrl)
      live_store(tables_[1].data()[at + k],
                 clamp_to_float(-v * (1 / settings_.factor_rate + settings_.factor_l2)));
  }
}

/// w = rule(w, slope + l2 w) for n floats; kCount: n where it is known, so that the loops become vector code.
template <class Rule, uint32_t kCount>
bool FactorRows::move(std::size_t at, const float* slope, uint32_t n, Rule rule,
                      float l2) noexcept {
  constexpr uint32_t kBlock = kCount != 0 ? kCount : 16;
  float none = 0;
  for (uint32_t begin = 0; begin < n; begin += kBlock) {
    const uint32_t some = kCount != 0 ? kCount : n - begin < kBlock ? n - begin : kBlock;
    float* w = tables_[0].data() + at + begin;
    float* a = Rule::kSlots > 0 ? tables_[1].data() + at + begin : &none;
    float* b = Rule::kSlots > 1 ? tables_[2].data() + at + begin : &none;
    float next[kBlock], first[kBlock] = {}, second[kBlock] = {};
    for (uint32_t k = 0; k < some; k++) {
      if constexpr (Rule::kSlots > 0) first[k] = a[k];
      if constexpr (Rule::kSlots > 1) second[k] = b[k];
      next[k] = rule(w[k], slope[begin + k] + l2 * w[k], first[k], second[k]);
    }
    uint32_t bad = 0;
    for (uint32_t k = 0; k < some; k++)
      bad |= (is_finite(next[k]) && is_finite(first[k]) && is_finite(second[k])) ? 0u : 1u;
    if (bad != 0) return false;
    for (uint32_t k = 0; k < some; k++) {
      live_store(w[k], next[k]);
      if constexpr (Rule::kSlots > 0) live_store(a[k], first[k]);
      if constexpr (Rule::kSlots > 1) live_store(b[k], second[k]);
    }
  }
  return true;
}

bool FactorRows::step(std::size_t at, const float* slope, uint32_t n, double rate,
                      double l2) noexcept {
  const float decay = static_cast<float>(l2);
  const auto by = [&](auto rule, float shrink) {
    using Rule = decltype(rule);
    switch (n) {
      case 1:
        return move<Rule, 1>(at, slope, n, rule, shrink);
      case 4:
        return move<Rule, 4>(at, slope, n, rule, shrink);
      case 8:
        return move<Rule, 8>(at, slope, n, rule, shrink);
      default:
        return move<Rule, 0>(at, slope, n, rule, shrink);
    }
  };
  switch (settings_.optimizer) {
    case FactorOptimizer::adagrad:
      return by(Adagrad::at({}, rate), decay);
    case FactorOptimizer::sgd:
      return by(Sgd::at({}, rate), decay);
    case FactorOptimizer::ftrl: {
      FollowLeader rule = FollowLeader::at({}, rate);
      rule.l2 = decay;
      return by(rule, 0);
    }
  }
  return true;
}

bool FactorRows::step_weight(uint32_t row, float slope) noexcept {
  touch(place(row), 1);
  return step(place(row), &slope, 1, settings_.learning_rate, settings_.l2);
}

bool FactorRows::step_factors(uint32_t row, uint32_t from, std::span<const float> slope) noexcept {
  const auto n = static_cast<uint32_t>(slope.size());
  touch(place(row) + 1 + from, n);
  return step(place(row) + 1 + from, slope.data(), n, settings_.factor_rate, settings_.factor_l2);
}

bool FactorRows::step_row(uint32_t row, float weight, std::span<const float> factors) noexcept {
  const std::size_t at = place(row);
  const auto n = static_cast<uint32_t>(factors.size());
  touch(at, n + 1);
  const bool good = step(at, &weight, 1, settings_.learning_rate, settings_.l2);
  return step(at + 1, factors.data(), n, settings_.factor_rate, settings_.factor_l2) && good;
}

Status FactorRows::replace(std::span<const float> parameters, const char* wrong) noexcept {
  if (parameters.size() != tables_[0].size()) return {Code::invalid_argument, wrong};
  for (const float p : parameters)
    if (!is_finite(p)) return {Code::invalid_argument, wrong};
  float* to = tables_[0].data();
  for (std::size_t k = 0; k < parameters.size(); k++) {
    if (to[k] == parameters[k]) continue;
    tables_[0].touch(k);
    live_store(to[k], parameters[k]);
  }
  return {};
}

std::size_t FactorRows::bytes() const noexcept {
  std::size_t sum = 0;
  for (uint32_t k = 0; k < count_; k++)
    sum += tables_[k].bytes();
  return sum;
}

Status FactorRows::assign(const FactorRows& from) noexcept {
  for (uint32_t k = 0; k < count_; k++) {
    FRESHET_TRY_ASSIGN(tables_[k], from.tables_[k].clone());
  }
  return {};
}

void FactorRows::merge(const FactorRows& other, double share) noexcept {
  const uint32_t width = settings_.width + 1;
  const bool adds = settings_.optimizer == FactorOptimizer::adagrad;
  for (uint32_t r = 0; r < rows(); r++) {
    const std::size_t at = place(r);
    if (is_new(other.row(r))) continue;
    const bool take = is_new(row(r));
    touch(at, width);
    for (uint32_t k = 0; k < count_; k++) {
      float* mine = tables_[k].data() + at;
      const float* theirs = other.tables_[k].data() + at;
      for (uint32_t i = 0; i < width; i++) {
        const double a = static_cast<double>(mine[i]), b = static_cast<double>(theirs[i]);
        const double joined = adds && k == 1 ? a + b : a + share * (b - a);
        live_store(mine[i], take ? theirs[i] : clamp_to_float(joined));
      }
    }
  }
  const double a = static_cast<double>(bias()), b = static_cast<double>(other.bias());
  set_bias(clamp_to_float(a + share * (b - a)));
}

Status FactorRows::save(Writer& writer) const noexcept {
  for (uint32_t k = 0; k < count_; k++)
    FRESHET_TRY(tables_[k].save(writer, kNames[static_cast<std::size_t>(settings_.optimizer)][k]));
  return {};
}

Status FactorRows::load(Reader& reader) noexcept {
  for (uint32_t k = 0; k < count_; k++)
    FRESHET_TRY(tables_[k].load(reader, kNames[static_cast<std::size_t>(settings_.optimizer)][k]));
  return {};
}

}  // namespace freshet
