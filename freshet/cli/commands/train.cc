/// `freshet train SPEC -d DATA [-i START] -f MODEL`: learns from data in order and writes the model.

#include <array>

#include "freshet/base/failure.h"
#include "freshet/cli/command.h"
#include "freshet/cli/output_file.h"
#include "freshet/cli/report.h"
#include "freshet/cli/spec_argument.h"
#include "freshet/cli/train_options.h"
#include "freshet/core/spec.h"
#include "freshet/runtime/catalog.h"

namespace freshet {
namespace {

// The parts of `stream` are groups of their own.
template <auto Member>
struct StreamPart;
template <class T, T StreamOptions::* Member>
struct StreamPart<Member> {
  static void* address(void* options) noexcept {
    return &(static_cast<TrainOptions*>(options)->stream.*Member);
  }
};
constexpr std::array kGroups{
    group<&TrainOptions::files>("model", kModelFiles),
    OptionGroup{"data", kDataOptions, &StreamPart<&StreamOptions::data>::address},
    OptionGroup{"columns", kColumnOptions, &StreamPart<&StreamOptions::columns>::address},
    OptionGroup{"evaluation", kEvaluationFlags, &StreamPart<&StreamOptions::evaluation>::address},
    OptionGroup{"all commands", kCommonOptions, &StreamPart<&StreamOptions::common>::address},
};
constexpr std::array<std::string_view, 3> kExamples{
    "freshet train 'scale | logistic' -d data/phishing.csv.gz -f m.frsh  # learns, and writes "
    "m.frsh",
    "freshet train -i m.frsh -d more.csv -f m.frsh  # goes on where it was",
    "zcat x.csv.gz | freshet train linear -d - --format csv --target price -f m.frsh  # from a "
    "pipe",
};

// The model to go on with.
Result<StoredModel> make_model(const StreamOptions& stream, const ModelFiles& files,
                               std::string_view word) noexcept {
  if (files.start.empty()) {
    if (word.empty())
      return {Code::invalid_argument, "train: no model: name a SPEC, or -i MODEL to go on from"};
    StoredModel model;
    FRESHET_TRY_ASSIGN(const std::string spec, spec_text(word));
    FRESHET_TRY_ASSIGN(model.learner, make_learner(spec, catalog(), stream.common.seed));
    model.schema = std::make_unique<Schema>();
    return model;
  }
  FRESHET_TRY_ASSIGN(StoredModel model, load_model(std::string(files.start)));
  if (word.empty()) return model;
  FRESHET_TRY_ASSIGN(const std::string spec, spec_text(word));
  FRESHET_TRY_ASSIGN(const std::unique_ptr<Learner> asked,
                     make_learner(spec, catalog(), stream.common.seed));
  if (spec_of(*asked) != spec_of(*model.learner)) {
    return failure(Code::invalid_argument,
                   std::string(files.start) + ": is " + spec_of(*model.learner) + ", not " +
                       spec_of(*asked) + "; leave the spec out to go on with the file's");
  }
  return model;
}

int run(const TrainOptions& options, std::span<const std::string_view> words, Console& console) {
  return train(options.stream, options.files, words.empty() ? std::string_view() : words[0],
               console);
}

}  // namespace

int train(const StreamOptions& stream, const ModelFiles& files, std::string_view spec,
          Console& console) {
  Result<StoredModel> model = make_model(stream, files, spec);
  if (!model.ok()) return console.fail(model.status());
  if (files.model.empty()) {
    console.error(
        "train: no model file to write: -f MODEL (freshet eval scores without writing one)");
    return kWrongInput;
  }
  const std::string path(files.model);
  if (const Status status = check_output(path); !status.ok()) return console.fail(status);
  StreamJob job(stream, *model, console);
  if (const Status status = job.run(); !status.ok()) return console.fail(status);
  if (const Status status = save_model(path, *model); !status.ok()) return console.fail(status);
  if (!stream.evaluation.curve.empty()) {
    const Status status = write_curve(job, std::string(stream.evaluation.curve));
    if (!status.ok()) return console.fail(status);
  }
  print_report(job, path, console);
  return job.is_interrupted() ? kInterrupted : kDone;
}

extern const Command train_command;
constinit const Command train_command{
    "train",
    "Learns from data in order and writes the model; scores it on the way.",
    "[SPEC] -d DATA -f MODEL [options]",
    kExamples,
    {"SPEC", "a model, such as 'scale | logistic' (freshet list learners)", 0, 1},
    kGroups,
    sizeof(TrainOptions),
    &command_defaults<TrainOptions>,
    &run_with<TrainOptions, &run>};

}  // namespace freshet
