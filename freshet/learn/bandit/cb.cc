#include "freshet/learn/bandit/cb.h"

#include <utility>

#include "freshet/base/math.h"
#include "freshet/base/rng.h"
#include "freshet/core/check.h"
#include "freshet/core/decision_rules.h"
#include "freshet/core/make_entry.h"
#include "freshet/core/nested.h"
#include "freshet/core/pipeline.h"
#include "freshet/core/spec.h"
#include "freshet/learn/linear/vw.h"

namespace freshet {
namespace {

constexpr char kName[] = "cb";
using Says = Complaints<kName>;
constexpr const char* kNoDecision =
    "cb: learns from decisions (VW text of several lines), not from single examples";

float lowest(std::span<const float> scores) noexcept {
  float least = scores[0];
  for (const float s : scores)
    least = s < least ? s : least;
  return least;
}

/// The first of the lowest.
std::size_t best_of(std::span<const float> scores) noexcept {
  std::size_t best = 0;
  for (std::size_t k = 1; k < scores.size(); k++)
    if (scores[k] < scores[best]) best = k;
  return best;
}

/// epsilon / K each, the rest shared by the lowest.
void greedy(std::span<float> scores, double epsilon) noexcept {
  const float least = lowest(scores);
  double best = 0;
  for (const float s : scores)
    best += s == least ? 1 : 0;
  const double each = epsilon / static_cast<double>(scores.size());
  for (float& s : scores)
    s = static_cast<float>(each + (s == least ? (1 - epsilon) / best : 0));
}

void softmax(std::span<float> scores, double lambda) noexcept {
  const double least = static_cast<double>(lowest(scores));
  double sum = 0;
  for (const float s : scores)
    sum += math_exp(lambda * (least - static_cast<double>(s)));
  for (float& s : scores)
    s = static_cast<float>(math_exp(lambda * (least - static_cast<double>(s))) / sum);
}

void squarecb(std::span<float> scores, double sharpness) noexcept {
  const std::size_t best = best_of(scores);
  const double least = static_cast<double>(scores[best]), k = static_cast<double>(scores.size());
  double others = 0;
  for (std::size_t a = 0; a < scores.size(); a++) {
    if (a == best) continue;
    const double p = 1 / (k + sharpness * (static_cast<double>(scores[a]) - least));
    scores[a] = static_cast<float>(p);
    others += p;
  }
  scores[best] = static_cast<float>(1 - others);
}

}  // namespace

extern const Entry<Learner> vw_entry;
extern const Entry<Learner> cb_entry;
constinit const Entry<Learner> cb_entry{
    .info = {.name = kName,
             .summary = "Contextual bandit: costs of actions, and probabilities to choose them.",
             .paper = "Bietti, Agarwal, Langford, JMLR 2021",
             .cost = "O(features of all actions)",
             .memory = "that of its models",
             .format = 1,
             .oldest_format = 1,
             .traits = 0,
             .options = kCbOptions,
             .options_size = sizeof(CbOptions),
             .defaults = default_options<CbOptions>},
    .make = make_entry<Cb>};

Cb::Cb(const CbOptions& options, const Registry& registry) noexcept
    : model_text_(options.model.text), options_(options), registry_(registry) {
  options_.model.text = model_text_;
}

Result<std::unique_ptr<Cb>> Cb::make(const CbOptions& options, const Registry& registry) noexcept {
  std::unique_ptr<Cb> made(new Cb(options, registry));
  FRESHET_TRY(made->start());
  return made;
}

Status Cb::start() noexcept {
  for (uint32_t k = 0; k < policies() * models_per_policy(); k++) {
    FRESHET_TRY_ASSIGN(auto model, make_learner(model_text_, registry_, options_.seed));
    if (model->label() != Label::number)
      return {Code::invalid_argument,
              "cb: model must learn numbers, the costs; take vw(interactions=...) or linear"};
    is_vw_ = model->pipeline() == nullptr && &model->info() == &vw_entry.info;
    models_.push_back(std::move(model));
  }
  return {};
}

const Info& Cb::info() const noexcept {
  return cb_entry.info;
}

std::size_t Cb::bytes() const noexcept {
  std::size_t sum = 0;
  for (const auto& model : models_)
    sum += model->bytes();
  return sum;
}

void Cb::predict(const Example&, std::span<float>) const noexcept {}

Status Cb::check(const Example&) const noexcept {
  return {Code::invalid_argument, kNoDecision};
}

Status Cb::learn(const Example&, std::span<float>) noexcept {
  return {Code::invalid_argument, kNoDecision};
}

float Cb::score(std::size_t model, const Example& x) const noexcept {
  if (is_vw_) return static_cast<const Vw&>(*models_[model]).score(x);
  float cost = 0;
  models_[model]->predict(x, {&cost, 1});
  return cost;
}

void Cb::scores(std::size_t model, const Decision& decision, std::span<float> out,
                ExampleBuffer& joined) const noexcept {
  for (std::size_t k = 0; k < decision.actions.size(); k++) {
    join_action(decision.shared, decision.actions[k], joined);
    out[k] = score(model, joined.view());
  }
}

/// Scores in, probabilities out.
void Cb::explore(std::span<float> scores) const noexcept {
  switch (options_.explore) {
    case CbExplore::greedy:
      return greedy(scores, options_.epsilon);
    case CbExplore::first:
      return greedy(scores, decisions_ < options_.first ? 1 : options_.epsilon);
    case CbExplore::softmax:
      return softmax(scores, options_.lambda);
    case CbExplore::squarecb:
      return squarecb(scores,
                      options_.gamma * math_pow(static_cast<double>(decisions_), options_.power));
    case CbExplore::bag:
      return;  // vote()
  }
}

/// Each policy's favourite gets its share.
void Cb::vote(const Decision& decision, std::span<float> out,
              ExampleBuffer& joined) const noexcept {
  for (float& p : out)
    p = 0;
  for (uint32_t policy = 0; policy < policies(); policy++) {
    std::size_t best = 0;
    float least = 0;
    for (std::size_t k = 0; k < decision.actions.size(); k++) {
      join_action(decision.shared, decision.actions[k], joined);
      const float cost = score(policy * models_per_policy(), joined.view());
      if (k > 0 && !(cost < least)) continue;
      best = k;
      least = cost;
    }
    out[best] += 1;
  }
  for (float& p : out)
    p /= static_cast<float>(policies());
}

void Cb::predict_decision(const Decision& decision, std::span<float> out) const noexcept {
  if (decision.actions.empty()) return;
  ScratchPool::Loan loan(scratch_);
  if (options_.explore == CbExplore::bag) return vote(decision, out, loan->a);
  scores(0, decision, out, loan->a);
  explore(out);
}

Status Cb::teach_action(std::size_t model, const Decision& decision, std::size_t action, float cost,
                        float weight) noexcept {
  ScratchPool::Loan loan(scratch_);
  join_action(decision.shared, decision.actions[action], loan->a);
  Example x = loan->a.view();
  x.label = {&cost, 1};
  x.weight = weight;
  return models_[model]->learn(x, {});
}

/// times: how often the policy sees the decision.
Status Cb::teach(const Decision& decision, std::size_t policy, float times) noexcept {
  const std::size_t model = policy * models_per_policy();
  const auto chosen = static_cast<std::size_t>(decision.chosen);
  const double p = static_cast<double>(decision.probability);
  const double per_p = 1 / (p > options_.clip_p ? p : options_.clip_p);
  if (options_.type == CbType::mtr) {
    const double share = static_cast<double>(decisions_) / static_cast<double>(actions_);
    const double weight = options_.explore == CbExplore::squarecb ? share : per_p * share;
    return teach_action(model, decision, chosen, decision.cost, times * static_cast<float>(weight));
  }
  for (std::size_t k = 0; k < decision.actions.size(); k++) {
    double cost = k == chosen ? static_cast<double>(decision.cost) * per_p : 0;
    if (options_.type == CbType::dr) {
      ScratchPool::Loan loan(scratch_);
      join_action(decision.shared, decision.actions[k], loan->a);
      const double s = static_cast<double>(score(model + 1, loan->a.view()));
      cost = k == chosen ? s + (static_cast<double>(decision.cost) - s) * per_p : s;
    }
    FRESHET_TRY(teach_action(model, decision, k, clamp_to_float(cost), times));
  }
  if (options_.type == CbType::dr)
    return teach_action(model + 1, decision, chosen, decision.cost, times);
  return {};
}

Status Cb::learn_decision(const Decision& decision, std::span<float> before) noexcept {
  FRESHET_TRY(check_decision(decision));
  if (!before.empty()) predict_decision(decision, before);
  decisions_++;
  actions_ += decision.actions.size();
  for (uint32_t policy = 0; policy < policies(); policy++) {
    uint32_t times = 1;
    if (options_.explore == CbExplore::bag) {
      Draws draws(options_.seed, static_cast<uint32_t>(mix64(policy + uint64_t{1})), decisions_ - 1,
                  1);
      times = draws.poisson(1);
    }
    if (times > 0) FRESHET_TRY(teach(decision, policy, static_cast<float>(times)));
  }
  return {};
}

void Cb::end_pass() noexcept {
  for (const auto& model : models_)
    model->end_pass();
}

void Cb::draw(Sink& sink) const noexcept {
  sink.number("decisions", static_cast<double>(decisions_));
  sink.number("actions", static_cast<double>(actions_));
  models_[0]->draw(sink);
}

Status Cb::save(Writer& writer) const noexcept {
  const uint64_t counts[] = {decisions_, actions_};
  FRESHET_TRY(put_array<uint64_t>(writer, "counts", counts));
  for (uint32_t k = 0; k < models_.size(); k++)
    FRESHET_TRY(save_nested(writer, k, *models_[k]));
  return {};
}

Status Cb::load(Reader& reader) noexcept {
  uint64_t counts[2];
  FRESHET_TRY(get_into<uint64_t>(reader, "counts", counts));
  if (counts[1] < counts[0]) return {Code::corrupt, Says::kState};
  decisions_ = counts[0];
  actions_ = counts[1];
  for (uint32_t k = 0; k < models_.size(); k++)
    FRESHET_TRY(load_nested(reader, k, *models_[k]));
  return {};
}

Result<std::unique_ptr<Learner>> Cb::clone() const noexcept {
  std::unique_ptr<Cb> copy(new Cb(options_, registry_));
  for (const auto& model : models_) {
    FRESHET_TRY_ASSIGN(auto one, model->clone());
    copy->models_.push_back(std::move(one));
  }
  copy->is_vw_ = is_vw_;
  copy->decisions_ = decisions_;
  copy->actions_ = actions_;
  return std::unique_ptr<Learner>(std::move(copy));
}

Status Cb::copy_into(Learner& spare) const noexcept {
  if (spare.pipeline() != nullptr || &spare.info() != &info() ||
      static_cast<Cb&>(spare).models_.size() != models_.size())
    return {Code::invalid_argument, Says::kOtherKind};
  Cb& to = static_cast<Cb&>(spare);
  for (std::size_t k = 0; k < models_.size(); k++)
    FRESHET_TRY(models_[k]->copy_into(*to.models_[k]));
  to.decisions_ = decisions_;
  to.actions_ = actions_;
  return {};
}

}  // namespace freshet
