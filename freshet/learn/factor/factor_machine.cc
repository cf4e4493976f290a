#include "freshet/learn/factor/factor_machine.h"

#include "freshet/base/bits.h"
#include "freshet/learn/linear/loss.h"

namespace freshet {

FactorMachine::FactorMachine(const FactorMachineSettings& settings, const TableMemory* memory,
                             const Texts& texts) noexcept
    : settings_(settings),
      memory_(memory),
      texts_(texts),
      rows_(settings.rows),
      clip_(settings.clip) {}

uint32_t FactorMachine::traits() const noexcept {
  return label() == Label::one_class ? info().traits : info().traits & ~uint32_t{kBinary};
}

float FactorMachine::link(double raw) const noexcept {
  return linked(raw, label());
}

double FactorMachine::gradient(const Example& x, double score) noexcept {
  const Loss loss = settings_.loss == FactorLoss::logistic ? Loss::logistic : Loss::squared;
  examples_ += 1;
  return clip_(slope(loss, score, target_of(x, label()), {}) * static_cast<double>(x.weight));
}

void FactorMachine::step_bias(double g) noexcept {
  const double bias = static_cast<double>(rows_.bias()) - settings_.intercept_rate * g;
  if (is_finite(static_cast<float>(bias)))
    rows_.set_bias(static_cast<float>(bias));
  else
    skipped_++;
}

void FactorMachine::draw(Sink& sink) const noexcept {
  sink.number("bias", static_cast<double>(rows_.bias()));
  for (uint32_t r = 0; r < rows_.rows(); r++)
    if (const float w = rows_.row(r)[0]; w != 0) sink.weight(r, kNone, static_cast<double>(w));
}

bool FactorMachine::same_kind(const Learner& other) const noexcept {
  return is_same_learner(*this, other) &&
         static_cast<const FactorMachine&>(other).settings_ == settings_;
}

Status FactorMachine::assign(const FactorMachine& from) noexcept {
  FRESHET_TRY(rows_.assign(from.rows_));
  clip_ = from.clip_;
  examples_ = from.examples_;
  skipped_ = from.skipped_;
  return {};
}

Status FactorMachine::copy_into(Learner& spare) const noexcept {
  if (!same_kind(spare)) return {Code::invalid_argument, texts_.other_kind};
  return static_cast<FactorMachine&>(spare).assign(*this);
}

Status FactorMachine::merge(const Learner& other_learner) noexcept {
  if (!same_kind(other_learner)) return {Code::invalid_argument, texts_.other_kind};
  const auto& other = static_cast<const FactorMachine&>(other_learner);
  const double examples = examples_ + other.examples_;
  if (!(examples > 0)) return {};
  rows_.merge(other.rows_, other.examples_ / examples);
  clip_.set(clip_.sum() + other.clip_.sum(), clip_.count() + other.clip_.count());
  examples_ = examples;
  skipped_ += other.skipped_;
  return {};
}

Status FactorMachine::replace(std::span<const float> parameters) noexcept {
  return rows_.replace(parameters, texts_.parameters);
}

Status FactorMachine::save(Writer& writer) const noexcept {
  FRESHET_TRY(rows_.save(writer));
  return save_state(writer);
}

Status FactorMachine::load(Reader& reader) noexcept {
  FRESHET_TRY(rows_.load(reader));
  return load_state(reader);
}

// "state": examples, faded sum and count of |g|.
Status FactorMachine::save_state(Writer& writer) const noexcept {
  const double state[] = {examples_, clip_.sum(), clip_.count()};
  FRESHET_TRY(put_array<double>(writer, "state", state));
  return put_value<uint64_t>(writer, "skipped", skipped_);
}

Status FactorMachine::load_state(Reader& reader) noexcept {
  double state[3];
  FRESHET_TRY(get_into<double>(reader, "state", state));
  examples_ = state[0];
  clip_.set(state[1], state[2]);
  return get_value<uint64_t>(reader, "skipped", skipped_);
}

}  // namespace freshet
