#include "freshet/transform/scale.h"

#include "freshet/base/bits.h"
#include "freshet/base/math.h"
#include "freshet/core/check.h"
#include "freshet/core/example_block.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "scale";
using Says = Complaints<kName>;

}  // namespace

extern const Entry<Transformer> scale_transform_entry;
constinit const Entry<Transformer> scale_transform_entry{
    .info = {.name = kName,
             .summary = "Mean 0 and deviation 1 for every numeric feature, by running moments.",
             .paper = "Welford, Technometrics 1962",
             .cost = "O(features present)",
             .memory = "56 bytes a feature",
             .format = 1,
             .oldest_format = 1,
             .traits = kCheap | kWeightIsCount,
             .options = kScaleOptions,
             .options_size = sizeof(ScaleOptions),
             .defaults = default_options<ScaleOptions>},
    .make = make_entry<Scale, Transformer>};

Scale::Scale(const ScaleOptions& options) noexcept
    : options_(options),
      pool_(pool_limit(options.memory)),
      dictionary_(pool_),
      count_(pool_),
      mean_(pool_),
      variance_(pool_),
      factor_(pool_) {}

const Info& Scale::info() const noexcept {
  return scale_transform_entry.info;
}

bool Scale::grow(std::size_t rows) noexcept {
  return count_.resize(rows) && mean_.resize(rows) && variance_.resize(rows) &&
         factor_.resize(rows);
}

// Both choose by bits: of a comparison g++ makes a branch, and of a loop with one no vector code.

/// v, or 0 where it is negative.
static double not_negative(double v) noexcept {
  const uint64_t bits = bit_cast<uint64_t>(v);
  return bit_cast<double>(bits & ((bits >> 63) - 1));
}

/// 1 / sqrt(v), or 0 where v is 0, or so small that it could only be rounding.  REQUIRES: v >= 0.
static double factor_of(double v) noexcept {
  constexpr uint64_t kLeast = bit_cast<uint64_t>(1e-300);
  const uint64_t is_more = (kLeast - bit_cast<uint64_t>(v)) >> 63;
  return bit_cast<double>(bit_cast<uint64_t>(1 / math_sqrt(v)) & (0 - is_more));
}

/// A loop without a branch for the compiler to make vector code of; it takes __restrict of arguments only.
static void learn_values(const float* __restrict values, std::size_t n, double weight,
                         double* __restrict counts, double* __restrict means,
                         double* __restrict variances, double* __restrict factors) noexcept {
  for (std::size_t k = 0; k < n; k++) {
    const double x = static_cast<double>(values[k]);
    const double count = counts[k] + weight;
    const double share = weight / count;
    const double delta = x - means[k];
    const double mean = means[k] + delta * share;
    const double variance =
        not_negative(variances[k] + (delta * (x - mean) - variances[k]) * share);
    counts[k] = count;
    means[k] = mean;
    variances[k] = variance;
    factors[k] = factor_of(variance);
  }
}

void Scale::refresh(std::size_t row) noexcept {
  factor_[row] = factor_of(not_negative(variance_[row]));  // as it stands in a file
}

void Scale::update(std::size_t row, double x, double weight) noexcept {
  const float value = static_cast<float>(x);
  update_row(row, &value, 1, weight);
}

/// Rows from `first` on learn n values.
void Scale::update_row(std::size_t first, const float* values, std::size_t n,
                       double weight) noexcept {
  learn_values(values, n, weight, count_.data() + first, mean_.data() + first,
               variance_.data() + first, factor_.data() + first);
}

void Scale::learn(const Example& x) noexcept {
  if (!(x.weight > 0)) return;
  const double weight = static_cast<double>(x.weight);
  const uint32_t rows = dictionary_.size();
  const bool known = x.dense.size() <= dictionary_.identity() && x.numeric.index.empty();
  if (!known && !(dictionary_.add_all({.dense = x.dense, .numeric = x.numeric}) &&
                  grow(dictionary_.size()))) {
    dictionary_.shrink(rows);
    (void)grow(rows);  // not larger
  }
  const std::size_t run =
      x.dense.size() < dictionary_.identity() ? x.dense.size() : dictionary_.identity();
  update_row(0, x.dense.data(), run, weight);
  for (std::size_t k = run; k < x.dense.size(); k++)
    if (const uint32_t row = dictionary_.find(static_cast<uint32_t>(k)); row != kNone)
      update(row, static_cast<double>(x.dense[k]), weight);
  for (std::size_t k = 0; k < x.numeric.index.size(); k++)
    if (const uint32_t row = dictionary_.find(x.numeric.index[k]); row != kNone)
      update(row, static_cast<double>(x.numeric.value[k]), weight);
}

float Scale::scaled(std::size_t row, float x) const noexcept {
  const double centred =
      options_.center ? static_cast<double>(x) - mean_[row] : static_cast<double>(x);
  return clamp_to_float(centred * factor_[row]);
}

Status Scale::apply(const Example& in, ExampleBuffer& out) const noexcept {
  const std::size_t run =
      in.dense.size() < dictionary_.identity() ? in.dense.size() : dictionary_.identity();
  if (run == in.dense.size() && in.numeric.index.empty() && in.nominal.index.empty() &&
      in.text.empty()) {
    if (out.dense.size() != run || !out.index.empty() || !out.nominal.empty() ||
        !out.text.empty()) {
      out.clear();
      out.dense.resize(run);
    }
    out.groups.clear();
    out.label.clear();
  } else {
    out.assign(in);
  }
  scale_row(in.dense.data(), out.dense.data(), run);
  for (std::size_t k = run; k < in.dense.size(); k++) {
    const uint32_t row = dictionary_.find(static_cast<uint32_t>(k));
    out.dense[k] = row == kNone ? 0 : scaled(row, in.dense[k]);
  }
  for (std::size_t k = 0; k < in.numeric.index.size(); k++) {
    const uint32_t row = dictionary_.find(in.numeric.index[k]);
    out.value[k] = row == kNone ? 0 : scaled(row, in.numeric.value[k]);
  }
  return {};
}

/// Rows 0 to n-1: a loop without a branch for the compiler to make vector code of.
void Scale::scale_row(const float* __restrict in, float* __restrict out,
                      std::size_t n) const noexcept {
  const double* mean = mean_.data();
  const double* factor = factor_.data();
  const double centre = options_.center ? 1 : 0;
  constexpr float kMost = 3.4028235e38f;
  for (std::size_t k = 0; k < n; k++) {
    // The same as clamp_to_float, in a form that compilers vectorise.
    float z = static_cast<float>((static_cast<double>(in[k]) - centre * mean[k]) * factor[k]);
    z = z < kMost ? z : kMost;
    out[k] = z > -kMost ? z : -kMost;
  }
}

bool Scale::assign(const Scale& from) noexcept {
  const bool same = from.dictionary_.identity() == dictionary_.identity() &&
                    from.dictionary_.size() == dictionary_.size() &&
                    from.dictionary_.identity() == from.dictionary_.size();
  return (same || dictionary_.assign(from.dictionary_.keys())) &&
         count_.assign(from.count_.span()) && mean_.assign(from.mean_.span()) &&
         variance_.assign(from.variance_.span()) && factor_.assign(from.factor_.span());
}

Result<std::unique_ptr<Transformer>> Scale::clone() const noexcept {
  std::unique_ptr<Scale> copy(new Scale(options_));
  if (!copy->assign(*this)) return {Code::exhausted, Says::kFull};
  return std::unique_ptr<Transformer>(std::move(copy));
}

Status Scale::copy_into(Transformer& spare) const noexcept {
  if (&spare.info() != &info()) return {Code::invalid_argument, Says::kOtherKind};
  if (!static_cast<Scale&>(spare).assign(*this)) return {Code::exhausted, Says::kFull};
  return {};
}

Status Scale::merge(const Transformer& same_kind) noexcept {
  if (&same_kind.info() != &info()) return {Code::invalid_argument, Says::kOtherKind};
  const Scale& other = static_cast<const Scale&>(same_kind);
  for (std::size_t from = 0; from < other.count_.size(); from++) {
    if (!(other.count_[from] > 0)) continue;
    const uint32_t row = dictionary_.add(other.dictionary_.keys()[from]);
    if (row == kNone || !grow(dictionary_.size())) return {Code::exhausted, Says::kFull};
    const double n = count_[row] + other.count_[from];
    const double share = other.count_[from] / n;
    const double delta = other.mean_[from] - mean_[row];
    variance_[row] +=
        share * (other.variance_[from] - variance_[row]) + delta * delta * share * (1 - share);
    mean_[row] += delta * share;
    count_[row] = n;
    refresh(row);
  }
  return {};
}

void Scale::draw(Sink& sink) const noexcept {
  for (std::size_t row = 0; row < mean_.size(); row++)
    sink.weight(dictionary_.keys()[row], kNone, mean_[row]);
}

Status Scale::save(Writer& writer) const noexcept {
  FRESHET_TRY(put_array<uint32_t>(writer, "keys", dictionary_.keys()));
  FRESHET_TRY(put_array<double>(writer, "count", count_.span()));
  FRESHET_TRY(put_array<double>(writer, "mean", mean_.span()));
  return put_array<double>(writer, "variance", variance_.span());
}

Status Scale::load(Reader& reader) noexcept {
  FRESHET_TRY_ASSIGN(const auto keys, get_array<uint32_t>(reader, "keys"));
  FRESHET_TRY_ASSIGN(const auto count, get_array<double>(reader, "count"));
  FRESHET_TRY_ASSIGN(const auto mean, get_array<double>(reader, "mean"));
  FRESHET_TRY_ASSIGN(const auto variance, get_array<double>(reader, "variance"));
  if (count.size() != keys.size() || mean.size() != keys.size() || variance.size() != keys.size() ||
      !dictionary_.assign(keys))
    return {Code::corrupt, Says::kState};
  if (!grow(keys.size()) || !count_.assign(count) || !mean_.assign(mean) ||
      !variance_.assign(variance))
    return {Code::exhausted, Says::kFull};
  for (std::size_t row = 0; row < keys.size(); row++)
    refresh(row);
  return {};
}

}  // namespace freshet
