#pragma once
/// How text is read: the options that formats share, filled from the command line, a model file or
/// a request.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace freshet {

class Schema;

/// What a label is to the learner. Classes and costs are for VW text: `1,3,7` gives the ids of the
/// classes, `1:0.5 2:1` gives id, cost, id, cost. Decision: examples of several lines.
enum class Target : uint8_t { none, number, one_class, classes, costs, decision };
/// Written to files: never change.
constexpr std::string_view target_name(Target target) noexcept {
  constexpr std::string_view kNames[] = {"none", "number", "class", "classes", "costs", "decision"};
  return kNames[static_cast<std::size_t>(target)];
}

/// How VW text turns names into indices: names of digits only are numbers, or all are hashed.
enum class NameHash : uint8_t { strings, all };

/// Microseconds of one unit of the time column.
enum class TimeUnit : uint8_t { s, ms, us };
constexpr int64_t time_unit_us(TimeUnit unit) noexcept {
  return unit == TimeUnit::s ? 1'000'000 : unit == TimeUnit::ms ? 1'000 : 1;
}

struct ReaderOptions {
  Target label = Target::number;
  bool binary = false;   // a learner with one output: core/label_map.h
  bool learning = true;  // false: the schema never grows, unknown names are dropped

  // VW text, svmlight.
  NameHash hash = NameHash::strings;
  uint32_t hash_seed = 0;
  bool wants_initial =
      true;  // a label's third number becomes the group kInitialGroup (core/features.h); else it is dropped
  bool keep_names = false;  // VW text: the first name met of each hash goes into the blocks
  bool zero_based = false;  // svmlight: index 0 is the first feature
  // Sparse lines, svmlight: rows are vectors of so many numbers, what isn't there is 0; 0: they stay sparse.
  uint32_t features = 0;

  // Columns, by name.
  std::string target;  // empty: the last column
  std::string weight, time, id, vector;
  TimeUnit time_unit = TimeUnit::s;
  std::vector<std::string> nominal, numeric, text, ignore, missing;
  char delimiter = ',';
  bool has_header = true;
  uint32_t sample = 100;  // records that kinds of columns are told by
  bool strict_columns = false;
};

}  // namespace freshet
