#pragma once
/// Finding the state to go on from: the newest checkpoint that can be read, else the one before, else the beginning: the
/// model file it was made from (FoldOptions::base), or the empty model.

#include <memory>
#include <string>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/learner.h"
#include "freshet/core/registry.h"
#include "freshet/core/schema.h"
#include "freshet/runtime/checkpoint_store.h"
#include "freshet/runtime/fold.h"

namespace freshet {

struct Recovered {
  std::unique_ptr<Learner> learner;
  std::unique_ptr<Schema> schema;
  std::unique_ptr<Fold> fold;
  Lsn checkpoint = 0;                    // the one it comes from; 0: the beginning
  Lsn newest = 0;                        // the newest there is, readable or not: the log was synced up to there
  uint64_t token = 0;                    // in that checkpoint
  uint64_t crc = 0;                      // state_crc of it
  std::vector<std::byte> duplicates;     // DUPL
  std::vector<std::string> remarks;
};

/// `at_most`: look only at checkpoints up to this LSN. conflict: the newest was made by another spec.
Result<Recovered> recover(const CheckpointStore& store, const FoldOptions& options, const Registry& registry,
                          Lsn at_most = ~Lsn{0}) noexcept;

}  // namespace freshet
