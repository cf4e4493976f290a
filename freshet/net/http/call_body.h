#pragma once
/// The body of a request, read into a Call: JSON, JSON with binary tensors behind it, or a bare value.
///
///     {"id"?, "parameters"?, "inputs": [tensor...], "targets"?: [tensor...], "weights"?: tensor,
///      "outputs"?: [{"name", "parameters"?: {"binary_data"?}}], "labels"?: [label...]}
///     tensor: {"name", "shape", "datatype", "parameters"?: {"binary_data_size"?}, "data"?}
///     label:  {"id", "target" or "reward", "weight"?, "at_us"?}
///
/// Members may come in any order; unknown ones are skipped. `data` is flat or nested as `shape` says. Binary data are
/// little-endian, in the order inputs, targets, weights. Docs: docs/http.md.
/// One object reads one request after another and keeps small buffers between them. Threads: one at a time.

#include <array>
#include <cstddef>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/net/http/http_door.h"
#include "freshet/net/json_reader.h"
#include "freshet/net/service.h"

namespace freshet {

/// Counts memory that requests hold, against what all may hold.
class BodyBudget {
 public:
  virtual ~BodyBudget() = default;
  /// False: it doesn't fit, and nothing was charged.
  virtual bool charge(std::size_t bytes) noexcept = 0;
};

class CallBody {
 public:
  CallBody(const HttpLimits& limits, BodyBudget& budget) noexcept
      : limits_(limits), budget_(budget) {}
  CallBody(const CallBody&) = delete;
  CallBody& operator=(const CallBody&) = delete;

  /// call.method says what to expect. Fills inputs, targets, weights, outputs, parameters, labels, id and the known
  /// parameters: views of `body` and of this object, until the next read() or clear().
  /// json_length: of the header Inference-Header-Content-Length; 0: the body is one raw input (infer only; its
  /// datatype is then none, its shape empty). now_us: steady clock.
  /// Errors: invalid_argument with the place; exhausted when the decoded values don't fit the budget.
  Status read(std::string_view body, std::optional<uint64_t> json_length, int64_t now_us,
              Call& call) noexcept;

  /// Whether a reply's output goes in binary.
  bool is_binary(std::string_view output) const noexcept;

  void clear() noexcept;

 private:
  // A tensor while its members come in.
  struct Draft {
    Tensor tensor;
    bool has_shape = false, has_data = false, is_data_later = false;
    std::optional<uint64_t> binary_size;
    JsonReader::Mark data;
  };

  bool read_request(JsonReader&);
  bool read_member(JsonReader&, std::string_view key);
  bool read_tensors(JsonReader&, std::vector<Draft>&);
  bool read_tensor(JsonReader&, Draft&);
  bool read_tensor_member(JsonReader&, std::string_view key, Draft&);
  bool finish_tensor(JsonReader&, Draft&);
  bool read_shape(JsonReader&, Draft&);
  bool read_data(JsonReader&, Draft&);
  template <class T, class Read>
  bool read_values(JsonReader&, Draft&, Read);
  template <class T, class Read>
  bool read_nested(JsonReader&, std::span<const int64_t> shape, T*& to, Read);
  template <class T>
  T* take(JsonReader&, std::size_t count);
  bool read_parameters_member(JsonReader&);
  bool read_parameter(JsonReader&, std::string_view name);
  bool read_outputs(JsonReader&);
  bool read_labels(JsonReader&);
  bool read_label(JsonReader&, FeedbackLabel&);
  bool read_label_member(JsonReader&, std::string_view key, FeedbackLabel&, bool& has_target);
  bool read_index(JsonReader&);
  bool read_bare(JsonReader&, bool is_training);
  bool read_bare_row(JsonReader&);
  bool read_bare_target(JsonReader&);
  bool read_bare_weight(JsonReader&);
  bool looks_like_pair(JsonReader&);
  Status read_raw(std::string_view body, Call& call) noexcept;
  Status take_binary(std::string_view bytes);
  Status take_binary_texts(std::string_view bytes, Tensor&);
  Status check_finite(const Call&) const;
  void fill(Call&);
  std::span<const int64_t> keep_shape(std::initializer_list<int64_t>);

  const HttpLimits& limits_;
  BodyBudget& budget_;
  alignas(64) std::array<std::byte, 4096> first_memory_;
  std::pmr::monotonic_buffer_resource memory_{first_memory_.data(), first_memory_.size()};
  Method method_ = Method::none;
  bool is_over_budget_ = false;
  std::string_view id_;
  std::vector<Draft> inputs_, targets_, weights_;  // weights: none or one
  std::vector<Tensor> tensors_;                    // what the Call points at
  std::vector<Parameter> parameters_;
  std::vector<RequestedOutput> outputs_;
  std::vector<bool> output_says_;  // has its own binary_data
  bool binary_by_default_ = false;
  bool ready_only_ = false;
  std::vector<FeedbackLabel> labels_;
};

}  // namespace freshet
