#pragma once
/// Option groups that commands share.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "freshet/cli/command.h"
#include "freshet/core/options.h"
#include "freshet/format/reader_options.h"

namespace freshet {

enum class Colour : uint8_t { when_terminal, always, never };
inline constexpr std::array<std::string_view, 3> kColourNames{"auto", "always", "never"};

/// Every command has these.
struct CommonOptions {
  bool json = false, quiet = false, help = false;
  Colour color = Colour::when_terminal;
  uint32_t threads = 0;
  uint32_t seed = 0;
};
inline constexpr std::array kCommonOptions{
    option<&CommonOptions::json>("json", "Results as JSON on stdout, one object or one a line."),
    option<&CommonOptions::quiet>("quiet|q", "No progress and no notices, errors only."),
    option<&CommonOptions::color>("color", "Colours on the terminal.", kColourNames),
    option<&CommonOptions::threads>(
        "threads", "Threads to use, 0: as the cores allow; results never depend on it.", 0, 1024),
    option<&CommonOptions::seed>("seed", "Default of every seed option.", 0, 4294967295.0),
    option<&CommonOptions::help>("help|h", "Shows this."),
};

enum class OnBadLine : uint8_t { stop, skip };
inline constexpr std::array<std::string_view, 2> kOnBadLineNames{"stop", "skip"};

/// What is read.
struct DataOptions {
  std::string_view data, format, cache;
  bool follow = false;
  uint32_t passes = 1;
  uint64_t limit = 0;
  uint64_t max_line = 16u << 20;
  uint64_t max_window = uint64_t{128} << 20;
  OnBadLine on_bad_line = OnBadLine::stop;
  std::string_view hash;
  uint32_t hash_seed = 0;
  bool keep_names = false;
  bool zero_based = false;
  uint32_t features = 0;
};
inline constexpr std::array kDataOptions{
    option<&DataOptions::data>(
        "data|d", "A file, '-' (standard input) or a glob; gzip, zstd, lz4 by content."),
    option<&DataOptions::format>("format",
                                 "A format by name; else told by the ending or the first line."),
    option<&DataOptions::cache>("cache", "A file of blocks: written at first, read the next time."),
    option<&DataOptions::follow>("follow", "Wait at the file's end for more, until Ctrl-C."),
    option<&DataOptions::passes>("passes", "How often the data is gone through.", 1, 1e6),
    option<&DataOptions::limit>("limit", "At most so many examples; 0: all.", 0, 1e18),
    option<&DataOptions::max_line>("max_line", "Longest line or record; 256 KiB are always read.",
                                   262144, 1073741824, "bytes"),
    option<&DataOptions::max_window>("max_window", "Memory that a zstd file may ask for.", 1024,
                                     2147483648.0, "bytes"),
    option<&DataOptions::on_bad_line>(
        "on_bad_line", "Stop at a line that can't be read, or skip and count it.", kOnBadLineNames),
    option<&DataOptions::hash>(
        "hash", "VW text: strings (names of digits are numbers), or all; else the model's."),
    option<&DataOptions::hash_seed>("hash_seed", "VW text: seed of namespaces' hashes.", 0,
                                    4294967295.0),
    option<&DataOptions::keep_names>(
        "keep_names", "VW text: the model keeps the names of features, for inspect; slower."),
    option<&DataOptions::zero_based>("zero_based", "svmlight: the first feature is 0, not 1."),
    option<&DataOptions::features>(
        "features",
        "Sparse lines, svmlight: vectors of so many numbers, absent ones are 0; 0: absent.", 0,
        65536),
};

inline constexpr std::array<std::string_view, 3> kTimeUnitNames{"s", "ms", "us"};

/// What the columns of a table are.
struct ColumnOptions {
  std::string_view target, weight, time, id, vector;
  TimeUnit time_unit = TimeUnit::s;
  std::span<const std::string_view> nominal, numeric, text, ignore, missing;
  std::string_view delimiter;
  bool no_header = false, strict_columns = false;
};
inline constexpr std::array kColumnOptions{
    option<&ColumnOptions::target>("target",
                                   "The column to predict; else the model's, else the last."),
    option<&ColumnOptions::weight>("weight", "The column with each row's weight, at least 0."),
    option<&ColumnOptions::time>("time",
                                 "The column with each row's event time, a number or ISO 8601."),
    option<&ColumnOptions::time_unit>("time_unit", "Unit of a numeric time.", kTimeUnitNames),
    option<&ColumnOptions::id>("id", "The column printed behind each prediction."),
    option<&ColumnOptions::vector>(
        "vector", "A column of numbers separated by commas: features C[0], C[1] ..."),
    option<&ColumnOptions::nominal>("nominal",
                                    "Columns of categories, though they look like numbers."),
    option<&ColumnOptions::numeric>("numeric", "Columns of numbers."),
    option<&ColumnOptions::text>("text", "Columns of raw text, for text transforms."),
    option<&ColumnOptions::ignore>("ignore", "Columns that are no features."),
    option<&ColumnOptions::missing>(
        "missing", "Words that mean a cell is missing; the empty cell always does."),
    option<&ColumnOptions::delimiter>("delimiter", "Between fields: one character, or 'tab'."),
    option<&ColumnOptions::no_header>("no_header",
                                      "The first record is data; columns are called 1, 2, ..."),
    option<&ColumnOptions::strict_columns>(
        "strict_columns", "A column that the model doesn't know, or lacks, is an error."),
};

/// How a stream is scored.
struct EvaluationFlags {
  std::span<const std::string_view> metrics, vs;
  uint64_t every = 0;
  uint32_t window = 1000;
  double fading = .999;
  double delay = 0;
  std::string_view positive, curve;
};
inline constexpr std::array kEvaluationFlags{
    option<&EvaluationFlags::metrics>("metrics",
                                      "Metrics by name, or none; else those of the task."),
    option<&EvaluationFlags::every>("every", "A line for every so many examples.", 0, 1e18),
    option<&EvaluationFlags::window>("window", "Also scored: the last so many examples; 0: not.", 0,
                                     1e7),
    option<&EvaluationFlags::fading>("fading", "Also scored: all, faded by this factor; 0: not.", 0,
                                     0.9999999),
    option<&EvaluationFlags::delay>(
        "delay", "Labels come so many examples (with --time: units of it) later.", 0, 1e15),
    option<&EvaluationFlags::vs>(
        "vs", "Another model on the same stream, with McNemar's test; repeatable."),
    option<&EvaluationFlags::positive>("positive",
                                       "The class that precision, recall, f1 and auc look for."),
    option<&EvaluationFlags::curve>("curve", "The lines of --every as .csv, or drawn as .svg."),
};

}  // namespace freshet
