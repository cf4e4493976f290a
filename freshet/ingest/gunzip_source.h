#pragma once
/// A compressed source read as plain text.

#include "freshet/ingest/source.h"

namespace freshet {

/// gzip. Truncated or damaged data is `corrupt`, with the compressed offset in the text.
Result<std::unique_ptr<Source>> make_gunzip_source(std::unique_ptr<Source> compressed) noexcept;

}  // namespace freshet
