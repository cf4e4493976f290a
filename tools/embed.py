#!/usr/bin/env python3
"""Turns a file into a C++ source that holds it: tools/embed.py NAME FILE OUTPUT [--gunzip] (cmake: freshet_embed).

The source defines `std::span<const std::byte> freshet::embedded_NAME() noexcept`; whoever uses it declares that. A string
literal, because compilers read one a hundred times faster than a list of numbers, and every target's can.
"""
import gzip
import pathlib
import sys


def escape(data):
    out = []
    for byte in data:
        if byte in b'"\\?':
            out.append("\\" + chr(byte))
        elif 32 <= byte < 127:
            out.append(chr(byte))
        else:
            out.append(f"\\{byte:03o}")  # three digits always: a digit may follow
    return "".join(out)


def main():
    name, source, output = sys.argv[1:4]
    data = pathlib.Path(source).read_bytes()
    if sys.argv[4:] == ["--gunzip"]:
        data = gzip.decompress(data)
    lines = "\n".join(f'    "{escape(data[at:at + 96])}"' for at in range(0, len(data), 96)) or '    ""'
    text = f"""// Made by tools/embed.py from {pathlib.Path(source).name}.
#include <cstddef>
#include <span>

namespace freshet {{
std::span<const std::byte> embedded_{name}() noexcept;

namespace {{
alignas(8) constexpr char kBytes[] =
{lines};
}}  // namespace

std::span<const std::byte> embedded_{name}() noexcept {{
  return std::as_bytes(std::span<const char>(kBytes, sizeof(kBytes) - 1));
}}
}}  // namespace freshet
"""
    pathlib.Path(output).write_text(text)


if __name__ == "__main__":
    main()
