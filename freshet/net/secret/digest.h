#pragma once
/// Digests and identifiers that need a cryptographic library or the machine's own randomness. Any thread.

#include <cstdint>
#include <string>
#include <string_view>

#include "freshet/log/payload.h"

namespace freshet {

/// What makes a resent event a duplicate: the first 16 bytes of SHA-256(client, 0, id).
DedupId dedup_id(std::string_view client, std::string_view id) noexcept;

/// A UUID of version 7 (RFC 9562): ordered by time, 74 random bits. 36 characters.
std::string make_uuid7(int64_t unix_us) noexcept;

}  // namespace freshet
