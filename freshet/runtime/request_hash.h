#pragma once
/// Is this the same request again? A hash of what a row says, whichever way it was written down.
///
/// A client that sends a remembered row twice must be told the same twice. Between the two calls the model may have
/// learned the row's names, and numbers have taken their place: so features count by name, and their order doesn't.

#include <cstdint>

#include "freshet/core/example_block.h"
#include "freshet/core/schema.h"

namespace freshet {

/// Of example k.  Numbers are looked up in the block's own names, if it has them, else in `schema`; a number that has
/// no name there (a hash) is its own name. Any thread.
uint64_t request_hash(const ExampleBlock& block, uint32_t k, const Schema& schema) noexcept;

/// Of what a remembered block asks: its one example, or its one decision without what was chosen.
uint64_t request_hash(const ExampleBlock& block, const Schema& schema) noexcept;

}  // namespace freshet
