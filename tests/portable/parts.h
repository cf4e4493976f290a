#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace freshet {

/// The bundled phishing stream, as CSV text; linked in, because a microcontroller has no files.
std::span<const std::byte> embedded_phishing() noexcept;

/// One line "name hexadecimal".
void print_bits(const char* name, uint64_t bits) noexcept;

/// Checksums, draws and elementary functions.
void print_base() noexcept;

}  // namespace freshet
