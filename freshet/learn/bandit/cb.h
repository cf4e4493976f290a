#pragma once
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "freshet/core/example_block.h"
#include "freshet/core/learner.h"
#include "freshet/core/registry.h"

namespace freshet {

enum class CbExplore : uint8_t { greedy, first, softmax, squarecb, bag };
enum class CbType : uint8_t { mtr, ips, dr };
inline constexpr std::string_view kCbExplores[] = {"greedy", "first", "softmax", "squarecb", "bag"};
inline constexpr std::string_view kCbTypes[] = {"mtr", "ips", "dr"};

struct CbOptions {
  SpecText model = {"vw(interactions=UA)"};
  CbExplore explore = CbExplore::greedy;
  CbType type = CbType::mtr;
  double epsilon = .05;
  uint32_t first = 10;
  double lambda = 1;
  double gamma = 10;
  double power = .5;
  uint32_t bags = 5;
  double clip_p = 0;
  uint32_t seed = 0;
};
inline constexpr std::array kCbOptions{
    option<&CbOptions::model>("model",
                              "What predicts the cost of an action: a learner of numbers."),
    option<&CbOptions::explore>("explore", "How costs become probabilities.", kCbExplores),
    option<&CbOptions::type>("type", "How a cost seen teaches: at the chosen action, or at all.",
                             kCbTypes),
    option<&CbOptions::epsilon>("epsilon", "Share of greedy and first spent on all actions alike.",
                                0, 1),
    option<&CbOptions::first>("first", "Decisions that explore=first makes at random.", 0, 1e6),
    option<&CbOptions::lambda>("lambda", "How sharply softmax prefers low costs.", 0, 1e6),
    option<&CbOptions::gamma>("gamma", "How sharply squarecb prefers low costs.", 0, 1e6),
    option<&CbOptions::power>("power", "How fast squarecb grows sharper.", 0, 1),
    option<&CbOptions::bags>("bags", "Policies of explore=bag.", 1, 1000),
    option<&CbOptions::clip_p>("clip_p", "Smallest probability that a cost is divided by.", 0, 1),
    option<&CbOptions::seed>("seed", "Of explore=bag.", 0, 4294967295.0)};

/// Contextual bandit with features of its own for each action: learns costs from what was chosen, and says how to choose.
///
/// An action's example is the shared features and its own, joined group by group; its score is the cost that the model
/// predicts, not clipped. predict_decision() gives one probability per action; who acts draws by it, so that the logged
/// probability is exact.
///
/// mtr: the chosen action learns its cost, with weight 1/max(p, clip_p) times decisions per action so far (squarecb: without
/// 1/p). ips: every action learns cost/p, or 0. dr: s + (cost - s)/p at the chosen, s elsewhere, s from a second model that
/// learns plain costs. greedy: epsilon/K each, the rest to the lowest score (equal ones share); first: alike for a while, then
/// greedy; softmax: e^(-lambda score); squarecb: 1/(K + gamma t^power (s - s_min)), the best gets the rest; bag: the share of
/// Poisson-bootstrapped policies that prefer it.
/// O(features of all actions times the model's cost). Needs decisions: VW text of several lines (docs/text-formats.md).
/// Sources: Bietti, Agarwal, Langford, "A Contextual Bandit Bake-off", JMLR 2021; Foster, Rakhlin, ICML 2020 (squarecb);
/// Dudik, Langford, Li, ICML 2011 (dr).
class Cb final : public Learner {
 public:
  using Options = CbOptions;
  static constexpr std::span<const OptionSpec> kOptions = kCbOptions;

  /// `invalid_argument`: model isn't a spec, or not a learner of numbers. registry's lists must outlive it.
  static Result<std::unique_ptr<Cb>> make(const CbOptions& options,
                                          const Registry& registry) noexcept;

  const Info& info() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  Label label() const noexcept override { return Label::decision; }
  /// As many as a decision has actions: none of its own.
  uint32_t outputs() const noexcept override { return 0; }
  std::size_t bytes() const noexcept override;
  void predict(const Example& x, std::span<float> out) const noexcept override;
  Status check(const Example& x) const noexcept override;
  Status learn(const Example& x, std::span<float> before) noexcept override;
  void predict_decision(const Decision& decision, std::span<float> out) const noexcept override;
  Status learn_decision(const Decision& decision, std::span<float> before) noexcept override;
  void end_pass() noexcept override;
  void draw(Sink& sink) const noexcept override;
  Result<std::unique_ptr<Learner>> clone() const noexcept override;
  Status copy_into(Learner& spare) const noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

  uint64_t decisions() const noexcept { return decisions_; }

 private:
  Cb(const CbOptions& options, const Registry& registry) noexcept;
  Status start() noexcept;
  /// Models of a policy: one, or with dr the one of plain costs behind it.
  uint32_t models_per_policy() const noexcept { return options_.type == CbType::dr ? 2 : 1; }
  uint32_t policies() const noexcept {
    return options_.explore == CbExplore::bag ? options_.bags : 1;
  }
  float score(std::size_t model, const Example& x) const noexcept;
  void scores(std::size_t model, const Decision& decision, std::span<float> out,
              ExampleBuffer& joined) const noexcept;
  void explore(std::span<float> scores) const noexcept;
  void vote(const Decision& decision, std::span<float> out, ExampleBuffer& joined) const noexcept;
  Status teach(const Decision& decision, std::size_t policy, float times) noexcept;
  Status teach_action(std::size_t model, const Decision& decision, std::size_t action, float cost,
                      float weight) noexcept;

  std::string model_text_;  // options_ looks at it
  CbOptions options_;
  Registry registry_;
  std::vector<std::unique_ptr<Learner>> models_;  // by policy
  bool is_vw_ = false;                            // their scores can be had without the clip
  uint64_t decisions_ = 0, actions_ = 0;          // learned
  mutable ScratchPool scratch_;
};

}  // namespace freshet
