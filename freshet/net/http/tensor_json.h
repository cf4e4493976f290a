#pragma once
/// Tensors in JSON: {"name", "shape", "datatype", "parameters"?: {"binary_data_size"?}, "data"?}
///
/// Members may come in any order; unknown ones are skipped. `data` is flat or nested as `shape` says. A lying shape gets no
/// memory: a value takes a character and a comma, so what is left of the body bounds what is taken.
/// Every function is false where something is wrong; the reader then has the error with its place.

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "freshet/net/http/body_memory.h"
#include "freshet/net/http/tensor_draft.h"
#include "freshet/net/json_reader.h"

namespace freshet {

class TensorJson {
 public:
  /// most_elements: of one tensor. What is read lies in `memory` and in the reader's text.
  TensorJson(JsonReader& in, BodyMemory& memory, std::size_t most_elements) noexcept
      : in_(in), memory_(memory), most_elements_(most_elements) {}

  /// An array of tensors, each name once.
  bool read_list(std::vector<TensorDraft>& drafts);
  bool read_tensor(TensorDraft& draft);

 private:
  bool read_member(std::string_view key, TensorDraft&);
  bool read_parameters(TensorDraft&);
  bool read_shape(TensorDraft&);
  bool read_data(TensorDraft&);
  bool finish(TensorDraft&);
  template <class T>
  bool read_whole_numbers(TensorDraft&);
  template <class T, class Read>
  bool read_values(TensorDraft&, Read);
  template <class T, class Read>
  bool read_rows(std::span<const int64_t> shape, T*& to, Read);
  bool no_room_for_more(std::size_t wanted);

  JsonReader& in_;
  BodyMemory& memory_;
  std::size_t most_elements_;
};

}  // namespace freshet
