#include "freshet/metric/window.h"

#include <utility>

namespace freshet {

WindowedMetric::WindowedMetric(std::unique_ptr<SumMetric> empty, std::unique_ptr<SumMetric> copy,
                               uint32_t size)
    : now_(std::move(empty)), fresh_(std::move(copy)), ring_(size) {}

void WindowedMetric::add(const Contribution& c) noexcept {
  if (count_ == ring_.size())
    now_->add(ring_[next_], -1);
  else
    count_++;
  ring_[next_] = c;
  now_->add(c, 1);
  fresh_->add(c, 1);
  if (++next_ < ring_.size()) return;
  next_ = 0;
  std::swap(now_, fresh_);  // both hold the ring; fresh_ without a subtraction
  fresh_->reset();
}

void WindowedMetric::set_positive(uint32_t id) noexcept {
  now_->set_positive(id);
  fresh_->set_positive(id);
}

void WindowedMetric::reset() noexcept {
  now_->reset();
  fresh_->reset();
  next_ = count_ = 0;
}

// "ring": truth, guess, weight, value, other of each contribution, oldest first; "next": its place in the ring.
Status WindowedMetric::save(Writer& writer) const noexcept {
  FRESHET_TRY(now_->save(writer));
  std::vector<double> flat;
  flat.reserve(std::size_t{count_} * 5);
  const uint32_t size = static_cast<uint32_t>(ring_.size());
  for (uint32_t k = 0; k < count_; k++) {
    const Contribution& c = ring_[(next_ + size - count_ + k) % size];
    flat.insert(flat.end(), {static_cast<double>(c.truth), static_cast<double>(c.guess), c.weight,
                             c.value, c.other});
  }
  FRESHET_TRY(put_array<double>(writer, "ring", flat));
  return put_value<uint32_t>(writer, "next", next_);
}

Status WindowedMetric::load(Reader& reader) noexcept {
  reset();
  FRESHET_TRY_ASSIGN(const auto flat, get_array<double>(reader, "ring"));
  FRESHET_TRY(get_value<uint32_t>(reader, "next", next_));
  const uint32_t size = static_cast<uint32_t>(ring_.size());
  if (flat.size() % 5 != 0 || flat.size() / 5 > size || next_ >= size ||
      (flat.size() / 5 < size && next_ != flat.size() / 5))
    return {Code::corrupt, "metric: its window in the model file has another size than it should"};
  count_ = static_cast<uint32_t>(flat.size() / 5);
  for (uint32_t k = 0; k < count_; k++) {
    const double* at = &flat[std::size_t{k} * 5];
    if (!(at[0] >= 0 && at[0] < 65536 && at[1] >= 0 && at[1] < 65536))
      return {Code::corrupt, "metric: its window in the model file holds a class that can't be"};
    const uint32_t to = (next_ + size - count_ + k) % size;
    ring_[to] = {static_cast<uint32_t>(at[0]), static_cast<uint32_t>(at[1]), at[2], at[3], at[4]};
  }
  for (uint32_t k = 0; k < next_; k++)
    fresh_->add(ring_[k], 1);  // what came since the ring began anew
  return now_->load(reader);
}

void FadedMetric::add(const Contribution& c) noexcept {
  sums_->add(c, weight_);
  weight_ /= fading_;
  if (weight_ < 0x1p200) return;
  sums_->multiply(1 / weight_);
  weight_ = 1;
}

void FadedMetric::reset() noexcept {
  sums_->reset();
  weight_ = 1;
}

Status FadedMetric::save(Writer& writer) const noexcept {
  FRESHET_TRY(sums_->save(writer));
  return put_value<double>(writer, "next_weight", weight_);
}

Status FadedMetric::load(Reader& reader) noexcept {
  FRESHET_TRY(sums_->load(reader));
  FRESHET_TRY(get_value<double>(reader, "next_weight", weight_));
  if (!(weight_ >= 1 && weight_ < 0x1p200))
    return {Code::corrupt, "metric: its faded weight in the model file is out of range"};
  return {};
}

}  // namespace freshet
