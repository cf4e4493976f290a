#include "freshet/cli/foreign_flag.h"

#include <algorithm>

#include "freshet/cli/arguments.h"
#include "freshet/core/learner.h"
#include "freshet/core/registry.h"
#include "freshet/core/transformer.h"
#include "freshet/runtime/catalog.h"

namespace freshet {
namespace {

struct VwFlag {
  std::string_view flag, here;
};
// docs/vw.md has them all.
constexpr VwFlag kVwFlags[] = {
    {"--loss_function", "vw(loss=...)"},
    {"--quantile_tau", "vw(loss=quantile, tau=...)"},
    {"-b", "vw(bits=...)"},
    {"--bit_precision", "vw(bits=...)"},
    {"-l", "vw(learning_rate=...)"},
    {"--decay_learning_rate", "vw(decay=...)"},
    {"--adaptive", "vw(normalized=false, invariant=false)"},
    {"--normalized", "vw(adaptive=false, invariant=false)"},
    {"--noconstant", "vw(bias=none)"},
    {"--quadratic", "vw(interactions=\"ab\")"},
    {"--cubic", "vw(interactions=\"abc\")"},
    {"--interactions", "vw(interactions=\"ab,abc\")"},
    {"--oaa", "one_vs_rest(model=vw, classes=...)"},
    {"--cb_explore_adf", "the learner cb"},
    {"--ftrl", "the learner ftrl"},
    {"--ftrl_alpha", "ftrl(alpha=...)"},
    {"--ftrl_beta", "ftrl(beta=...)"},
    {"--coin", "the learner coin"},
    {"--pistol", "the learner pistol"},
    {"-t", "freshet predict MODEL -d DATA"},
    {"--testonly", "freshet predict MODEL -d DATA"},
    {"-c", "--cache FILE"},
    {"--cache_file", "--cache FILE"},
    {"--holdout_off", "not needed: nothing is ever held out"},
    {"--invert_hash", "--keep-names, then freshet inspect MODEL --weights N"},
    {"--readable_model", "freshet inspect MODEL --weights N"},
    {"-P", "--every"},
    {"--progress", "--every"},
    {"--link", "predict --probabilities"},
};

bool has_option(std::span<const OptionSpec> options, std::string_view flag) {
  return std::any_of(options.begin(), options.end(),
                     [&](const OptionSpec& option) { return long_flag_of(option) == flag; });
}

}  // namespace

std::string foreign_flag(std::string_view flag, std::string_view model) {
  std::string dashed(flag);
  std::replace(dashed.begin(), dashed.end(), '_', '-');
  const std::string_view name = model.substr(0, model.find_first_of(" (|"));
  const Registry registry = catalog();
  const Entry<Learner>* learner = find_entry(registry.learners, name);
  if (learner != nullptr && has_option(learner->info.options, dashed)) {
    std::string option = dashed.substr(2);
    std::replace(option.begin(), option.end(), '-', '_');
    return "options of a model stand in its brackets: '" + std::string(name) + "(" + option +
           "=...)'";
  }
  for (const VwFlag& known : kVwFlags)
    if (known.flag == flag)
      return "Vowpal Wabbit's " + std::string(flag) + " is here: " + std::string(known.here);
  return {};
}

}  // namespace freshet
