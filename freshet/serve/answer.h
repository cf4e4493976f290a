#pragma once
/// From predictions to the tensors of an answer.

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/net/service.h"

namespace freshet {

class HostedModel;
class Served;

/// The tensors of one Answer with what they borrow. Reused by the thread that answers: it allocates only to grow.
class AnswerTensors {
 public:
  /// predictions: shape [rows, outputs], as Learner::predict wrote them. `label`, `probability` for classifiers,
  /// `prediction` for all else.
  void set(const HostedModel& model, std::span<const float> predictions, std::size_t rows,
           uint32_t outputs);
  /// Of decisions: `action` and `probability`, what was served, and `probabilities`, of every action.
  void set(const Served& served);
  /// parts: shape [rows, columns + 1], the bias last: becomes `contribution` and `bias`.
  void add_contributions(std::span<const float> parts, std::size_t rows, std::size_t columns);
  /// Those that the call asked for, all if it named none. An unknown name: `invalid_argument`.
  Status select(std::span<const RequestedOutput> wanted);
  std::span<const Tensor> tensors() const noexcept { return tensors_; }

 private:
  void classes(const HostedModel& model, std::span<const float> predictions, std::size_t rows,
               uint32_t outputs);
  template <class T>
  void add(std::string_view name, Datatype type, std::vector<int64_t> shape,
           std::span<const T> values);

  std::vector<Tensor> tensors_;
  std::deque<std::vector<int64_t>> shapes_;
  std::vector<float> probability_, contribution_, bias_;
  std::vector<int64_t> ids_;
  std::vector<std::string> names_;
  std::vector<std::string_view> texts_;
};

}  // namespace freshet
