#pragma once
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "freshet/core/learner.h"
#include "freshet/core/registry.h"
#include "freshet/learn/linear/vw_model.h"

namespace freshet {

struct OneVsRestOptions {
  SpecText model = {"logistic"};
  uint32_t classes = 0;
};

inline constexpr std::array kOneVsRestOptions{
    option<&OneVsRestOptions::model>(
        "model", "What decides for each class: a learner of two classes, or of numbers (-1, 1)."),
    option<&OneVsRestOptions::classes>(
        "classes", "How many classes there are; 0: as they come. vw: rows of one table then.", 0,
        1024)};

/// Many classes by one model each: is it this class, or one of the others?
///
/// Every example teaches every model of a class known by then; a class that comes later begins with the example that brought
/// it. Probabilities are the models' own, scaled to the sum 1 (a number p of -1 ... 1 counts as (p + 1) / 2); of equal ones the
/// lowest class is the answer.
/// `one_vs_rest(model=vw(...), classes=K)` is Vowpal Wabbit's --oaa K: one table with the rows index * 2^ceil(log2 K) + class,
/// interactions included, the sums of each class its own; all K learn from the first example on. progress(): errors, not
/// losses.
/// O(classes x cost of the model).  Source: Rifkin, Klautau, "In Defense of One-Vs-All Classification", JMLR 2004.
class OneVsRest final : public Learner {
 public:
  using Options = OneVsRestOptions;
  static constexpr std::span<const OptionSpec> kOptions = kOneVsRestOptions;

  /// `invalid_argument`: model isn't a spec, or of a learner of something else. registry's lists must outlive it.
  static Result<std::unique_ptr<OneVsRest>> make(const OneVsRestOptions& options,
                                                 const Registry& registry) noexcept;

  const Info& info() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  Label label() const noexcept override { return Label::one_class; }
  uint32_t outputs() const noexcept override;
  void predict(const Example& x, std::span<float> out) const noexcept override;
  Status check(const Example& x) const noexcept override;
  Status learn(const Example& x, std::span<float> before) noexcept override;
  void prefetch(const Example& x) const noexcept override;
  void end_pass() noexcept override;
  const Progress* progress() const noexcept override { return &progress_; }
  Result<std::unique_ptr<Learner>> clone() const noexcept override;
  void draw(Sink& sink) const noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;
  std::size_t bytes() const noexcept override;

 private:
  OneVsRest(const OneVsRestOptions& options, const Registry& registry) noexcept;
  Status start() noexcept;
  Status share_rows(const Learner& first) noexcept;
  Status learn_shared(const Example& x, uint32_t y, std::span<float> before) noexcept;
  Status learn_members(const Example& x, uint32_t y, std::span<float> before) noexcept;
  Status admit(uint32_t y) noexcept;
  float share_of(float said) const noexcept;
  void count(const Example& x, uint32_t y, std::span<const float> said, uint64_t features) noexcept;

  std::string model_text_;  // options_ looks at it
  OneVsRestOptions options_;
  Registry registry_;
  std::unique_ptr<VwModel> shared_;                // vw with classes: then there are no members
  bool is_number_ = false;                         // a member says -1 ... 1
  std::vector<std::unique_ptr<Learner>> members_;  // by class; null: not met
  std::vector<float> said_;                        // of the example being learned
  ExampleBuffer flat_;
  Progress progress_;
};

}  // namespace freshet
