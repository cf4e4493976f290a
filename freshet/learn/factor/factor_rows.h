#pragma once
/// The rows of a factorization machine: for every hashed feature a weight and its factors, {w, v[width]}, contiguous.
///
/// Two or three tables of one shape: the numbers that predict, and what the optimizer keeps beside each of them. Float 0 is the
/// bias, row r begins at 1 + r (1 + width). A row never learned is all zeros, so that tables stay lazily zeroed; its factors
/// are drawn when learning first stores to it: normal(0, init), Philox, event = row. Readers of a live model read the first
/// table alone.

#include <cstdint>
#include <memory>
#include <span>

#include "freshet/base/live.h"
#include "freshet/core/learner.h"
#include "freshet/core/table.h"

namespace freshet {

enum class FactorOptimizer : uint8_t { adagrad, sgd, ftrl };
inline constexpr std::string_view kFactorOptimizers[] = {"adagrad", "sgd", "ftrl"};

struct FactorSettings {
  FactorOptimizer optimizer = FactorOptimizer::adagrad;
  uint32_t bits = 18;
  uint32_t width = 8;  // factors of a row
  double learning_rate = .1, factor_rate = .01;
  double l2 = 0, factor_l2 = 0;
  double init = .01;
  uint32_t seed = 0;

  bool operator==(const FactorSettings&) const = default;
};

class FactorRows {
 public:
  static constexpr uint32_t kMostTables = 3;

  explicit FactorRows(const FactorSettings& settings) noexcept : settings_(settings) {}
  /// `exhausted`, with `too_large` where it is more than `limit` bytes (0: no limit).
  Status start(uint64_t limit, const TableMemory* memory, const char* too_large) noexcept;

  uint32_t row_of(uint32_t index) const noexcept {
    return index & static_cast<uint32_t>((uint64_t{1} << settings_.bits) - 1);
  }
  std::size_t rows() const noexcept { return std::size_t{1} << settings_.bits; }
  std::size_t place(uint32_t row) const noexcept {
    return 1 + std::size_t{row} * (std::size_t{settings_.width} + 1);
  }
  const float* row(uint32_t row) const noexcept { return tables_[0].data() + place(row); }
  const float& bias() const noexcept { return tables_[0].data()[0]; }
  void set_bias(float to) noexcept;
  void prefetch(uint32_t row) const noexcept;

  /// Draws the factors of a row that never learned.
  void draw_if_new(uint32_t row) noexcept {
    if (tables_[0].data()[place(row) + 1] == 0) [[unlikely]]
      draw(row);
  }
  /// Moves a row downhill. slope: of the weight, shape [1] and of factors [from, from + n).  A row that would not stay
  /// finite is left alone: false.
  bool step_weight(uint32_t row, float slope) noexcept;
  /// Both, of a whole row.
  bool step_row(uint32_t row, float weight, std::span<const float> factors) noexcept;
  bool step_factors(uint32_t row, uint32_t from, std::span<const float> slope) noexcept;

  std::span<Table* const> tables() noexcept { return {pointers_, count_}; }
  std::span<const float> parameters() const noexcept { return tables_[0].values(); }
  Status replace(std::span<const float> parameters, const char* wrong) noexcept;
  std::size_t bytes() const noexcept;
  Status assign(const FactorRows& from) noexcept;
  /// share: the other's part of the examples both have learned.
  void merge(const FactorRows& other, double share) noexcept;
  Status save(Writer& writer) const noexcept;
  Status load(Reader& reader) noexcept;

 private:
  struct Pace {
    double rate, l2;
  };
  Pace of_weight() const noexcept { return {settings_.learning_rate, settings_.l2}; }
  Pace of_factors() const noexcept { return {settings_.factor_rate, settings_.factor_l2}; }
  template <class Rule, uint32_t kCount>
  bool move(std::size_t at, const float* slope, uint32_t n, Pace pace) noexcept;
  template <class Rule>
  bool move_factors(std::size_t at, std::span<const float> slope) noexcept;
  void draw(uint32_t row) noexcept;
  void touch(std::size_t at, uint32_t n) noexcept;
  bool is_new(const float* row) const noexcept;

  FactorSettings settings_;
  uint32_t count_ = 0;
  Table tables_[kMostTables];
  Table* pointers_[kMostTables] = {};
};

}  // namespace freshet
