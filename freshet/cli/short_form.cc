#include "freshet/cli/short_form.h"

#include <array>

#include <sys/stat.h>

#include "freshet/cli/arguments.h"
#include "freshet/cli/help.h"
#include "freshet/cli/predict_options.h"
#include "freshet/cli/train_options.h"
#include "freshet/core/learner.h"
#include "freshet/core/registry.h"
#include "freshet/core/transformer.h"
#include "freshet/runtime/catalog.h"

namespace freshet {
namespace {

struct ShortOptions {
  StreamOptions stream;
  ModelFiles files;
  PredictFlags predict;
};
template <auto Member>
struct StreamPart;
template <class T, T StreamOptions::* Member>
struct StreamPart<Member> {
  static void* address(void* options) noexcept {
    return &(static_cast<ShortOptions*>(options)->stream.*Member);
  }
};
constexpr std::array kGroups{
    group<&ShortOptions::files>("model", kModelFiles),
    group<&ShortOptions::predict>("predictions", kPredictFlags),
    OptionGroup{"data", kDataOptions, &StreamPart<&StreamOptions::data>::address},
    OptionGroup{"columns", kColumnOptions, &StreamPart<&StreamOptions::columns>::address},
    OptionGroup{"evaluation", kEvaluationFlags, &StreamPart<&StreamOptions::evaluation>::address},
    OptionGroup{"all commands", kCommonOptions, &StreamPart<&StreamOptions::common>::address},
};
constexpr std::array<std::string_view, 2> kExamples{
    "freshet logistic -d x.csv -f m.frsh  # trains, goes on from m.frsh if it is there",
    "freshet logistic -d x.csv -i m.frsh -p out.txt  # predicts",
};

bool is_there(const std::string& path) noexcept {
  struct stat about{};
  return stat(path.c_str(), &about) == 0;
}

int run(const ShortOptions& options, std::span<const std::string_view> words, Console& console) {
  if (!options.predict.out.empty()) {
    if (options.files.start.empty()) {
      console.error("-p needs a model to predict with: -i MODEL");
      return kWrongInput;
    }
    return predict(
        {options.stream.data, options.stream.columns, options.predict, options.stream.common},
        options.files.start, console);
  }
  ModelFiles files = options.files;
  if (files.start.empty() && !files.model.empty() && is_there(std::string(files.model)))
    files.start = files.model;
  return train(options.stream, files, words[0], console);
}

constinit const Command kShortForm{"LEARNER",
                                   "Trains or predicts, the short form.",
                                   "-d DATA -f MODEL | -d DATA -i MODEL -p OUT",
                                   kExamples,
                                   {"LEARNER", "a model, such as logistic", 1, 1},
                                   kGroups,
                                   sizeof(ShortOptions),
                                   &command_defaults<ShortOptions>,
                                   &run_with<ShortOptions, &run>};

}  // namespace

bool begins_short_form(std::string_view word) noexcept {
  const std::string_view name = word.substr(0, word.find_first_of(" (|"));
  const Registry registry = catalog();
  return find_entry(registry.learners, name) != nullptr ||
         find_entry(registry.transforms, name) != nullptr;
}

int run_short_form(std::span<const std::string> args, Console& console) noexcept {
  Result<Arguments> arguments = Arguments::parse(kShortForm, args);
  if (!arguments.ok()) return console.fail(arguments.status());
  const auto& options = *static_cast<const ShortOptions*>(arguments->options());
  console.set_up(options.stream.common);
  if (options.stream.common.help) {
    console.print(command_help(kShortForm));
    return kDone;
  }
  return kShortForm.run(arguments->options(), arguments->words(), console);
}

}  // namespace freshet
