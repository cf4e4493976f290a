#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/log/local/local_log.h"

namespace freshet {

/// A segment as found in the folder, by its name.
struct FoundSegment {
  std::string path;
  Lsn first = 0;
  uint64_t bytes = 0;
  int64_t created_us = 0;
};

/// What is to be done with the files so that the log can go on. Nothing has been changed yet.
struct RecoveryPlan {
  Recovery report;
  std::vector<FoundSegment> kept;     // in order
  std::vector<FoundSegment> dropped;  // by repair: to be put aside
  uint64_t length = 0;                // of the last one kept: whatever is behind goes; 0: leave it
  bool keep_cut = false;  // repair: what is cut off may have been acknowledged; put it aside too
  Lsn next = 1;           // LSN of the next record
  int64_t last_time_us = 0;
  uint64_t last_token = 0;
  ModelId model_id{};  // zero: no segment
};

/// Reads the segments of `<folder>/log` and decides, by the recovery rule of docs/log-format.md.
/// Every record above options.checkpoint_lsn goes to options.each, in order. corrupt: acknowledged
/// records are damaged or missing, and options.repair is not set; the text says where and what to
/// do.
Result<RecoveryPlan> plan_recovery(const std::string& folder,
                                   const LocalLogOptions& options) noexcept;

}  // namespace freshet
