#include "freshet/metric/class_counts.h"

#include <algorithm>

namespace freshet {

Contribution ClassMetric::contribution(std::span<const float> truth,
                                       std::span<const float> predicted, float weight) noexcept {
  return {.truth = true_class(truth),
          .guess = guessed_class(predicted),
          .weight = static_cast<double>(weight)};
}

void ClassMetric::add(const Contribution& c, double times) noexcept {
  const std::size_t most = std::max(c.truth, c.guess);
  if (most >= counts_.rows.size()) {
    if (most >= kMaxClasses) return;  // no learner predicts, and no reader makes, such a class
    counts_.rows.resize(most + 1);
  }
  const double w = times * c.weight;
  counts_.total += w;
  counts_.rows[c.truth].truth += w;
  counts_.rows[c.guess].guess += w;
  if (c.truth != c.guess) return;
  counts_.rows[c.truth].hit += w;
  counts_.hits += w;
}

void ClassMetric::multiply(double factor) noexcept {
  counts_.total *= factor;
  counts_.hits *= factor;
  for (ClassCounts::Row& row : counts_.rows)
    row = {row.truth * factor, row.guess * factor, row.hit * factor};
}

Status ClassMetric::merge(const Metric& same_kind) noexcept {
  if (&same_kind.info() != &info())
    return {Code::invalid_argument, "metric: only metrics of one kind can be merged"};
  const ClassCounts& other = static_cast<const ClassMetric&>(same_kind).counts_;
  if (counts_.rows.size() < other.rows.size()) counts_.rows.resize(other.rows.size());
  for (std::size_t k = 0; k < other.rows.size(); k++) {
    counts_.rows[k].truth += other.rows[k].truth;
    counts_.rows[k].guess += other.rows[k].guess;
    counts_.rows[k].hit += other.rows[k].hit;
  }
  counts_.total += other.total;
  counts_.hits += other.hits;
  return {};
}

void ClassMetric::reset() noexcept {
  for (ClassCounts::Row& row : counts_.rows)
    row = {};  // keeps the room
  counts_.total = counts_.hits = 0;
}

Status ClassMetric::save(Writer& writer) const noexcept {
  std::vector<double> flat{counts_.total, counts_.hits};
  for (const ClassCounts::Row& row : counts_.rows)
    flat.insert(flat.end(), {row.truth, row.guess, row.hit});
  FRESHET_TRY(put_array<double>(writer, "counts", flat));
  return put_value<uint32_t>(writer, "positive", counts_.positive);
}

Status ClassMetric::load(Reader& reader) noexcept {
  FRESHET_TRY_ASSIGN(const auto flat, get_array<double>(reader, "counts"));
  if (flat.size() < 2 || (flat.size() - 2) % 3 != 0)
    return {Code::corrupt,
            "metric: its counts in the model file have another size than they should"};
  FRESHET_TRY(get_value<uint32_t>(reader, "positive", counts_.positive));
  counts_.total = flat[0];
  counts_.hits = flat[1];
  counts_.rows.clear();
  for (std::size_t k = 2; k < flat.size(); k += 3)
    counts_.rows.push_back({flat[k], flat[k + 1], flat[k + 2]});
  return {};
}

}  // namespace freshet
