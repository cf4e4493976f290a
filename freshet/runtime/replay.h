#pragma once
/// Folding a log again: what `freshet replay` does, and the proof that a model's state is a function of its log.
///
///     ReplayOptions options;
///     options.folder = "data/ads";  options.spec = "scale | logistic";  options.verifies = true;
///     FRESHET_TRY_ASSIGN(Replayed ads, replay(options, registry));
///     ... ads.state_crc, ads.bytes: the model file at ads.counts.lsn ...
///
/// Reads only: a server may run on the folder meanwhile.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/learner.h"
#include "freshet/core/registry.h"
#include "freshet/core/schema.h"
#include "freshet/runtime/fold.h"

namespace freshet {

/// How the log was folded, and what of it is to be folded again.
struct ReplayOptions : FoldOptions {
  std::string folder;                  // of the model: with log/ and slots/champion/
  Lsn from = 0;                        // the newest checkpoint up to this LSN; 0: the start of the log, or, where its first
                                       // segments are gone, the oldest checkpoint that reaches it
  Lsn to = ~Lsn{0};                    // last event folded
  bool verifies = false;               // compare with every checkpoint record of this build met on the way
  std::function<void(Lsn)> progress;   // after every 4,096 events
};

struct Replayed {
  FoldCounts counts;
  Lsn from = 0;                        // the checkpoint it began with; 0: the beginning
  uint32_t state_crc = 0;
  std::vector<std::byte> bytes;        // a model file with log.lsn: what `inspect` and `predict` read
  uint32_t verified = 0;               // checkpoints found equal
  uint32_t skipped_notes = 0;          // of another build or processor: not compared
};

/// corrupt: the log is damaged, or (verifies) a checkpoint has another state than its log gives; the text names it.
/// not_found: no log, or it begins after what `from` can reach.
Result<Replayed> replay(const ReplayOptions& options, const Registry& registry) noexcept;

}  // namespace freshet
