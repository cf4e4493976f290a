#include "freshet/learn/factor/ffm.h"

#include "freshet/base/bits.h"
#include "freshet/core/check.h"
#include "freshet/core/features.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "ffm";
using Says = Complaints<kName>;
constexpr const char* kTooManyFields =
    "ffm: more groups or columns than fields; raise `fields`, or take `fm`";
constexpr uint32_t kDefaultGroup = 32, kColumns = 65536;
constexpr uint64_t kColumnKey = uint64_t{1}
                                << 32;  // keys from here on are columns. Written to files

struct Feature {
  uint32_t index;
  float value;
};

/// What each_feature() visits at place `at`.
Feature feature_at(const Example& x, std::size_t at) noexcept {
  if (at < x.dense.size()) return {static_cast<uint32_t>(at), x.dense[at]};
  at -= x.dense.size();
  if (at < x.numeric.index.size()) return {x.numeric.index[at], x.numeric.value[at]};
  at -= x.numeric.index.size();
  return {mix(x.nominal.index[at], x.nominal.category[at]), 1};
}

}  // namespace

extern const Entry<Learner> ffm_entry;
constinit const Entry<Learner> ffm_entry{
    .info = {.name = kName,
             .summary = "Field-aware factorization machine: vectors for each field met.",
             .paper = "Juan et al., RecSys 2016",
             .cost = "O(features present times fields times factors)",
             .memory = "4 (1 + fields factors) 2^bits, twice that with adagrad, thrice with ftrl",
             .format = 1,
             .oldest_format = 1,
             .traits = kLive | kCheap | kMergeable | kBinary,
             .options = kFfmOptions,
             .options_size = sizeof(FfmOptions),
             .defaults = default_options<FfmOptions>},
    .make = make_entry<Ffm>};

Ffm::Ffm(const FfmOptions& options, const TableMemory* memory) noexcept
    : FactorMachine(factor_settings(options, options.fields), memory, Says::kAll),
      options_(options) {}

Result<std::unique_ptr<Ffm>> Ffm::make(const FfmOptions& options,
                                       const TableMemory* memory) noexcept {
  std::unique_ptr<Ffm> made(new Ffm(options, memory));
  FRESHET_TRY(made->start());
  return made;
}

const Info& Ffm::info() const noexcept {
  return ffm_entry.info;
}

uint32_t Ffm::field_of(uint64_t key) const noexcept {
  const uint32_t count = acquire_load(count_);
  for (uint32_t k = 0; k < count; k++)
    if (fields_[k] == key) return k;
  return kNone;
}

/// Calls f(begin, end, key) for features of one field that stand together.
template <class F>
void Ffm::each_run(const Example& x, F&& f) const noexcept {
  const std::size_t d = x.dense.size(), n = x.numeric.index.size();
  const auto column = [&](std::size_t at, uint32_t index) { f(at, at + 1, kColumnKey | index); };
  for (std::size_t k = 0; k < d; k++)
    column(k, static_cast<uint32_t>(k));
  std::size_t at = 0;
  const auto alone = [&](std::size_t end, uint32_t group) {
    for (; at < end; at++) {
      const uint32_t index = x.numeric.index[at];
      if (group == kDefaultGroup && index >= kColumns)
        f(d + at, d + at + 1, uint64_t{kDefaultGroup});
      else
        column(d + at, index);
    }
  };
  for (const Group& group : x.groups) {
    if (group.begin < at || group.end > n || group.key > 255) continue;
    alone(group.begin, kDefaultGroup);
    if (group.key == kDefaultGroup) {
      alone(group.end, kDefaultGroup);
    } else if (group.begin < group.end) {
      f(d + group.begin, d + group.end, uint64_t{group.key});
      at = group.end;
    }
  }
  alone(n, x.groups.empty() ? 0 : kDefaultGroup);
  for (std::size_t k = 0; k < x.nominal.index.size(); k++)
    column(d + n + k, x.nominal.index[k]);
}

/// Fields that no number knows, and runs past the last there is room for, meet nobody.
Ffm::Runs Ffm::runs_of(const Example& x) const noexcept {
  Runs runs;
  each_run(x, [&](std::size_t begin, std::size_t end, uint64_t key) {
    const uint32_t field = field_of(key);
    if (field == kNone) return;
    if (runs.count > 0 && runs.run[runs.count - 1].field == field &&
        runs.run[runs.count - 1].end == begin)
      runs.run[runs.count - 1].end = end;
    else if (runs.count < kMostRuns)
      runs.run[runs.count++] = {begin, end, field};
  });
  return runs;
}

bool Ffm::admit(const Example& x) noexcept {
  const uint32_t had = count_;
  bool room = true;
  uint32_t count = had;
  each_run(x, [&](std::size_t, std::size_t, uint64_t key) {
    for (uint32_t k = 0; k < count; k++)
      if (fields_[k] == key) return;
    room = room && count < options_.fields;
    if (room) fields_[count++] = key;
  });
  if (room && count != had) release_store(count_, count);
  return room;
}

/// s = sum over a run of x_i times its vector for `field`.
template <class Load>
void Ffm::sum(const Example& x, const Run& run, uint32_t field, double* s) const noexcept {
  const uint32_t n = options_.factors;
  for (uint32_t k = 0; k < n; k++)
    s[k] = 0;
  for (std::size_t at = run.begin; at < run.end; at++) {
    const Feature feature = feature_at(x, at);
    const double v = static_cast<double>(feature.value);
    const float* from = rows().row(rows().row_of(feature.index)) + 1 + field * n;
    for (uint32_t k = 0; k < n; k++)
      s[k] += static_cast<double>(Load::load(from[k])) * v;
  }
}

template <class Load>
double Ffm::raw(const Example& x, const Runs& runs) const noexcept {
  double total = static_cast<double>(Load::load(rows().bias()));
  each_feature(x, [&](uint32_t index, float value) {
    const float w = Load::load(rows().row(rows().row_of(index))[0]);
    total += static_cast<double>(w) * static_cast<double>(value);
  });
  double one[kMostFactors], two[kMostFactors];
  for (uint32_t a = 0; a < runs.count; a++) {
    for (uint32_t b = a + 1; b < runs.count; b++) {
      if (runs.run[a].field == runs.run[b].field) continue;
      sum<Load>(x, runs.run[a], runs.run[b].field, one);
      sum<Load>(x, runs.run[b], runs.run[a].field, two);
      for (uint32_t k = 0; k < options_.factors; k++)
        total += one[k] * two[k];
    }
  }
  return total;
}

void Ffm::predict(const Example& x, std::span<float> out) const noexcept {
  out[0] = link(raw<PlainLoad>(x, runs_of(x)));
}

void Ffm::predict_live(const Example& x, std::span<float> out) const noexcept {
  out[0] = link(raw<LiveLoad>(x, runs_of(x)));
}

/// The vectors of a run for `field` move along g x_i s, s the sum of the other side.
void Ffm::step(const Example& x, const Run& run, uint32_t field, const double* s,
               double g) noexcept {
  float slopes[kMostFactors];
  for (std::size_t at = run.begin; at < run.end; at++) {
    const Feature feature = feature_at(x, at);
    if (feature.value == 0) continue;
    const double gv = g * static_cast<double>(feature.value);
    for (uint32_t k = 0; k < options_.factors; k++)
      slopes[k] = static_cast<float>(gv * s[k]);
    skip_unless(rows().step_factors(rows().row_of(feature.index), field * options_.factors,
                                    {slopes, options_.factors}));
  }
}

/// Each vector belongs to one pair of fields: both sums are those from before the update.
void Ffm::follow(const Example& x, const Runs& runs, double g) noexcept {
  each_feature(x, [&](uint32_t index, float value) {
    if (value == 0) return;
    const uint32_t row = rows().row_of(index);
    rows().draw_if_new(row);
    const double slope = g * static_cast<double>(value);
    skip_unless(rows().step_weight(row, static_cast<float>(slope)));
  });
  double one[kMostFactors], two[kMostFactors];
  for (uint32_t a = 0; a < runs.count; a++) {
    for (uint32_t b = a + 1; b < runs.count; b++) {
      if (runs.run[a].field == runs.run[b].field) continue;
      sum<PlainLoad>(x, runs.run[a], runs.run[b].field, one);
      sum<PlainLoad>(x, runs.run[b], runs.run[a].field, two);
      step(x, runs.run[a], runs.run[b].field, two, g);
      step(x, runs.run[b], runs.run[a].field, one, g);
    }
  }
}

Status Ffm::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  const double score = raw<PlainLoad>(x, runs_of(x));
  if (!before.empty()) before[0] = link(score);
  if (x.weight == 0) return {};
  if (!admit(x)) return {Code::exhausted, kTooManyFields};
  const double g = gradient(x, score);
  follow(x, runs_of(x), g);
  step_bias(g);
  return {};
}

Status Ffm::explain(const Example& x, std::span<float> parts) const noexcept {
  FRESHET_TRY(check_parts(x, parts, Says::kParts));
  std::size_t place = 0;
  each_feature(x, [&](uint32_t index, float value) {
    const float w = live_load(rows().row(rows().row_of(index))[0]);
    parts[place++] = clamp_to_float(static_cast<double>(w) * static_cast<double>(value));
  });
  parts[place] = live_load(rows().bias());
  const Runs runs = runs_of(x);
  double other[kMostFactors];
  for (uint32_t a = 0; a < runs.count; a++) {
    for (uint32_t b = 0; b < runs.count; b++) {
      const Run &mine = runs.run[a], &theirs = runs.run[b];
      if (mine.field == theirs.field) continue;
      sum<LiveLoad>(x, theirs, mine.field, other);
      for (std::size_t at = mine.begin; at < mine.end; at++) {
        const Feature feature = feature_at(x, at);
        const float* v =
            rows().row(rows().row_of(feature.index)) + 1 + theirs.field * options_.factors;
        double half = 0;
        for (uint32_t k = 0; k < options_.factors; k++)
          half += .5 * static_cast<double>(live_load(v[k])) * other[k];
        parts[at] = clamp_to_float(static_cast<double>(parts[at]) +
                                   half * static_cast<double>(feature.value));
      }
    }
  }
  return {};
}

void Ffm::draw(Sink& sink) const noexcept {
  sink.number("fields", static_cast<double>(count_));
  FactorMachine::draw(sink);
}

Status Ffm::assign(const FactorMachine& from_machine) noexcept {
  FRESHET_TRY(FactorMachine::assign(from_machine));
  const auto& from = static_cast<const Ffm&>(from_machine);
  for (uint32_t k = 0; k < kMostFields; k++)
    fields_[k] = from.fields_[k];
  count_ = from.count_;
  return {};
}

Result<std::unique_ptr<Learner>> Ffm::clone() const noexcept {
  FRESHET_TRY_ASSIGN(std::unique_ptr<Ffm> copy, make(options_, memory()));
  FRESHET_TRY(copy->assign(*this));
  return std::unique_ptr<Learner>(std::move(copy));
}

Status Ffm::merge(const Learner& other_learner) noexcept {
  if (!same_kind(other_learner)) return {Code::invalid_argument, Says::kOtherKind};
  const auto& other = static_cast<const Ffm&>(other_learner);
  const uint32_t both = count_ < other.count_ ? count_ : other.count_;
  for (uint32_t k = 0; k < both; k++)
    if (fields_[k] != other.fields_[k])
      return {Code::unsupported,
              "ffm: the models met their fields in another order, so vectors don't compare"};
  for (uint32_t k = count_; k < other.count_; k++)
    fields_[k] = other.fields_[k];
  if (other.count_ > count_) release_store(count_, other.count_);
  return FactorMachine::merge(other);
}

// "fields": keys in order of their numbers, groups as they are, columns from 2^32 on.
Status Ffm::save(Writer& writer) const noexcept {
  FRESHET_TRY(rows().save(writer));
  FRESHET_TRY(put_array<uint64_t>(writer, "fields", {fields_, count_}));
  return save_state(writer);
}

Status Ffm::load(Reader& reader) noexcept {
  FRESHET_TRY(rows().load(reader));
  FRESHET_TRY_ASSIGN(const auto fields, get_array<uint64_t>(reader, "fields"));
  if (fields.size() > options_.fields) return {Code::corrupt, Says::kState};
  for (std::size_t k = 0; k < fields.size(); k++)
    fields_[k] = fields[k];
  count_ = static_cast<uint32_t>(fields.size());
  return load_state(reader);
}

}  // namespace freshet
