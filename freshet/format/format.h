#pragma once
/// The catalogue of line formats: formats.def, one line each.

#include <memory>
#include <span>
#include <string_view>

#include "freshet/base/status.h"
#include "freshet/core/schema.h"
#include "freshet/format/line_reader.h"
#include "freshet/format/reader_options.h"

namespace freshet {

struct Format {
  std::string_view name, summary, grammar;                  // grammar: for `help formats`
  std::span<const std::string_view> endings;                // of file names, with the dot
  bool (*recognise)(std::string_view first_line) noexcept;  // the first line that isn't blank
  /// `schema` is borrowed while the reader lives; it grows only if `options.learning`.
  Result<std::unique_ptr<LineReader>> (*make)(const ReaderOptions& options,
                                              Schema& schema) noexcept;
};

/// All formats, in the order in which a text is tried against them.
std::span<const Format* const> formats() noexcept;
/// The format called `name`, or null.
const Format* find_format(std::string_view name) noexcept;
/// One of `among`, by the ending of a file's name (".gz" and the like taken off), else by the first
/// line that isn't blank; null: none fits.
const Format* sniff(std::span<const Format* const> among, std::string_view file_name,
                    std::string_view text) noexcept;
inline const Format* sniff(std::string_view file_name, std::string_view text) noexcept {
  return sniff(formats(), file_name, text);
}

}  // namespace freshet
