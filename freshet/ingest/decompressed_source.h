#pragma once
/// A compressed source read as plain text.

#include "freshet/ingest/source.h"
#include "freshet/log/decompressor.h"

namespace freshet {

/// Truncated or damaged data is `corrupt`, with the compressed offset in the text.
Result<std::unique_ptr<Source>> make_decompressed_source(std::unique_ptr<Source> compressed,
                                                         Compression compression,
                                                         uint64_t max_window) noexcept;

}  // namespace freshet
