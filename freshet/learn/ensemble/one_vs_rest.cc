#include "freshet/learn/ensemble/one_vs_rest.h"

#include <algorithm>
#include <utility>

#include "freshet/core/check.h"
#include "freshet/core/features.h"
#include "freshet/core/make_entry.h"
#include "freshet/core/nested.h"
#include "freshet/core/spec.h"
#include "freshet/learn/linear/vw.h"

namespace freshet {
namespace {

constexpr char kName[] = "one_vs_rest";
using Says = Complaints<kName>;

// To the sum 1; nothing to go by: all alike.
void scale_to_one(std::span<float> shares) noexcept {
  double sum = 0;
  for (const float share : shares)
    sum += static_cast<double>(share);
  for (float& share : shares)
    share = sum > 0 ? static_cast<float>(static_cast<double>(share) / sum)
                    : 1 / static_cast<float>(shares.size());
}

float between_0_and_1(float number) noexcept {
  const float share = (number + 1) / 2;
  return share < 0 ? 0 : share > 1 ? 1 : share;
}

}  // namespace

extern const Entry<Learner> vw_entry;
extern const Entry<Learner> one_vs_rest_entry;
constinit const Entry<Learner> one_vs_rest_entry{
    .info = {.name = kName,
             .summary = "Many classes by one model each, which tells its class from all others.",
             .paper = "Rifkin, Klautau, JMLR 2004",
             .cost = "classes times that of the model",
             .memory = "classes times that of the model; vw with classes: one table",
             .format = 1,
             .oldest_format = 1,
             .traits = 0,
             .options = kOneVsRestOptions,
             .options_size = sizeof(OneVsRestOptions),
             .defaults = default_options<OneVsRestOptions>},
    .make = make_entry<OneVsRest>};

OneVsRest::OneVsRest(const OneVsRestOptions& options, const Registry& registry) noexcept
    : model_text_(options.model.text), options_(options), registry_(registry) {
  options_.model.text = model_text_;
}

Result<std::unique_ptr<OneVsRest>> OneVsRest::make(const OneVsRestOptions& options,
                                                   const Registry& registry) noexcept {
  std::unique_ptr<OneVsRest> made(new OneVsRest(options, registry));
  FRESHET_TRY(made->start());
  return made;
}

Status OneVsRest::start() noexcept {
  FRESHET_TRY_ASSIGN(const std::unique_ptr<Learner> first, make_learner(model_text_, registry_));
  const bool is_binary = (first->traits() & kBinary) != 0;
  is_number_ = first->label() == Label::number;
  if (!is_binary && !is_number_)
    return {Code::invalid_argument,
            "one_vs_rest: model is neither a learner of two classes nor of a number"};
  if (options_.classes == 0) return {};
  if (first->pipeline() == nullptr && &first->info() == &vw_entry.info) return share_rows(*first);
  for (uint32_t k = 0; k < options_.classes; k++)
    FRESHET_TRY(admit(k));
  return {};
}

Status OneVsRest::share_rows(const Learner& first) noexcept {
  const VwOptions& options = *static_cast<const VwOptions*>(first.options());
  VwSettings settings = vw_settings(options);
  settings.classes = options_.classes;
  FRESHET_TRY_ASSIGN(
      shared_, VwModel::make(settings, options.interactions, options.memory, registry_.memory));
  is_number_ = !is_of_classes(settings.loss);
  return {};
}

const Info& OneVsRest::info() const noexcept {
  return one_vs_rest_entry.info;
}

uint32_t OneVsRest::outputs() const noexcept {
  return shared_ != nullptr ? options_.classes : class_outputs(members_.size());
}

// What a model says of its class, as a share.
float OneVsRest::share_of(float said) const noexcept {
  return is_number_ ? between_0_and_1(said) : said;
}

void OneVsRest::predict(const Example& x, std::span<float> out) const noexcept {
  if (shared_ != nullptr) {
    shared_->with_view(x, [&](const FeatureView& view) {
      for (uint32_t k = 0; k < options_.classes; k++) {
        const float sum = shared_->clip(shared_->score(view, k, false), k);
        out[k] = is_number_ ? between_0_and_1(sum) : probability(sum);
      }
    });
  } else {
    std::fill(out.begin(), out.end(), 0.0f);
    for (std::size_t k = 0; k < members_.size(); k++) {
      if (members_[k] == nullptr) continue;
      members_[k]->predict(x, out.subspan(k, 1));
      out[k] = share_of(out[k]);
    }
    // A class that never came has no share, even where the others have none either.
    double sum = 0;
    for (const float share : out)
      sum += static_cast<double>(share);
    if (!(sum > 0)) {
      for (std::size_t k = 0; k < members_.size(); k++)
        out[k] = members_[k] != nullptr ? 1.0f : 0.0f;
    }
  }
  if (!out.empty()) scale_to_one(out);
}

Status OneVsRest::check(const Example& x) const noexcept {
  FRESHET_TRY(check_class<kName>(x, false));
  if (options_.classes != 0 && x.label[0] >= static_cast<float>(options_.classes))
    return {Code::invalid_argument,
            "one_vs_rest: a class beyond `classes`; raise it, or leave it 0", kBadLabel};
  return {};
}

// A model for a class that comes for the first time.
Status OneVsRest::admit(uint32_t y) noexcept {
  if (y < members_.size() && members_[y] != nullptr) return {};
  FRESHET_TRY_ASSIGN(std::unique_ptr<Learner> fresh, make_learner(model_text_, registry_));
  if (y >= members_.size()) members_.resize(y + 1);
  members_[y] = std::move(fresh);
  return {};
}

Status OneVsRest::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  const auto y = static_cast<uint32_t>(x.label[0]);
  return shared_ != nullptr ? learn_shared(x, y, before) : learn_members(x, y, before);
}

Status OneVsRest::learn_shared(const Example& x, uint32_t y, std::span<float> before) noexcept {
  if (shared_->only_predicts())
    return {Code::unsupported, "one_vs_rest: it was opened to predict only; load it to learn"};
  said_.resize(options_.classes);
  FeatureView view;
  (void)shared_->look(x, view, flat_);
  const bool is_widened = x.weight != 0 && shared_->interactions().would_meet(view.x);
  if (is_widened) {
    predict(x, said_);
    FRESHET_TRY(shared_->meet(view));
  }
  uint64_t features = 0;
  for (uint32_t k = 0; k < options_.classes; k++) {
    const VwModel::Learned learned = shared_->learn(view, k == y ? 1.0f : -1.0f, x.weight, k);
    features = learned.features;
    if (!is_widened) said_[k] = is_number_ ? between_0_and_1(learned.before) : learned.chance;
  }
  if (!is_widened) scale_to_one(said_);
  std::copy(said_.begin(), said_.begin() + static_cast<std::ptrdiff_t>(before.size()),
            before.begin());
  count(x, y, said_, features);
  return {};
}

Status OneVsRest::learn_members(const Example& x, uint32_t y, std::span<float> before) noexcept {
  said_.resize(outputs());
  predict(x, said_);
  std::copy(said_.begin(), said_.begin() + static_cast<std::ptrdiff_t>(before.size()),
            before.begin());
  if (x.weight == 0) return {};
  FRESHET_TRY(admit(y));
  for (std::size_t k = 0; k < members_.size(); k++) {
    if (members_[k] == nullptr) continue;
    const float label = k == y ? 1.0f : is_number_ ? -1.0f : 0.0f;
    Example with = x;
    with.label = {&label, 1};
    FRESHET_TRY(members_[k]->learn(with, {}));
  }
  count(x, y, said_, feature_count(x));
  return {};
}

void OneVsRest::count(const Example& x, uint32_t y, std::span<const float> said,
                      uint64_t features) noexcept {
  const auto best =
      static_cast<uint32_t>(std::max_element(said.begin(), said.end()) - said.begin());
  const double weight = static_cast<double>(x.weight);
  progress_.examples++;
  progress_.features += features;
  progress_.weight += weight;
  progress_.label_sum += weight * static_cast<double>(y);
  progress_.label_squares += weight * static_cast<double>(y) * static_cast<double>(y);
  progress_.loss_sum += best == y && !said.empty() ? 0 : weight;
  progress_.label = static_cast<float>(y);
  progress_.prediction = static_cast<float>(best);
}

void OneVsRest::prefetch(const Example& x) const noexcept {
  if (shared_ != nullptr) shared_->prefetch(x);
}

void OneVsRest::end_pass() noexcept {
  if (shared_ != nullptr) shared_->end_pass();
  for (const auto& member : members_)
    if (member != nullptr) member->end_pass();
}

Result<std::unique_ptr<Learner>> OneVsRest::clone() const noexcept {
  std::unique_ptr<OneVsRest> copy(new OneVsRest(options_, registry_));
  copy->is_number_ = is_number_;
  if (shared_ != nullptr) {
    FRESHET_TRY_ASSIGN(copy->shared_, shared_->clone());
  }
  for (const auto& member : members_) {
    copy->members_.emplace_back();
    if (member == nullptr) continue;
    FRESHET_TRY_ASSIGN(copy->members_.back(), member->clone());
  }
  return std::unique_ptr<Learner>(std::move(copy));
}

void OneVsRest::draw(Sink& sink) const noexcept {
  if (shared_ != nullptr) shared_->draw(sink);
  for (const auto& member : members_)
    if (member != nullptr) member->draw(sink);
}

std::size_t OneVsRest::bytes() const noexcept {
  std::size_t sum = shared_ != nullptr ? shared_->bytes() : 0;
  for (const auto& member : members_)
    if (member != nullptr) sum += member->bytes();
  return sum;
}

Status OneVsRest::save(Writer& writer) const noexcept {
  if (shared_ != nullptr) return shared_->save(writer);
  std::vector<uint32_t> classes;  // those that were met
  for (uint32_t k = 0; k < members_.size(); k++)
    if (members_[k] != nullptr) classes.push_back(k);
  FRESHET_TRY(put_array<uint32_t>(writer, "classes", classes));
  for (const uint32_t k : classes)
    FRESHET_TRY(save_nested(writer, k, *members_[k]));
  return {};
}

Status OneVsRest::load(Reader& reader) noexcept {
  if (shared_ != nullptr) return shared_->load(reader);
  FRESHET_TRY_ASSIGN(const auto classes, get_array<uint32_t>(reader, "classes"));
  members_.clear();
  for (std::size_t i = 0; i < classes.size(); i++) {
    const uint32_t k = classes[i];
    if (k >= kMaxClasses || (i != 0 && k <= classes[i - 1])) return {Code::corrupt, Says::kState};
    FRESHET_TRY(admit(k));
    FRESHET_TRY(load_nested(reader, k, *members_[k]));
  }
  return {};
}

}  // namespace freshet
