#include "freshet/learn/linear/vw.h"

#include <utility>

#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"
#include "freshet/learn/linear/progress.h"

namespace freshet {
namespace {

constexpr char kName[] = "vw";
using Says = Complaints<kName>;

}  // namespace

extern const Entry<Learner> vw_entry;
constinit const Entry<Learner> vw_entry{
    .info = {.name = kName,
             .summary = "Vowpal Wabbit's learner: linear, hashed, adaptive, normalized, invariant.",
             .paper = "Karampatziakis, Langford, UAI 2011; Ross, Mineiro, Langford, UAI 2013",
             .cost = "O(features present)",
             .memory = "16 times 2^bits",
             .format = 1,
             .oldest_format = 1,
             .traits = kLive | kCheap | kBinary,
             .options = kVwOptions,
             .options_size = sizeof(VwOptions),
             .defaults = default_options<VwOptions>},
    .make = make_entry<Vw>};

VwSettings vw_settings(const VwOptions& o) noexcept {
  VwSettings s;
  s.loss = o.loss;
  s.tau = static_cast<float>(o.tau);
  s.bits = o.bits;
  s.adaptive = o.adaptive && !o.sgd;
  s.normalized = o.normalized && !o.sgd;
  s.invariant = o.invariant && !o.sgd;
  const double usual_rate = s.adaptive && s.normalized ? .5 : 10;
  s.learning_rate = static_cast<float>(o.learning_rate == 0 ? usual_rate : o.learning_rate);
  s.initial_t = o.initial_t == 0 && !s.adaptive && !s.normalized ? 1 : o.initial_t;
  s.has_constant = o.bias == ConstantRule::feature;
  const bool is_logistic = o.loss == ImportanceLoss::logistic;
  s.is_low_fixed = is_logistic || o.min_prediction != -kNoEnd;
  s.is_high_fixed = is_logistic || o.max_prediction != kNoEnd;
  s.low = o.min_prediction != -kNoEnd ? static_cast<float>(o.min_prediction)
                                      : (is_logistic ? -50.0f : 0.0f);
  s.high = o.max_prediction != kNoEnd ? static_cast<float>(o.max_prediction)
                                      : (is_logistic ? 50.0f : 0.0f);
  s.l1 = o.l1;
  s.l2 = o.l2;
  s.initial_weight = static_cast<float>(o.initial_weight);
  s.decay = o.decay;
  return s;
}

Vw::Vw(const VwOptions& options, std::string_view interactions,
       std::unique_ptr<VwModel> model) noexcept
    : interactions_(interactions), options_(options), model_(std::move(model)) {
  options_.interactions = interactions_;
}

Result<std::unique_ptr<Vw>> Vw::make(const VwOptions& options, const TableMemory* memory) noexcept {
  FRESHET_TRY_ASSIGN(
      std::unique_ptr<VwModel> model,
      VwModel::make(vw_settings(options), options.interactions, options.memory, memory));
  return std::unique_ptr<Vw>(new Vw(options, options.interactions, std::move(model)));
}

const Info& Vw::info() const noexcept {
  return vw_entry.info;
}

uint32_t Vw::traits() const noexcept {
  uint32_t traits = info().traits;
  if (!is_of_classes(options_.loss)) traits &= ~uint32_t{kBinary};
  // What was opened to predict only has no writer.
  if (model_->only_predicts()) traits &= ~uint32_t{kLive};
  return traits;
}

Label Vw::label() const noexcept {
  return is_of_classes(options_.loss) ? Label::one_class : Label::number;
}

float Vw::said(float sum) const noexcept {
  const float clipped = model_->clip(sum, 0);
  return is_of_classes(options_.loss) ? probability(clipped) : clipped;
}

void Vw::predict(const Example& x, std::span<float> out) const noexcept {
  model_->with_view(x,
                    [&](const FeatureView& view) { out[0] = said(model_->score(view, 0, false)); });
}

void Vw::predict_live(const Example& x, std::span<float> out) const noexcept {
  model_->with_view(x,
                    [&](const FeatureView& view) { out[0] = said(model_->score(view, 0, true)); });
}

float Vw::score(const Example& x) const noexcept {
  float sum = 0;
  model_->with_view(x, [&](const FeatureView& view) { sum = model_->score(view, 0, false); });
  return sum;
}

Status Vw::check(const Example& x) const noexcept {
  return is_of_classes(options_.loss) ? check_class<kName>(x, true) : check_target<kName>(x);
}

Status Vw::learn(const Example& x, std::span<float> before) noexcept {
  FeatureView view;
  const bool is_of_two = is_of_classes(options_.loss);
  const auto is_label = [&](float y) {
    return is_of_two ? y == 1 || y == 0 || y == -1 : is_finite(y);
  };
  const bool is_fine = model_->look(x, view, flat_) && x.label.size() == 1 &&
                       is_label(x.label[0]) && is_finite(x.weight) && x.weight >= 0;
  if (!is_fine) return check(x);
  if (model_->only_predicts())
    return {Code::unsupported, "vw: it was opened to predict only; load it to learn"};
  const float y = is_of_two && x.label[0] != 1 ? -1 : x.label[0];
  const bool is_widened = x.weight != 0 && model_->interactions().would_meet(view.x);
  if (is_widened) {
    if (!before.empty()) before[0] = said(model_->score(view, 0, false));
    FRESHET_TRY(model_->meet(view));
  }
  const VwModel::Learned learned = model_->learn(view, y, x.weight, 0);
  if (!before.empty() && !is_widened) before[0] = is_of_two ? learned.chance : learned.before;
  count_example(progress_, y, x.weight, learned.score, learned.loss, learned.features);
  return {};
}

Status Vw::learn_many(std::span<const Example> asked, std::span<const Example> taught,
                      std::span<float> before) noexcept {
  const bool is_same = asked.data() == taught.data();
  if (model_->only_predicts() || (!is_same && !before.empty()))
    return Learner::learn_many(asked, taught, before);
  for (std::size_t k = 0; k < taught.size(); k++) {
    if (k + 1 < taught.size()) model_->prefetch(taught[k + 1]);
    const std::span<float> out = before.empty() ? before : before.subspan(k, 1);
    if (Status learned = learn(taught[k], out); !learned.ok())
      return {learned.code(), "vw: an example was refused; at() is its place",
              static_cast<uint32_t>(k)};
  }
  return {};
}

Status Vw::explain(const Example& x, std::span<float> parts) const noexcept {
  FRESHET_TRY(check_parts(x, parts, Says::kParts));
  model_->explain(x, 0, parts);
  return {};
}

Result<std::unique_ptr<Learner>> Vw::clone() const noexcept {
  FRESHET_TRY_ASSIGN(std::unique_ptr<VwModel> model, model_->clone());
  return std::unique_ptr<Learner>(new Vw(options_, interactions_, std::move(model)));
}

bool Vw::is_same_kind(const Learner& other) const noexcept {
  return is_same_learner(*this, other) &&
         static_cast<const Vw&>(other).model_->settings() == model_->settings() &&
         static_cast<const Vw&>(other).interactions_ == interactions_;
}

Status Vw::copy_into(Learner& spare) const noexcept {
  if (!is_same_kind(spare)) return {Code::invalid_argument, Says::kOtherKind};
  return static_cast<Vw&>(spare).model_->assign(*model_);
}

Status Vw::merge(const Learner& same_kind) noexcept {
  if (!is_same_kind(same_kind)) return {Code::invalid_argument, Says::kOtherKind};
  return model_->merge(*static_cast<const Vw&>(same_kind).model_);
}

}  // namespace freshet
