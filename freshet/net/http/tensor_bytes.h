#pragma once
/// Tensors in binary: the bytes behind a request's JSON, in the order of its tensors, little-endian, without padding. An
/// element of BYTES is a u32 length and the bytes, one of BOOL a byte that is 0 or 1.

#include <string_view>

#include "freshet/base/status.h"
#include "freshet/net/http/body_memory.h"
#include "freshet/net/http/tensor_draft.h"

namespace freshet {

/// Hands `bytes` to the drafts that announced them by binary_data_size. Data aligned for their type are borrowed where they
/// lie, others are copied.
/// Errors: invalid_argument naming the tensor, also for bytes left over; exhausted when copies don't fit the budget.
Status take_tensor_bytes(std::string_view bytes, TensorDrafts& drafts, BodyMemory& memory);

}  // namespace freshet
