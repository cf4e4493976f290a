#pragma once
/// What every text format is: whole lines of bytes in, examples out. One virtual call per window,
/// never per line.

#include <cstddef>
#include <cstdint>
#include <span>

#include "freshet/base/status.h"
#include "freshet/core/example_block.h"

namespace freshet {

/// Stable words for what can be wrong with a line.
enum class Reason : uint8_t {
  number,
  range,
  label,
  bar,
  namespace_,
  index,
  duplicate,
  columns,
  quote,
  utf8,
  control,
  json,
  long_,
  truncated,
  compressed,
  decision
};

/// One bad line. Columns count bytes, from 1.
struct Bad {
  uint64_t line;
  uint32_t column;
  Reason reason;
  Status why;
};

/// What one call did: bytes used of the window, entries written to `bad`.
struct Read {
  std::size_t used = 0, bad = 0;
};

class LineReader {
 public:
  virtual ~LineReader() = default;
  /// Whole lines of `window` go into `out` until it is full (its reader's own limits), `bad` is
  /// full, or none is left. `last`: a line without '\n' at the end counts too.  REQUIRES: 64
  /// readable bytes behind the window.
  virtual Read read(std::span<const char> window, bool last, ExampleBlock& out,
                    std::span<Bad> bad) noexcept = 0;
  /// The number of the next line, from 1.
  virtual uint64_t next_line() const noexcept = 0;
};

}  // namespace freshet
