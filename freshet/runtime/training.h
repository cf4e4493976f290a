#pragma once
/// What goes into a served model and what comes back: the words that doors, trainer and fold share.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/example.h"
#include "freshet/core/example_block.h"
#include "freshet/log/log.h"
#include "freshet/log/payload.h"
#include "freshet/runtime/callback.h"
#include "freshet/runtime/label_status.h"

namespace freshet {

/// Examples to learn, one event in the log.
struct TrainCall {
  ExampleBlock block;             // labelled; usually with own_names: the writer turns names into ids
  Ack ack = Ack::applied;
  std::string request_id, client; // told in the log; may be empty
  std::optional<DedupId> dedup;   // a resent call with the same id is a duplicate
  std::string source;             // with `partition` and offsets [first, last]: what a feed has sent. empty: none
  uint32_t partition = 0;
  uint64_t first_offset = 0, last_offset = 0;
};

/// What became of a TrainCall.
struct TrainResult {
  Status status;             // ok, or why nothing was appended
  Lsn lsn = 0;               // of the event; of the first one for a duplicate; 0 for Ack::queued
  bool duplicate = false;    // was in the log already: learned once, `loss` is empty
  uint32_t accepted = 0;     // learned
  uint32_t skipped = 0;      // appended but refused by the learner: not finite, no label, schema full
  Status first_skip;         // why the first of those was; at(): its place in the block
  uint32_t outputs = 0;      // width of one prediction, by the state after the call
  std::vector<float> predictions;  // [n, outputs], made just before each was learned; NaN where it was skipped
  std::vector<float> loss;         // [n], of those predictions; NaN: none could be made
};
using TrainCallback = Callback<TrainResult&&>;

/// One prediction whose label comes later.
struct RememberCall {
  /// One example, no label needed; or one decision with the action served as `chosen`, its probability, and no cost yet.
  ExampleBlock block;
  std::string id;                      // 1 to 64 bytes
  std::vector<float> prediction;       // as served; of a decision: a probability for each action
  bool is_deferred = false;            // a decision that counts only once activate() names it
};
struct RememberResult {
  Status status;                  // conflict: the id is in use for another request
  Lsn lsn = 0;
  bool duplicate = false;         // the same request was remembered before: `prediction` is what it was told
  std::vector<float> prediction;
};
using RememberCallback = Callback<RememberResult&&>;

/// Late labels: example k of the block has an id, a label, a weight and no features. Of a decision the label is its cost.
struct FeedbackCall {
  ExampleBlock labels;
  Ack ack = Ack::applied;
  std::string client;
};
/// Deferred decisions that were acted upon: example k of the block has an id and nothing else.
struct ActivateCall {
  ExampleBlock ids;
  Ack ack = Ack::applied;
  std::string client;
};
/// Of feedback and of activation.
struct FeedbackResult {
  Status status;
  Lsn lsn = 0;
  std::vector<LabelStatus> results;  // of each label, or id
  std::vector<float> loss;           // of the remembered predictions; NaN: none
};
using FeedbackCallback = Callback<FeedbackResult&&>;

struct CheckpointResult {
  Status status;
  Lsn lsn = 0;
  uint64_t bytes = 0;
};
using CheckpointCallback = Callback<CheckpointResult&&>;

/// One example that has just been learned. Borrowed for the call.
struct Learned {
  Lsn lsn = 0;
  int64_t time_us = 0;               // record time
  Example x;                         // features and label by id
  std::span<const float> before;     // the prediction that was scored: made before learning, or the remembered one
  float loss = 0;                    // NaN: none
  uint64_t example = 0;              // its number in the model's life, from 1
  bool is_late = false;              // a label that came by feedback
};

/// What the trainer tells the server about. All on the trainer's thread (checkpointed: the background thread), so keep
/// it short; nothing is told of what recovery replays.
class TrainerObserver {
 public:
  virtual ~TrainerObserver() = default;
  virtual void learned(const Learned&) noexcept {}
  virtual void skipped(Lsn, const Status&) noexcept {}
  virtual void checkpointed(Lsn, uint64_t /*bytes*/) noexcept {}
  virtual void published(Lsn) noexcept {}
  virtual void state_changed() noexcept {}
};

}  // namespace freshet
