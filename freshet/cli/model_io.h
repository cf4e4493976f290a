#pragma once
/// Models on disk, as the command line reads and writes them.

#include <memory>
#include <string>
#include <string_view>

#include "freshet/base/status.h"
#include "freshet/cli/kept_names.h"
#include "freshet/cli/mapped_file.h"
#include "freshet/core/learner.h"
#include "freshet/core/model_file.h"
#include "freshet/core/schema.h"

namespace freshet {

/// What one file holds.
struct StoredModel {
  MappedFile file;  // what the learner reads from, if it was loaded to predict only
  std::unique_ptr<Learner> learner;
  std::unique_ptr<Schema> schema;
  // How its text was read; empty: not known.
  std::string input_format, input_target, input_hash;
  uint32_t input_hash_seed = 0;
  bool input_zero_based = false;
  uint32_t input_features = 0;
  uint64_t examples = 0;  // learned in its life
  KeptNames names;        // of hashed features, where they were asked for
};

/// `not_found`, `corrupt`, `unsupported`, with the path in front.
Result<StoredModel> load_model(const std::string& path) noexcept;
/// The same to predict only: the file is mapped, and large tables are read where they stand in it.
Result<StoredModel> open_model(const std::string& path) noexcept;

/// Writes all or nothing: an interrupted command leaves the old file whole.
Status save_model(const std::string& path, const StoredModel& model) noexcept;

}  // namespace freshet
