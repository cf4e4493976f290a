/// `freshet eval SPEC -d DATA`: prequential evaluation, without writing a model.

#include <array>

#include "freshet/cli/command.h"
#include "freshet/cli/console.h"
#include "freshet/cli/report.h"
#include "freshet/cli/spec_argument.h"
#include "freshet/cli/stream_job.h"
#include "freshet/core/spec.h"
#include "freshet/runtime/catalog.h"

namespace freshet {
namespace {

constexpr std::array kGroups{
    group<&StreamOptions::data>("data", kDataOptions),
    group<&StreamOptions::columns>("columns", kColumnOptions),
    group<&StreamOptions::evaluation>("evaluation", kEvaluationFlags),
    group<&StreamOptions::common>("all commands", kCommonOptions),
};
constexpr std::array<std::string_view, 3> kExamples{
    "freshet eval 'scale | logistic(learning_rate=0.005)' -d data/phishing.csv.gz  # one pass, "
    "test then train",
    "freshet eval 'scale | logistic' -d x.csv --metrics accuracy,f1 --every 1000  # a line per "
    "1,000 rows",
    "freshet eval 'scale | linear' -d x.csv --delay 3 --time day --vs mean --curve x.svg  # late "
    "labels, drawn",
};

Status evaluate(const StreamOptions& options, std::string_view word, StoredModel& model,
                StreamJob& job) noexcept {
  FRESHET_TRY_ASSIGN(const std::string spec, spec_text(word));
  FRESHET_TRY_ASSIGN(model.learner, make_learner(spec, catalog(), options.common.seed));
  model.schema = std::make_unique<Schema>();
  return job.run();
}

int run(const StreamOptions& options, std::span<const std::string_view> words, Console& console) {
  StoredModel model;
  StreamJob job(options, model, console);
  if (const Status status = evaluate(options, words[0], model, job); !status.ok())
    return console.fail(status);
  if (!options.evaluation.curve.empty()) {
    const Status status = write_curve(job, std::string(options.evaluation.curve));
    if (!status.ok()) return console.fail(status);
  }
  print_report(job, {}, console);
  return job.is_interrupted() ? kInterrupted : kDone;
}

}  // namespace

extern const Command eval_command;
constinit const Command eval_command{
    "eval",
    "Scores a model on a stream, each example before it is learned.",
    "SPEC -d DATA [options]",
    kExamples,
    {"SPEC", "a model, such as 'scale | logistic' (freshet list learners)", 1, 1},
    kGroups,
    sizeof(StreamOptions),
    &command_defaults<StreamOptions>,
    &run_with<StreamOptions, &run>};

}  // namespace freshet
