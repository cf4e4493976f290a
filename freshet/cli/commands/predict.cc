/// `freshet predict MODEL -d DATA [-p OUT]`: one prediction a line, in input order.

#include <array>

#include "freshet/base/chars.h"
#include "freshet/base/failure.h"
#include "freshet/cli/command.h"
#include "freshet/cli/data_options.h"
#include "freshet/cli/json_text.h"
#include "freshet/cli/model_io.h"
#include "freshet/cli/output_file.h"
#include "freshet/cli/predict_options.h"

namespace freshet {
namespace {

constexpr std::array kGroups{
    group<&PredictOptions::predict>("predictions", kPredictFlags),
    group<&PredictOptions::data>("data", kDataOptions),
    group<&PredictOptions::columns>("columns", kColumnOptions),
    group<&PredictOptions::common>("all commands", kCommonOptions),
};
constexpr std::array<std::string_view, 2> kExamples{
    "freshet predict m.frsh -d new.csv -p predictions.txt  # a number or a class for each row",
    "freshet predict m.frsh -d new.csv --id key --probabilities --json  # a JSON object for each "
    "row",
};

// How one model's predictions are written.
class Lines {
 public:
  Lines(const StoredModel& model, bool probabilities, bool json) noexcept
      : learner_(*model.learner),
        schema_(*model.schema),
        probabilities_(probabilities),
        json_(json) {}

  std::string line(const Example& x, std::string_view id) {
    out_.assign(learner_.outputs(), 0);
    learner_.predict(x, out_);
    const bool is_class = learner_.label() == Label::one_class;
    return (json_ ? json(is_class, id) : plain(is_class, id)) + "\n";
  }

  /// The probability of each action, in order.
  std::string line(const Decision& decision, std::string_view id) {
    out_.assign(decision.actions.size(), 0);
    learner_.predict_decision(decision, out_);
    return (json_ ? json(false, id) : plain(false, id)) + "\n";
  }

 private:
  bool is_binary() const noexcept { return (learner_.traits() & kBinary) != 0; }
  // P of class k.
  float probability(std::size_t k) const noexcept {
    return !is_binary() ? out_[k] : k == 1 ? out_[0] : 1 - out_[0];
  }
  std::size_t classes() const noexcept { return is_binary() ? 2 : out_.size(); }
  // The likeliest class, of equals the first; nothing before a class is known.
  std::string_view best() const noexcept {
    std::size_t best = 0;
    if (is_binary()) {
      best = out_[0] > .5f;
    } else {
      for (std::size_t k = 1; k < out_.size(); ++k)
        if (out_[k] > out_[best]) best = k;
    }
    return out_.empty() ? std::string_view() : schema_.class_name(static_cast<uint32_t>(best));
  }

  std::string plain(bool is_class, std::string_view id) const {
    std::string text;
    if (is_class && !probabilities_) {
      text = best().empty() ? "?" : best();
    } else {
      for (std::size_t k = 0; k < (is_class ? classes() : out_.size()); ++k) {
        if (k != 0) text += ' ';
        text += Digits(is_class ? probability(k) : out_[k]).text();
      }
    }
    if (!id.empty()) text += " " + std::string(id);
    return text;
  }

  std::string json(bool is_class, std::string_view id) const {
    JsonText json;
    json.begin_object();
    if (is_class) {
      json.key("prediction");
      if (best().empty())
        json.null();
      else
        json.text(best());
    } else if (out_.size() == 1) {
      json.key("prediction").number(shortest(out_[0]));
    } else {
      json.key("prediction").begin_array();
      for (const float value : out_)
        json.number(shortest(value));
      json.end_array();
    }
    if (is_class && probabilities_) {
      json.key("probabilities").begin_object();
      for (std::size_t k = 0; k < classes(); ++k) {
        const std::string_view name = schema_.class_name(static_cast<uint32_t>(k));
        if (!name.empty()) json.number(name, shortest(probability(k)));
      }
      json.end_object();
    }
    if (!id.empty()) json.text("id", id);
    return json.end_object().str();
  }
  // The double whose digits are the float's own.
  static double shortest(float value) noexcept {
    double wide = static_cast<double>(value);
    parse_all(Digits(value).text(), &wide);
    return wide;
  }

  const Learner& learner_;
  const Schema& schema_;
  const bool probabilities_, json_;
  std::vector<float> out_;
};

Status predict_all(const PredictOptions& options, StoredModel& model, Console& console) noexcept {
  FRESHET_TRY_ASSIGN(ReaderOptions reading,
                     reader_options(options.data, options.columns, model, false));
  FRESHET_TRY_ASSIGN(InputOptions what, input_options(options.data));
  if (what.format.empty()) what.format = model.input_format;
  what.helpers = threads_of(options.common) - 1;
  if (!model.input_format.empty() && what.format != model.input_format) {
    return failure(Code::invalid_argument,
                   "--format " + what.format + ": the model has learned from " +
                       model.input_format + ", whose features have other numbers");
  }
  FRESHET_TRY_ASSIGN(const std::unique_ptr<Input> input,
                     Input::open(std::move(what), std::move(reading), *model.schema));
  catch_interrupts([](void* self) noexcept { static_cast<Input*>(self)->stop(); }, input.get());
  FRESHET_TRY_ASSIGN(OutputFile out, OutputFile::open(std::string(options.predict.out), console));
  const bool to_stdout = OutputFile::is_stdout(options.predict.out);
  Lines lines(model, options.predict.probabilities, console.json());
  ExampleBlock block;
  std::vector<Example> actions;
  uint64_t count = 0;
  while (!was_interrupted() && (options.data.limit == 0 || count < options.data.limit)) {
    FRESHET_TRY_ASSIGN(const bool has_some, input->next(block));
    if (!has_some) break;
    for (const ExampleBlock::Choice& choice : block.decisions()) {
      if (options.data.limit != 0 && count == options.data.limit) break;
      FRESHET_TRY(out.write(lines.line(block.decision(choice, actions), block.id(choice.first))));
      ++count;
    }
    const bool has_rows = block.decisions().empty();
    for (uint32_t k = 0;
         has_rows && k < block.size() && (options.data.limit == 0 || count < options.data.limit);
         ++k, ++count) {
      FRESHET_TRY(out.write(lines.line(block[k], block.id(k))));
    }
    if (to_stdout && !console.flush()) return {Code::unavailable, "stdout can't be written"};
    if (console.wants_progress() && !to_stdout)
      console.progress(std::to_string(count) + " predictions");
  }
  console.clear_progress();
  const std::string bad = input->bad_lines().summary();
  if (!bad.empty()) console.error(std::string(input->source_name()) + ": " + bad);
  const bool may_end_so = options.data.follow || to_stdout;
  if (was_interrupted() && !may_end_so)
    return {Code::cancelled, "interrupted; no predictions were written"};
  return out.finish();
}

int run(const PredictOptions& options, std::span<const std::string_view> words, Console& console) {
  return predict(options, words[0], console);
}

}  // namespace

int predict(const PredictOptions& options, std::string_view path, Console& console) {
  Result<StoredModel> model = open_model(std::string(path));
  if (!model.ok()) return console.fail(model.status());
  const Status status = predict_all(options, *model, console);
  if (!status.ok()) return console.fail(status);
  return was_interrupted() ? kInterrupted : kDone;
}

extern const Command predict_command;
constinit const Command predict_command{
    "predict",
    "Predicts with a model file, one prediction a line, in input order.",
    "MODEL -d DATA [-p OUT] [options]",
    kExamples,
    {"MODEL", "a model file, written by train", 1, 1},
    kGroups,
    sizeof(PredictOptions),
    &command_defaults<PredictOptions>,
    &run_with<PredictOptions, &run>};

}  // namespace freshet
