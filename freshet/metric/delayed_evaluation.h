#pragma once
/// Evaluation in which labels come late.
///
/// A prediction is made when an example arrives, and remembered with its features. Before each prediction the labels due by
/// then are delivered, by due time, then arrival: the remembered prediction is scored, then the remembered features are
/// learned. finish() delivers the rest. No delay at all gives, to the bit, what learning at once gives.

#include <cstdint>
#include <memory>
#include <vector>

#include "freshet/core/example_block.h"
#include "freshet/core/learner.h"
#include "freshet/metric/evaluation.h"

namespace freshet {

/// How late: in examples, or in event time (the unit of Example::time_us).
struct Delay {
  enum class Unit : uint8_t { examples, time } unit = Unit::examples;
  int64_t amount = 0;  // >= 0
};

class DelayedEvaluation {
 public:
  /// Both are borrowed.
  DelayedEvaluation(Learner& model, Evaluation& evaluation, const Delay& delay) noexcept
      : model_(model), evaluation_(evaluation), delay_(delay) {}

  /// Delivers what is due, then predicts x and remembers it. A failure is that of learning an example that came before;
  /// that one is dropped, and the next call goes on.
  Status arrive(const Example& x) noexcept;
  /// The same for a decision; its time is that of its shared example.
  Status arrive_decision(const Decision& decision) noexcept;
  /// Delivers everything that is still waiting.
  Status finish() noexcept;
  /// The newest arrival's prediction, valid until the next call.
  std::span<const float> prediction() const noexcept { return newest_; }
  std::size_t waiting() const noexcept { return queue_.size(); }

 private:
  struct Remembered {
    ExampleBuffer x;
    std::unique_ptr<ExampleBlock> decision;  // null: x is what arrived
    std::vector<float> predicted, asked;
  };
  struct Due {
    int64_t time;
    uint64_t arrival;
    uint32_t slot;
    /// For a heap with the earliest on top.
    bool operator<(const Due& other) const noexcept {
      return time != other.time ? time > other.time : arrival > other.arrival;
    }
  };
  int64_t now(int64_t time_us) const noexcept;
  Status deliver_due(int64_t now) noexcept;
  Remembered& remember(int64_t now) noexcept;
  Status deliver_first() noexcept;

  Learner& model_;
  Evaluation& evaluation_;
  Delay delay_;
  uint64_t arrivals_ = 0;
  std::vector<Due> queue_;  // a heap
  std::vector<std::unique_ptr<Remembered>> slots_;
  std::vector<uint32_t> free_;
  std::vector<float> newest_;
  std::vector<Example> actions_;  // scratch
};

}  // namespace freshet
