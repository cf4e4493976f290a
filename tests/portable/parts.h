#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace freshet {

/// The bundled phishing stream, as CSV text; linked in, because a microcontroller has no files.
std::span<const std::byte> embedded_phishing() noexcept;

/// One line "name hexadecimal".
void print_bits(const char* name, uint64_t bits) noexcept;

/// Checksums and elementary functions.
void print_base() noexcept;

/// Numbers to text and back, draws.
void print_numbers() noexcept;

/// Sums and scans at the best level and at the lowest.
void print_kernels() noexcept;

/// A block's bytes, and what decoding says of lengths that lie.
void print_blocks() noexcept;

/// Every learner, transform and metric of the catalogue over the phishing stream: new ones join by
/// themselves.
void print_models() noexcept;

}  // namespace freshet
