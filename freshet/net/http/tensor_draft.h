#pragma once
/// The tensors of a request while its body is being read.

#include <cstdint>
#include <optional>
#include <vector>

#include "freshet/net/json_reader.h"
#include "freshet/net/service.h"

namespace freshet {

/// A tensor while its members come in, in any order.
struct TensorDraft {
  Tensor tensor;
  bool has_shape = false, has_data = false;
  bool is_data_later = false;           // `data` came before what explains it: it is at `data`
  std::optional<uint64_t> binary_size;  // its bytes come behind the JSON
  JsonReader::Mark data;
};

/// All of a request's, in the order in which their binary data come: inputs, targets, weights.
struct TensorDrafts {
  std::vector<TensorDraft> inputs, targets, weights;  // weights: none or one

  void clear() noexcept {
    inputs.clear();
    targets.clear();
    weights.clear();
  }
};

}  // namespace freshet
