#pragma once
/// What every text format is: whole lines of bytes in, examples out. One virtual call per window,
/// never per line.
///
/// Who feeds a reader calls begin() until it is ready, then read() until the text is used up. A
/// reader keeps no bytes between calls: what it has not used comes again, at the front of the next
/// window.
///
/// Where lines don't depend on those before them a text can be read in pieces on several threads: the
/// reader makes helpers, each reads pieces of whole lines, and the reader takes over what they give, in
/// the order of the text. A helper never decides for all: what only the reader may do, such as naming
/// a new class, is a bad line to it, and a piece in which a helper has met a bad line is read by the
/// reader itself.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

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
inline constexpr std::size_t kReasons = 16;

/// "number", "namespace", "long" ...
std::string_view reason_name(Reason reason) noexcept;

/// One bad line: what was expected where, and what stood there. Columns count bytes, from 1.
/// The views are borrowed from the reader and its window, until the next call.
struct Bad {
  uint64_t line = 0;
  uint32_t column = 0;
  Reason reason = Reason::number;
  Status why;                          // "expected a number"; static text
  std::string_view name;               // of the column: `for "price"`
  std::string_view found;              // `found "n/a"`
  std::string_view option;             // "--missing": what would read it, followed by `found`
  uint32_t expected = 0, counted = 0;  // Reason::columns: "expected 9 fields, found 8"
  bool is_fatal = false;               // nothing behind it can be read, whatever --on-bad-line says
};

/// What one call did: bytes used of the window, entries written to `bad`. Nothing used and nothing
/// bad: the window must be longer.
struct Read {
  std::size_t used = 0, bad = 0;
};

/// A reader's answer to the beginning of its text.
enum class Begin : uint8_t { ready, more, failed };

class LineReader {
 public:
  /// What a reader counts beside lines. Tags: of VW text, those of all lines, and numbers without a
  /// label.
  struct Counts {
    uint64_t zeros = 0, tags = 0, number_tags = 0;
  };

  /// A block is full at the first of these.
  static constexpr uint32_t kBlockExamples = 1024;
  static constexpr std::size_t kBlockFeatures = 65536;

  virtual ~LineReader() = default;
  /// Looks at the beginning of the text: a header, kinds of columns. Uses no bytes. `more`: call
  /// again with a longer window, at most 1 MiB or the whole text. `failed`: `bad` says why, and the
  /// text can't be read at all.  REQUIRES: 64 readable bytes behind the window.
  virtual Begin begin(std::span<const char> window, bool last, Bad& bad) noexcept;
  /// Whole lines of `window` go into `out` until it is full, `bad` is full, or none is left.
  /// `last`: a line without '\n' at the end counts too.  REQUIRES: begin() was ready; 64 readable
  /// bytes behind the window.
  virtual Read read(std::span<const char> window, bool last, ExampleBlock& out,
                    std::span<Bad> bad) noexcept = 0;
  /// The number of the next line, from 1.
  virtual uint64_t next_line() const noexcept = 0;
  /// So many lines go by without it: one is too long, or a helper has read them.
  virtual void skip_lines(uint64_t count) noexcept = 0;
  /// Another file of the same kind begins: line 1, the columns may stand in another order.
  virtual void restart() noexcept = 0;
  /// The text has ended, and all of it was read.
  virtual void end() noexcept {}
  /// One that reads pieces of this text beside this reader, on any thread; borrows the schema as this
  /// one does. Null: this text is read by one thread.
  virtual std::unique_ptr<LineReader> helper() const noexcept { return nullptr; }
  /// What it has counted since the last call, which it forgets.
  virtual Counts give_counts() noexcept { return {}; }
  /// Takes over what a helper has made of the next lines; names that are known go from the blocks.
  virtual void adopt(const Counts&, std::span<ExampleBlock>) noexcept {}
  /// The column that labels come from; empty: the format has no columns, or none is a label.
  virtual std::string_view target() const noexcept { return {}; }
  /// Features of value 0 that were left out, because absent and 0 are the same in this format.
  virtual uint64_t zeros() const noexcept { return 0; }
  /// Bytes that one example may have where a line may have `max_line`: more if it is many lines.
  virtual std::size_t longest_example(std::size_t max_line) const noexcept { return max_line; }
  /// Blocks: the format of the text that they were made from. Else empty.
  virtual std::string_view made_from() const noexcept { return {}; }
  /// What a person should know about how the text is read, once: "reads column \"up\" as target".
  virtual std::span<const std::string> notices() const noexcept { return {}; }
};

/// Key of the one group of a row's features, where a format has no groups: VW's default namespace.
inline constexpr uint32_t kRowGroup = ' ';

/// Another example may go into the block, and another bad line be told.
inline bool has_room(const ExampleBlock& out, const Read& done, std::span<const Bad> bad) noexcept {
  return out.size() < LineReader::kBlockExamples &&
         out.feature_count() < LineReader::kBlockFeatures && done.bad < bad.size();
}

}  // namespace freshet
