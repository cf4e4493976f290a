#pragma once
/// The parameters that every door knows, one reading of them.

#include <cstdint>

#include "freshet/base/status.h"
#include "freshet/net/service.h"

namespace freshet {

/// Fills the known parameters of a Call from call.parameters; now_us: steady clock, for `timeout`.
///
/// Unknown ones are ignored. Errors (invalid_argument): a known one of the wrong type or out of range, as
/// `parameters.ack: expected "queued", "applied" or "durable", found 7`.
///
///     ack            text, or 1, 2, 3 as in the gRPC enum (0: the model's default)     train, feedback
///     timeout        microseconds, > 0                                                 all
///     remember, contributions, allow_nonfinite; overwrite                              infer; feedback
///     min_lsn        >= 0                                                              infer
///     dedup_id       text, 1 to 64 bytes                                               train
///     source         text, 1 to 128 bytes; with partition, first_offset, last_offset   train
Status read_parameters(Call& call, int64_t now_us) noexcept;

}  // namespace freshet
