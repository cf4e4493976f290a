#pragma once
/// A model's folder below the data directory: <data-dir>/<model>/spec.json beside its log and slots.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/runtime/fold.h"

namespace freshet {

/// What spec.json says: {"spec": "scale | logistic", "seed": 0}, and "base": "base.frsh" where the model began as a copy of
/// a model file; of the limits "ttl_us", "max_pending_bytes", "silence_us", "silence_cost". All that the fold of the log
/// needs beside the log: what it says at the first start holds ever after.
struct FolderSpec : FoldOptions {
  bool has_limits = false;  // false: an older folder, which doesn't say
};

/// Folders of `data_dir` that hold a spec.json and have a model's name, sorted.
Result<std::vector<std::string>> model_folders(const std::string& data_dir) noexcept;

/// `not_found` where there is none; `corrupt` where it reads as something else.
Result<FolderSpec> read_folder_spec(const std::string& folder) noexcept;
/// Makes the folder where it is missing; temporary name, sync, rename. `base`: the bytes of the model file it begins with,
/// copied first; empty: none.
Status write_folder_spec(const std::string& folder, const FoldOptions& spec,
                         std::span<const std::byte> base = {}) noexcept;

}  // namespace freshet
