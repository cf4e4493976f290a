#pragma once
/// The body of a request, read into a Call: JSON, JSON with binary tensors behind it, or a bare value.
///
///     {"id"?, "parameters"?, "inputs": [tensor...], "targets"?: [tensor...], "weights"?: tensor,
///      "outputs"?: [{"name", "parameters"?: {"binary_data"?}}], "labels"?: [label...], "ids"?: [id...]}
///
/// Tensors: tensor_json.h, tensor_bytes.h; labels: labels_json.h; bare values: bare_json.h. Members may come in any order;
/// unknown ones are skipped. Docs: docs/http.md.
/// One object reads one request after another and keeps small buffers between them. Threads: one at a time.

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/net/http/body_memory.h"
#include "freshet/net/http/http_door.h"
#include "freshet/net/http/tensor_draft.h"
#include "freshet/net/json_reader.h"
#include "freshet/net/service.h"

namespace freshet {

class CallBody {
 public:
  CallBody(const HttpLimits& limits, BodyBudget& budget) noexcept
      : limits_(limits), memory_(budget) {}
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
  bool read_request(JsonReader&);
  bool read_member(JsonReader&, std::string_view key);
  bool read_parameters_member(JsonReader&);
  bool read_parameter(JsonReader&, std::string_view name);
  bool read_outputs(JsonReader&);
  bool read_output(JsonReader&, RequestedOutput&, bool& says_binary);
  bool read_index(JsonReader&);
  Status read_raw(std::string_view body, Call& call) noexcept;
  Status check_finite(const Call&) const;
  void fill(Call&);

  const HttpLimits& limits_;
  BodyMemory memory_;
  Method method_ = Method::none;
  std::string_view id_;
  TensorDrafts drafts_;
  std::vector<Tensor> tensors_;  // what the Call points at
  std::vector<Parameter> parameters_;
  std::vector<RequestedOutput> outputs_;
  std::vector<bool> output_says_;  // has its own binary_data
  bool binary_by_default_ = false;
  bool ready_only_ = false;
  std::vector<FeedbackLabel> labels_;
};

}  // namespace freshet
