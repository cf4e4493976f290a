#pragma once
/// Options of `predict`, and of the short form.

#include <array>
#include <string_view>

#include "freshet/cli/common_options.h"
#include "freshet/cli/console.h"

namespace freshet {

struct PredictFlags {
  std::string_view out;
  bool probabilities = false;
};
inline constexpr std::array kPredictFlags{
    option<&PredictFlags::out>("out|p", "Where predictions go; else stdout."),
    option<&PredictFlags::probabilities>(
        "probabilities", "For classes: each one's probability, in the order of ids."),
};

struct PredictOptions {
  DataOptions data;
  ColumnOptions columns;
  PredictFlags predict;
  CommonOptions common;
};

/// One prediction a line, in the order of the input.
int predict(const PredictOptions& options, std::string_view model, Console& console);

}  // namespace freshet
