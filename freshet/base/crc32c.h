#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace freshet {

/// CRC-32C (Castagnoli): the checksum of model files, log segments and wires.
///
/// crc: what earlier bytes gave; 0 to begin: crc32c(b, crc32c(a)) is that of a then b. About 10
/// GB/s with the processor's instruction, chosen at run time; eight bytes at a time from tables
/// otherwise. Any thread.
uint32_t crc32c(std::span<const std::byte> bytes, uint32_t crc = 0) noexcept;

/// The twin without special instructions, for tests.
uint32_t crc32c_portable(std::span<const std::byte> bytes, uint32_t crc = 0) noexcept;

}  // namespace freshet
