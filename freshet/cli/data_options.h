#pragma once
/// From flags to what readers want.

#include "freshet/base/status.h"
#include "freshet/cli/common_options.h"
#include "freshet/cli/model_io.h"
#include "freshet/core/learner.h"
#include "freshet/format/reader_options.h"
#include "freshet/ingest/input.h"

namespace freshet {

/// `invalid_argument`: no data, a delimiter that is none, a column named twice.
Result<InputOptions> input_options(const DataOptions& options) noexcept;
/// How text is read for this model: by its own file's keys where it has any; a flag that contradicts
/// them is `invalid_argument`. `learning`: the schema grows.
Result<ReaderOptions> reader_options(const DataOptions& data, const ColumnOptions& options,
                                     const StoredModel& model, bool learning) noexcept;
/// Threads to read and learn with, at least 1: --threads, else one for each core that may be used.
uint32_t threads_of(const CommonOptions& options) noexcept;
/// Notes in the model how its text was read.
void remember(const Input& input, const ReaderOptions& reading, StoredModel& model);

}  // namespace freshet
