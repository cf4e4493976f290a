#include "freshet/cli/data_options.h"

#include "freshet/base/failure.h"

namespace freshet {
namespace {

std::vector<std::string> list(std::span<const std::string_view> texts) {
  return {texts.begin(), texts.end()};
}

Target target_of(const Learner& learner) noexcept {
  switch (learner.label()) {
    case Label::number:
    case Label::numbers:
      return Target::number;
    case Label::one_class:
    case Label::classes:
      return Target::one_class;
    default:
      return Target::none;
  }
}

}  // namespace

Result<InputOptions> input_options(const DataOptions& options) noexcept {
  if (options.data.empty()) {
    return {Code::invalid_argument,
            "no data: -d FILE, or -d - for standard input (freshet help formats)"};
  }
  InputOptions input;
  input.data = options.data;
  input.format = options.format;
  input.skip_bad_lines = options.on_bad_line == OnBadLine::skip;
  input.max_line = options.max_line;
  if (options.passes > 1 && options.data == "-") {
    return {Code::invalid_argument,
            "--passes: standard input can be read once only; write it to a file first"};
  }
  return input;
}

Result<ReaderOptions> reader_options(const ColumnOptions& options, const Learner& learner,
                                     bool learning) noexcept {
  ReaderOptions reading;
  reading.label = target_of(learner);
  reading.binary = (learner.traits() & kBinary) != 0;
  reading.learning = learning;
  reading.target = options.target;
  reading.weight = options.weight;
  reading.time = options.time;
  reading.time_unit = options.time_unit;
  reading.id = options.id;
  reading.vector = options.vector;
  reading.nominal = list(options.nominal);
  reading.numeric = list(options.numeric);
  reading.text = list(options.text);
  reading.ignore = list(options.ignore);
  reading.missing = list(options.missing);
  reading.has_header = !options.no_header;
  reading.strict_columns = options.strict_columns;
  if (options.delimiter == "tab" || options.delimiter == "\\t") {
    reading.delimiter = '\t';
  } else if (options.delimiter.size() == 1) {
    reading.delimiter = options.delimiter[0];
  } else if (!options.delimiter.empty()) {
    return failure(Code::invalid_argument,
                   "--delimiter " + std::string(options.delimiter) + ": one character, or tab");
  }
  return reading;
}

}  // namespace freshet
