#pragma once
/// The bodies of /inference and /training, which are no requests with tensors but the values themselves: a number or an
/// array of numbers is a row of `x`, an object is a row with names; a row to learn may be {"x", "y", "weight"?}.

#include "freshet/net/http/body_memory.h"
#include "freshet/net/http/tensor_draft.h"
#include "freshet/net/json_reader.h"

namespace freshet {

/// Reads the value into drafts.inputs, of a pair also into targets and weights. False where something is wrong: the reader
/// has the error with its place.  most_values: of a row.
bool read_bare(JsonReader& in, bool is_training, std::size_t most_values, BodyMemory& memory,
               TensorDrafts& drafts);

}  // namespace freshet
