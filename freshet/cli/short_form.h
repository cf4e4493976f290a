#pragma once
/// The short form, for people who know it from tabular tools:
///
///     freshet LEARNER -d data.csv -f model.frsh               trains, goes on from model.frsh if it is there
///     freshet LEARNER -d data.csv -i model.frsh -p out.txt    predicts

#include <span>
#include <string>
#include <string_view>

#include "freshet/cli/console.h"

namespace freshet {

/// Whether `word` begins a spec whose first step there is.
bool begins_short_form(std::string_view word) noexcept;
int run_short_form(std::span<const std::string> args, Console& console) noexcept;

}  // namespace freshet
