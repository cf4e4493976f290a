#pragma once
/// What `eval` and `train` say at the end, and on the way.

#include <string>
#include <string_view>

#include "freshet/base/status.h"
#include "freshet/cli/console.h"
#include "freshet/cli/stream_job.h"

namespace freshet {

/// The result, as a table or as JSON. `model_path`: where the model was written, empty: nowhere.
void print_report(const StreamJob& job, std::string_view model_path, Console& console);
/// One line of --every.
void print_point(const Evaluation& evaluation, const CurvePoint& point, Console& console);
/// --curve FILE: .csv or .svg.
Status write_curve(const StreamJob& job, const std::string& path) noexcept;

}  // namespace freshet
