#include "freshet/metric/ranked_scores.h"

#include <algorithm>

namespace freshet {
namespace {
constexpr double kNaN = __builtin_nan("");
}  // namespace

void RankedScores::push(const Item& item) noexcept {
  if (count_ == size_) {
    ring_[oldest_] = item;
    oldest_ = oldest_ + 1 == size_ ? 0 : oldest_ + 1;
    left_++;
    return;
  }
  const uint32_t at = static_cast<uint32_t>((uint64_t{oldest_} + count_) % size_);
  if (at == ring_.size())
    ring_.push_back(item);
  else
    ring_[at] = item;
  count_++;
}

void RankedScores::pop() noexcept {
  if (left_ > 0) {
    left_--;
  } else if (count_ > 0) {
    oldest_ = oldest_ + 1 == size_ ? 0 : oldest_ + 1;
    count_--;
  }
}

void RankedScores::multiply(double factor) noexcept {
  for (Item& item : ring_)
    item.weight *= factor;
}

void RankedScores::clear() noexcept {
  ring_.clear();
  oldest_ = count_ = 0;
  left_ = 0;
}

/// Largest score first.
std::vector<RankedScores::Item> RankedScores::sorted() const {
  std::vector<Item> items;
  items.reserve(count_);
  for (uint32_t k = 0; k < count_; k++)
    items.push_back(ring_[static_cast<std::size_t>((uint64_t{oldest_} + k) % size_)]);
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return a.score != b.score ? a.score > b.score : a.positive > b.positive;
  });
  return items;
}

double RankedScores::area_under_roc() const noexcept {
  const std::vector<Item> items = sorted();
  double positives = 0, negatives = 0, area = 0;
  for (std::size_t k = 0; k < items.size();) {
    double tied[2] = {0, 0};
    const double score = items[k].score;
    for (; k < items.size() && items[k].score == score; k++)
      tied[items[k].positive] += items[k].weight;
    area += tied[0] * (positives + tied[1] / 2);
    negatives += tied[0];
    positives += tied[1];
  }
  return positives > 0 && negatives > 0 ? area / (positives * negatives) : kNaN;
}

double RankedScores::average_precision() const noexcept {
  const std::vector<Item> items = sorted();
  double positives = 0, all = 0, area = 0;
  for (std::size_t k = 0; k < items.size();) {
    double tied[2] = {0, 0};
    const double score = items[k].score;
    for (; k < items.size() && items[k].score == score; k++)
      tied[items[k].positive] += items[k].weight;
    positives += tied[1];
    all += tied[0] + tied[1];
    if (all > 0) area += tied[1] * (positives / all);
  }
  return positives > 0 ? area / positives : kNaN;
}

// "scores": score, weight, positive of each, oldest first.
Status RankedScores::save(Writer& writer) const noexcept {
  std::vector<double> flat;
  flat.reserve(std::size_t{count_} * 3);
  for (uint32_t k = 0; k < count_; k++) {
    const Item& item = ring_[static_cast<std::size_t>((uint64_t{oldest_} + k) % size_)];
    flat.insert(flat.end(), {item.score, item.weight, item.positive ? 1.0 : 0.0});
  }
  FRESHET_TRY(put_array<double>(writer, "scores", flat));
  return put_value<uint64_t>(writer, "left", left_);
}

Status RankedScores::load(Reader& reader) noexcept {
  clear();
  FRESHET_TRY_ASSIGN(const auto flat, get_array<double>(reader, "scores"));
  if (flat.size() % 3 != 0 || flat.size() / 3 > size_)
    return {Code::corrupt,
            "metric: its scores in the model file have another size than they should"};
  for (std::size_t k = 0; k < flat.size(); k += 3)
    push({flat[k], flat[k + 1], flat[k + 2] != 0});
  return get_value<uint64_t>(reader, "left", left_);
}

Contribution RankedMetric::contribution(std::span<const float> truth,
                                        std::span<const float> predicted, float weight) noexcept {
  return {.truth = true_class(truth) == positive_ ? 1u : 0u,
          .weight = static_cast<double>(weight),
          .value = class_probability(predicted, positive_)};
}

void RankedMetric::add(const Contribution& c, double times) noexcept {
  if (times > 0)
    scores_.push({c.value, times * c.weight, c.truth != 0});
  else
    scores_.pop();
}

Status RankedMetric::merge(const Metric&) noexcept {
  return {Code::unsupported,
          "metric: exact areas are kept over a window, whose order a merge would lose; use "
          "auc(bins=1000)"};
}

Status RankedMetric::save(Writer& writer) const noexcept {
  FRESHET_TRY(scores_.save(writer));
  return put_value<uint32_t>(writer, "positive", positive_);
}

Status RankedMetric::load(Reader& reader) noexcept {
  FRESHET_TRY(scores_.load(reader));
  return get_value<uint32_t>(reader, "positive", positive_);
}

}  // namespace freshet
