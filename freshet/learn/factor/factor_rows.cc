#include "freshet/learn/factor/factor_rows.h"

#include <cstring>
#include <type_traits>
#include <utility>

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

/// As is_finite() of each, by fours.
template <uint32_t kCount>
bool are_finite(const float (&x)[kCount]) noexcept {
  typedef uint32_t Bits __attribute__((vector_size(16)));
  typedef int32_t Seen __attribute__((vector_size(16)));
  if constexpr (kCount % 4 == 0) {
    Seen odd = {};
    for (uint32_t k = 0; k < kCount; k += 4) {
      Bits bits;
      std::memcpy(&bits, x + k, sizeof(bits));
      odd |= (bits & 0x7f800000u) == 0x7f800000u;
    }
    return (odd[0] | odd[1] | odd[2] | odd[3]) == 0;
  } else {
    bool is_odd = false;
    for (const float one : x)
      is_odd |= !is_finite(one);
    return !is_odd;
  }
}

/// f(a type's identity): with the rule of the optimizer.
template <class F>
bool with_rule(FactorOptimizer optimizer, F&& f) noexcept {
  switch (optimizer) {
    case FactorOptimizer::adagrad:
      return f(std::type_identity<Adagrad>());
    case FactorOptimizer::sgd:
      return f(std::type_identity<Sgd>());
    case FactorOptimizer::ftrl:
      return f(std::type_identity<FollowLeader>());
  }
  return true;
}

}  // namespace

Status FactorRows::start(uint64_t limit, const TableMemory* memory,
                         const char* too_large) noexcept {
  count_ = 1 + slots(settings_.optimizer);
  const uint64_t floats = (uint64_t{1} << settings_.bits) * (settings_.width + uint64_t{1}) + 1;
  if (!Table::fit(floats, limit, count_)) return {Code::exhausted, too_large};
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

void FactorRows::draw(uint32_t row) noexcept {
  const std::size_t at = place(row);
  float* to = tables_[0].data() + at;
  if (settings_.init == 0 || !is_new(to)) return;
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
bool FactorRows::move(std::size_t at, const float* slope, uint32_t n, Pace pace) noexcept {
  constexpr uint32_t kBlock = kCount != 0 ? kCount : 16;
  Rule rule = Rule::at({}, pace.rate);
  float l2 = static_cast<float>(pace.l2);
  if constexpr (std::is_same_v<Rule, FollowLeader>) rule.l2 = std::exchange(l2, 0.0f);
  float none = 0;
  for (uint32_t begin = 0; begin < n; begin += kBlock) {
    const uint32_t some = kCount != 0 ? kCount : n - begin < kBlock ? n - begin : kBlock;
    float* w = tables_[0].data() + at + begin;
    float* a = Rule::kSlots > 0 ? tables_[1].data() + at + begin : &none;
    float* b = Rule::kSlots > 1 ? tables_[2].data() + at + begin : &none;
    float next[kBlock] = {}, first[kBlock] = {}, second[kBlock] = {};
    for (uint32_t k = 0; k < some; k++) {
      if constexpr (Rule::kSlots > 0) first[k] = a[k];
      if constexpr (Rule::kSlots > 1) second[k] = b[k];
      next[k] = rule(w[k], slope[begin + k] + l2 * w[k], first[k], second[k]);
    }
    if (!are_finite(next) || !are_finite(first) || !are_finite(second)) return false;
#pragma GCC unroll 8
    for (uint32_t k = 0; k < some; k++) {
      live_store(w[k], next[k]);
      if constexpr (Rule::kSlots > 0) live_store(a[k], first[k]);
      if constexpr (Rule::kSlots > 1) live_store(b[k], second[k]);
    }
  }
  return true;
}

template <class Rule>
bool FactorRows::move_factors(std::size_t at, std::span<const float> slope) noexcept {
  const auto n = static_cast<uint32_t>(slope.size());
  switch (n) {
    case 4:
      return move<Rule, 4>(at, slope.data(), n, of_factors());
    case 8:
      return move<Rule, 8>(at, slope.data(), n, of_factors());
    default:
      return move<Rule, 0>(at, slope.data(), n, of_factors());
  }
}

bool FactorRows::step_weight(uint32_t row, float slope) noexcept {
  const std::size_t at = place(row);
  touch(at, 1);
  return with_rule(settings_.optimizer, [&](auto of) {
    return move<typename decltype(of)::type, 1>(at, &slope, 1, of_weight());
  });
}

bool FactorRows::step_factors(uint32_t row, uint32_t from, std::span<const float> slope) noexcept {
  const std::size_t at = place(row) + 1 + from;
  touch(at, static_cast<uint32_t>(slope.size()));
  return with_rule(settings_.optimizer,
                   [&](auto of) { return move_factors<typename decltype(of)::type>(at, slope); });
}

bool FactorRows::step_row(uint32_t row, float weight, std::span<const float> factors) noexcept {
  const std::size_t at = place(row);
  touch(at, static_cast<uint32_t>(factors.size()) + 1);
  return with_rule(settings_.optimizer, [&](auto of) {
    using Rule = typename decltype(of)::type;
    const bool is_moved = move<Rule, 1>(at, &weight, 1, of_weight());
    return move_factors<Rule>(at + 1, factors) && is_moved;
  });
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
