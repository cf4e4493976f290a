#pragma once
/// From flags to what readers want.

#include "freshet/base/status.h"
#include "freshet/cli/common_options.h"
#include "freshet/core/learner.h"
#include "freshet/format/reader_options.h"
#include "freshet/ingest/input.h"

namespace freshet {

/// `invalid_argument`: no data, a delimiter that is none, a column named twice.
Result<InputOptions> input_options(const DataOptions& options) noexcept;
/// How text is read for this learner. `learning`: the schema grows.
Result<ReaderOptions> reader_options(const ColumnOptions& options, const Learner& learner,
                                     bool learning) noexcept;

}  // namespace freshet
