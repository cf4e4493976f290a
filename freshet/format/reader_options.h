#pragma once
/// How text is read: the options that formats share, filled from the command line, a model file or
/// a request.

#include <cstdint>
#include <string>
#include <vector>

namespace freshet {

class Schema;

/// What a label is to the learner.
enum class Target : uint8_t { none, number, one_class };

/// Microseconds of one unit of the time column.
enum class TimeUnit : uint8_t { s, ms, us };
constexpr int64_t time_unit_us(TimeUnit unit) noexcept {
  return unit == TimeUnit::s ? 1'000'000 : unit == TimeUnit::ms ? 1'000 : 1;
}

struct ReaderOptions {
  Target label = Target::number;
  bool binary = false;   // a learner with one output: core/label_map.h
  bool learning = true;  // false: the schema never grows, unknown names are dropped

  // Columns, by name.
  std::string target;  // empty: the last column
  std::string weight, time, id, vector;
  TimeUnit time_unit = TimeUnit::s;
  std::vector<std::string> nominal, numeric, text, ignore, missing;
  char delimiter = ',';
  bool has_header = true;
  bool strict_columns = false;
};

}  // namespace freshet
