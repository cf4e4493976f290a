#pragma once
/// The example learner of the online machine learning seed: slow on purpose, so that a torn read would be seen.
///
/// Two parameters, 1 and 2 at first. Learning x multiplies both by x and sleeps between the two; predicting x gives x
/// times their sum and sleeps before it. Whoever predicts 3.5 while 10 is learned gets 10.5 or 105, nothing else: 42 and
/// 73.5 would be half an update. No labels; snapshot mode. Here and not in learn/, because it sleeps.

#include <array>
#include <memory>
#include <span>

#include "freshet/core/learner.h"
#include "freshet/core/options.h"

namespace freshet {

struct OmlDummyOptions {
  float train_delay_s = 0, predict_delay_s = 0;
};
inline constexpr std::array kOmlDummyOptions{
    option<&OmlDummyOptions::train_delay_s>("train_delay_s", "Sleep in the middle of each learning step.", 0, 3600, "s"),
    option<&OmlDummyOptions::predict_delay_s>("predict_delay_s", "Sleep before each prediction.", 0, 3600, "s"),
};

class OmlDummy final : public Learner {
 public:
  explicit OmlDummy(const OmlDummyOptions& options) noexcept : options_(options) {}

  const Info& info() const noexcept override;
  uint32_t traits() const noexcept override { return options_.predict_delay_s > 0 ? 0u : uint32_t{kCheap}; }
  const void* options() const noexcept override { return &options_; }
  void draw(Sink& sink) const noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;
  Label label() const noexcept override { return Label::none; }
  uint32_t outputs() const noexcept override { return 1; }
  /// x: feature 0, dense or by index; absent is 0.
  void predict(const Example& x, std::span<float> out) const noexcept override;
  /// `invalid_argument`: the parameters would be infinite.
  Status learn(const Example& x, std::span<float> before) noexcept override;
  Result<std::unique_ptr<Learner>> clone() const noexcept override;
  Status copy_into(Learner& spare) const noexcept override;

 private:
  OmlDummyOptions options_;
  std::array<float, 2> parameters_{1, 2};
};

}  // namespace freshet
