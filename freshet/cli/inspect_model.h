#pragma once
/// What `inspect` shows of a file.

#include <string>
#include <string_view>

#include "freshet/base/status.h"
#include "freshet/cli/console.h"
#include "freshet/core/model_file.h"

namespace freshet {

/// A model file or a checkpoint: keys, chunks, tensors, checksums, and the `weights` largest weights
/// with their names.
Status inspect_model(const std::string& path, uint32_t weights, Console& console) noexcept;
/// A file of blocks: what it was made from, counts. All of it is read and checked.
Status inspect_blocks(const std::string& path, Console& console) noexcept;
/// A log segment, or a folder with such: LSNs, kinds, bytes, the state of the end.
Status inspect_log(const std::string& path, Console& console) noexcept;

/// The value of a key, for people.
std::string value_text(const Value& value);

}  // namespace freshet
