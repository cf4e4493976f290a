#pragma once
/// Model specs: a small pipeline expression that names a model and its options.
///
///     SPEC  = STEP { "|" STEP }             scale | logistic(optimizer=sgd, learning_rate=0.005)
///     STEP  = NAME [ "(" ARG {"," ARG} ")" ]
///     ARG   = [ NAME "=" ] VALUE            values without names come first, in the option table's
///     order VALUE = number | word | "quoted text" | true | false | SPEC
///
/// The last step is a learner, the others are transforms. A word may hold letters, digits and `_ .
/// : - +`. An unknown name or option is an error that names the nearest known one; a value out of
/// bounds one that states the bounds; at() is the column in the text, from 1.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/registry.h"

namespace freshet {

/// A parsed spec; owns its text.
struct Spec {
  struct Argument {
    std::string name;   // empty: by position
    std::string value;  // unquoted; a nested spec stays text
    uint32_t column = 0;
  };
  struct Step {
    std::string name;
    std::vector<Argument> arguments;
    uint32_t column = 0;
  };
  std::vector<Step> steps;
};

/// Parses the grammar above. Depth of parentheses at most 32, text at most 64 KiB.
Result<Spec> parse_spec(std::string_view text) noexcept;
/// The canonical text of a spec; parse_spec reads it back.
std::string format_spec(const Spec& spec);

/// Makes the model a spec describes: a bare learner, or a Pipeline. `seed` is the default of every
/// `seed` option.
Result<std::unique_ptr<Learner>> make_learner(const Spec& spec, const Registry& registry,
                                              uint32_t seed = 0) noexcept;
Result<std::unique_ptr<Learner>> make_learner(std::string_view spec, const Registry& registry,
                                              uint32_t seed = 0) noexcept;
/// One metric from one step, e.g. "auc(bins=1000)".
Result<std::unique_ptr<Metric>> make_metric(std::string_view spec,
                                            const Registry& registry) noexcept;

/// The spec text that makes a component, or a learner with its transforms, again: every option that
/// differs from its default is named.
std::string spec_of(const Component& component);
std::string spec_of(const Learner& learner);

}  // namespace freshet
