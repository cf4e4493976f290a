#include "freshet/learn/linear/softmax.h"

#include "freshet/base/math.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "softmax";
using Says = Complaints<kName>;

}  // namespace

extern const Entry<Learner> softmax_entry;
constinit const Entry<Learner> softmax_entry{
    .info = {.name = kName,
             .summary = "Logistic regression for any number of classes by gradient descent.",
             .paper = "Bridle, NeurIPS 1990; l1: Tsuruoka et al., ACL 2009",
             .cost = "O(features present x classes)",
             .memory = "per class 4 to 16 bytes a weight",
             .format = 1,
             .oldest_format = 1,
             .traits = kCheap,
             .options = kSoftmaxOptions,
             .options_size = sizeof(SoftmaxOptions),
             .defaults = default_options<SoftmaxOptions>},
    .make = make_entry<Softmax>};

Softmax::Softmax(const SoftmaxOptions& options) noexcept
    : options_(options),
      weights_(options.bits, options.memory,
               1 + slot_count(options.optimizer) +
                   (pays_penalty(options.optimizer, options.l1) ? 1 : 0)) {
  if (options_.learning_rate == 0) options_.learning_rate = own_rate(options_.optimizer);
}

const Info& Softmax::info() const noexcept {
  return softmax_entry.info;
}

Status Softmax::check(const Example& x) const noexcept {
  return check_class<kName>(x, false);
}

/// In one pass: `out` holds e^(raw - best so far), brought down when a better one comes.
void Softmax::predict(const Example& x, std::span<float> out) const noexcept {
  double best = 0;
  bool any = false;
  for (std::size_t k = 0; k < out.size(); k++) {
    out[k] = 0;
    if (!known(k)) continue;
    const double raw = weights_.raw<PlainLoad>(x, static_cast<uint32_t>(k));
    if (!any || raw > best) {
      const float down = any ? static_cast<float>(math_exp(best - raw)) : 0;
      for (std::size_t i = 0; i < k; i++)
        out[i] *= down;
      best = raw;
      any = true;
    }
    out[k] = static_cast<float>(math_exp(raw - best));
  }
  double sum = 0;
  for (const float p : out)
    sum += static_cast<double>(p);
  if (!(sum > 0)) return;
  for (float& p : out)
    p = static_cast<float>(static_cast<double>(p) / sum);
}

/// Room for x's features and the class. Without: everything as it was.
bool Softmax::admit(const Example& x, std::size_t id) noexcept {
  const uint32_t vectors = weights_.vectors();
  bool room = true;
  while (room && weights_.vectors() <= id)
    room = weights_.add_vector(Says::kMemory).ok();
  if (room && weights_.admit(x)) {
    if (learned_.size() <= id) learned_.resize(id + 1);
    while (clips_.size() <= id)
      clips_.emplace_back(options_.clip);
    learned_[id] = 1;
    now_.resize(outputs());
    return true;
  }
  while (weights_.vectors() > vectors)
    weights_.drop_vector();
  return false;
}

Status Softmax::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  if (!before.empty()) predict(x, before);
  if (x.weight == 0) return {};
  const auto y = static_cast<std::size_t>(x.label[0]);
  if (!admit(x, y)) return {Code::exhausted, Says::kFull};
  predict(x, now_);
  clock_.advance();
  const double rate = options_.schedule == RateSchedule::constant
                          ? options_.learning_rate
                          : options_.learning_rate / math_sqrt(clock_.steps);
  penalty_ += options_.l1 * rate;
  const GradientStep step{.optimizer = options_.optimizer,
                          .clock = clock_,
                          .rate = rate,
                          .l1 = options_.l1,
                          .l2 = options_.l2,
                          .pays = pays_penalty(options_.optimizer, options_.l1),
                          .penalty = penalty_,
                          .bias_feature = false};
  for (std::size_t k = 0; k < learned_.size(); k++) {
    if (!known(k)) continue;
    const double g = clips_[k]((static_cast<double>(now_[k]) - (k == y ? 1 : 0)) *
                               static_cast<double>(x.weight));
    skipped_ += take_step(weights_, static_cast<uint32_t>(k), x, g, step);
  }
  return {};
}

void Softmax::draw(Sink& sink) const noexcept {
  for (uint32_t k = 0; k < weights_.vectors(); k++)
    weights_.draw(sink, k);
}

Status Softmax::assign(const Softmax& from) noexcept {
  if (!weights_.assign(from.weights_)) return {Code::exhausted, Says::kMemory};
  learned_ = from.learned_;
  clips_ = from.clips_;
  now_.resize(outputs());
  clock_ = from.clock_;
  penalty_ = from.penalty_;
  skipped_ = from.skipped_;
  return {};
}

bool Softmax::same_kind(const Learner& other) const noexcept {
  return is_same_learner(*this, other) && static_cast<const Softmax&>(other).options_ == options_;
}

Result<std::unique_ptr<Learner>> Softmax::clone() const noexcept {
  std::unique_ptr<Softmax> copy(new Softmax(options_));
  FRESHET_TRY(copy->assign(*this));
  return std::unique_ptr<Learner>(std::move(copy));
}

Status Softmax::copy_into(Learner& spare) const noexcept {
  if (!same_kind(spare)) return {Code::invalid_argument, Says::kOtherKind};
  return static_cast<Softmax&>(spare).assign(*this);
}

Status Softmax::merge(const Learner& other_learner) noexcept {
  if (!same_kind(other_learner)) return {Code::invalid_argument, Says::kOtherKind};
  // A copy, so that both have the same vectors.
  FRESHET_TRY_ASSIGN(auto copy, other_learner.clone());
  auto& other = static_cast<Softmax&>(*copy);
  for (LinearWeights* weights : {&weights_, &other.weights_})
    while (weights->vectors() < weights_.vectors() || weights->vectors() < other.weights_.vectors())
      FRESHET_TRY(weights->add_vector(Says::kMemory));
  const double steps = clock_.steps + other.clock_.steps;
  if (!(steps > 0)) return {};
  const double share = other.clock_.steps / steps;
  const GradientJoin join{.optimizer = options_.optimizer,
                          .rate = options_.learning_rate,
                          .l1 = options_.l1,
                          .l2 = options_.l2,
                          .share = share,
                          .bias_feature = true};
  const bool room = weights_.join(other.weights_, [&](const LinearWeights::Place& at) {
    return join(weights_, other.weights_, at);
  });
  if (!room) return {Code::exhausted, Says::kFull};
  learned_.resize(weights_.vectors());
  for (std::size_t k = 0; k < other.learned_.size(); k++)
    learned_[k] |= other.learned_[k];
  while (clips_.size() < learned_.size())
    clips_.emplace_back(options_.clip);
  for (std::size_t k = 0; k < other.clips_.size(); k++)
    clips_[k].set(clips_[k].sum() + other.clips_[k].sum(),
                  clips_[k].count() + other.clips_[k].count());
  penalty_ += share * (other.penalty_ - penalty_);
  clock_ = {steps, clock_.first * other.clock_.first, clock_.second * other.clock_.second};
  skipped_ += other.skipped_;
  now_.resize(outputs());
  return {};
}

// "classes": by id, 1 once met; "clips": faded sum and count of |g| by id.
Status Softmax::save(Writer& writer) const noexcept {
  FRESHET_TRY(put_array<uint32_t>(writer, "classes", learned_));
  FRESHET_TRY(weights_.save(writer, array_names(options_.optimizer)));
  std::vector<double> clips;
  for (const GradientClip& clip : clips_)
    clips.insert(clips.end(), {clip.sum(), clip.count()});
  FRESHET_TRY(put_array<double>(writer, "clips", clips));
  const double state[] = {clock_.steps, clock_.first, clock_.second, penalty_};
  FRESHET_TRY(put_array<double>(writer, "state", state));
  return put_value<uint64_t>(writer, "skipped", skipped_);
}

Status Softmax::load(Reader& reader) noexcept {
  FRESHET_TRY_ASSIGN(const auto classes, get_array<uint32_t>(reader, "classes"));
  FRESHET_TRY_ASSIGN(const auto clips, get_array<double>(reader, "clips"));
  if (classes.size() > kMaxClasses || clips.size() != 2 * classes.size())
    return {Code::corrupt, Says::kState};
  while (weights_.vectors() < classes.size())
    FRESHET_TRY(weights_.add_vector(Says::kMemory));
  FRESHET_TRY(weights_.load(reader, array_names(options_.optimizer), Says::kState));
  learned_.assign(classes.begin(), classes.end());
  clips_.assign(classes.size(), GradientClip(options_.clip));
  for (std::size_t k = 0; k < classes.size(); k++)
    clips_[k].set(clips[2 * k], clips[2 * k + 1]);
  now_.resize(outputs());
  double state[4];
  FRESHET_TRY(get_into<double>(reader, "state", state));
  clock_ = {state[0], state[1], state[2]};
  penalty_ = state[3];
  return get_value<uint64_t>(reader, "skipped", skipped_);
}

}  // namespace freshet
