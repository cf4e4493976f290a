#include "freshet/cli/data_options.h"

#include <sched.h>

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
      return Target::one_class;
    case Label::classes:
      return Target::classes;
    case Label::costs:
      return Target::costs;
    case Label::decision:
      return Target::decision;
    case Label::none:
      break;
  }
  return Target::none;
}

// VW's `initial` reaches those that add it; to all others it would be a feature like any.
bool takes_initial(const Learner& learner) noexcept {
  return learner.info().name == "vw" || learner.info().name == "ftrl";
}

// How names become numbers: the model's way, which a flag may repeat but not change.
Status hashing(const DataOptions& data, const StoredModel& model, ReaderOptions& reading) noexcept {
  if (!data.hash.empty() && data.hash != "strings" && data.hash != "all") {
    return failure(Code::invalid_argument, "--hash " + std::string(data.hash) + ": strings or all");
  }
  reading.keep_names = data.keep_names || !model.names.empty();  // once kept, kept on
  const bool is_new = model.input_format.empty();
  const bool is_vw = model.input_format == "vw", is_svmlight = model.input_format == "svmlight";
  if (is_vw && !data.hash.empty() && data.hash != model.input_hash) {
    return failure(Code::invalid_argument, "--hash " + std::string(data.hash) +
                                               ": the model has learned with --hash " +
                                               model.input_hash);
  }
  if (is_vw && data.hash_seed != 0 && data.hash_seed != model.input_hash_seed) {
    return failure(Code::invalid_argument, "--hash-seed " + std::to_string(data.hash_seed) +
                                               ": the model has learned with " +
                                               std::to_string(model.input_hash_seed));
  }
  if (is_svmlight && data.zero_based && !model.input_zero_based) {
    return {Code::invalid_argument,
            "--zero-based: the model has learned from indices that begin at 1"};
  }
  const bool is_indexed = is_svmlight || model.input_format == "sparse";
  if (is_indexed && data.features != 0 && data.features != model.input_features) {
    const std::string learned = model.input_features == 0
                                    ? "sparse features, without it"
                                    : "--features " + std::to_string(model.input_features);
    return failure(Code::invalid_argument, "--features " + std::to_string(data.features) +
                                               ": the model has learned from " + learned);
  }
  const std::string_view hash = is_new ? data.hash : model.input_hash;
  reading.hash = hash == "all" ? NameHash::all : NameHash::strings;
  reading.hash_seed = is_new ? data.hash_seed : model.input_hash_seed;
  reading.zero_based = is_new ? data.zero_based : model.input_zero_based;
  reading.features = is_new ? data.features : model.input_features;
  return {};
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
  input.max_window = options.max_window;
  input.follow = options.follow;
  input.cache = options.cache;
  if (options.follow && options.passes > 1)
    return {Code::invalid_argument, "--passes: what is followed has no end to begin again from"};
  if (options.passes > 1 && options.data == "-") {
    return {Code::invalid_argument,
            "--passes: standard input can be read once only; write it to a file first"};
  }
  return input;
}

Result<ReaderOptions> reader_options(const DataOptions& data, const ColumnOptions& options,
                                     const StoredModel& model, bool learning) noexcept {
  const Learner& learner = *model.learner;
  ReaderOptions reading;
  reading.label = target_of(learner);
  reading.binary = (learner.traits() & kBinary) != 0;
  reading.learning = learning;
  reading.wants_initial = takes_initial(learner);
  FRESHET_TRY(hashing(data, model, reading));
  reading.target = options.target;
  if (reading.target.empty()) reading.target = model.input_target;
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

uint32_t threads_of(const CommonOptions& options) noexcept {
  if (options.threads != 0) return options.threads;
  cpu_set_t cores;
  return sched_getaffinity(0, sizeof(cores), &cores) == 0 ? static_cast<uint32_t>(CPU_COUNT(&cores))
                                                          : 1;
}

void remember(const Input& input, const ReaderOptions& reading, StoredModel& model) {
  model.input_format = input.format().name;
  if (!input.target().empty()) model.input_target = input.target();
  model.input_hash = reading.hash == NameHash::all ? "all" : "strings";
  model.input_hash_seed = reading.hash_seed;
  model.input_zero_based = reading.zero_based;
  model.input_features = reading.features;
}

}  // namespace freshet
