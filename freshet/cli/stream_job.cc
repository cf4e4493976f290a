#include "freshet/cli/stream_job.h"

#include <algorithm>
#include <cmath>

#include "freshet/base/failure.h"
#include "freshet/cli/data_options.h"
#include "freshet/cli/output_file.h"
#include "freshet/cli/plain_text.h"
#include "freshet/cli/report.h"
#include "freshet/cli/spec_argument.h"
#include "freshet/core/label_map.h"
#include "freshet/runtime/catalog.h"
#include "freshet/runtime/clock.h"

namespace freshet {
namespace {

constexpr uint64_t kCurvePoints = 1000;  // a point for so many examples, where --every doesn't say

// Three significant digits, in groups of three: "1,120,000".
std::string grouped(double value) {
  if (!(value < 1e15)) return human(value, 3);
  double unit = 1;
  while (value / unit >= 1000)
    unit *= 10;
  std::string text = std::to_string(static_cast<uint64_t>(std::round(value / unit) * unit));
  for (std::size_t k = text.size(); k > 3; k -= 3)
    text.insert(k - 3, ",");
  return text;
}

}  // namespace

StreamJob::StreamJob(const StreamOptions& options, StoredModel& model, Console& console) noexcept
    : options_(options), model_(model), console_(console), every_(options.evaluation.every) {
  if (every_ == 0 && !options.evaluation.curve.empty()) every_ = kCurvePoints;
}

Status StreamJob::prepare() noexcept {
  EvaluationOptions how;
  const EvaluationFlags& flags = options_.evaluation;
  if (!flags.curve.empty()) FRESHET_TRY(check_output(std::string(flags.curve)));
  how.metrics.assign(flags.metrics.begin(), flags.metrics.end());
  for (const std::string_view rival : flags.vs) {
    FRESHET_TRY_ASSIGN(std::string spec, spec_text(rival));
    how.rivals.push_back(std::move(spec));
  }
  how.window = flags.window;
  how.fading = flags.fading;
  how.seed = options_.common.seed;
  FRESHET_TRY_ASSIGN(evaluation_, Evaluation::make(model_.learner->label(), how, catalog()));
  FRESHET_TRY_ASSIGN(reading_, reader_options(options_.data, options_.columns, model_, true));
  if (flags.delay > 0) {
    Delay delay;
    if (options_.columns.time.empty()) {
      if (flags.delay != std::floor(flags.delay)) {
        return {Code::invalid_argument,
                "--delay: a whole number of examples, or use --time COLUMN"};
      }
      delay.amount = static_cast<int64_t>(flags.delay);
    } else {
      delay.unit = Delay::Unit::time;
      const double us = flags.delay * static_cast<double>(time_unit_us(options_.columns.time_unit));
      if (us > 9e18) return {Code::invalid_argument, "--delay: more than 292,000 years"};
      delay.amount = static_cast<int64_t>(us);
    }
    delayed_.emplace(*model_.learner, *evaluation_, delay);
  }
  return {};
}

Status StreamJob::open_pass() noexcept {
  FRESHET_TRY_ASSIGN(InputOptions what, input_options(options_.data));
  if (what.format.empty()) what.format = model_.input_format;
  // One thread learns, a second reads, more help it.
  what.helpers = std::max(threads_of(options_.common), 2u) - 2;
  FRESHET_TRY_ASSIGN(input_, Input::open(std::move(what), reading_, *model_.schema));
  const std::string_view format = input_->format().name;
  const bool has_columns = format != "vw" && format != "sparse" && format != "svmlight";
  if (delayed_ && !options_.columns.time.empty() && !has_columns)
    return failure(Code::invalid_argument,
                   "--time " + std::string(options_.columns.time) + ": " + std::string(format) +
                       " text has no columns; leave it out, and --delay counts examples");
  remember(*input_, reading_, model_);
  catch_interrupts([](void* self) noexcept { static_cast<Input*>(self)->stop(); }, input_.get());
  return {};
}

Status StreamJob::run() noexcept {
  FRESHET_TRY(prepare());
  begin_ns_ = steady_ns();
  for (uint32_t pass = 0; pass < options_.data.passes && !is_interrupted_ && !is_full_; ++pass) {
    if (pass > 0) model_.learner->end_pass();
    FRESHET_TRY(open_pass());
    BlockStream blocks(*input_, *model_.schema, threads_of(options_.common) > 1,
                       options_.data.limit == 0 ? 0 : options_.data.limit - examples_);
    while (!is_interrupted_ && !is_full_) {
      FRESHET_TRY_ASSIGN(item_, blocks.next());
      if (item_ == nullptr) break;
      FRESHET_TRY(learn_block(item_->block));
      after_block();
    }
    item_ = nullptr;
    blocks.finish();
    is_interrupted_ = is_interrupted_ || was_interrupted();
  }
  if (delayed_) FRESHET_TRY(delayed_->finish());
  seconds_ = static_cast<double>(steady_ns() - begin_ns_) * 1e-9;
  model_.examples += examples_;
  console_.clear_progress();
  if (every_ != 0 && (curve_.empty() || curve_.back().examples != examples_)) take_point();
  return {};
}

Status StreamJob::place(const Status& status, const ExampleBlock& block,
                        uint32_t k) const noexcept {
  return failure(status.code(), item_->source + ":" + std::to_string(block.line(k)) + ": " +
                                    std::string(status.text()));
}

Status StreamJob::learn_decisions(const ExampleBlock& block) noexcept {
  for (const ExampleBlock::Choice& choice : block.decisions()) {
    const Decision decision = block.decision(choice, actions_);
    if (decision.chosen < 0) {
      ++unlabelled_;
    } else if (const Status status = learn_decision(decision); !status.ok()) {
      return place(status, block, choice.first);
    }
    count_one();
    is_interrupted_ = was_interrupted();
    is_full_ = options_.data.limit != 0 && examples_ == options_.data.limit;
    if (is_interrupted_ || is_full_) break;
  }
  return {};
}

Status StreamJob::learn_decision(const Decision& decision) noexcept {
  if (delayed_) return delayed_->arrive_decision(decision);
  before_.assign(decision.actions.size(), 0);
  FRESHET_TRY(model_.learner->learn_decision(decision, before_));
  return evaluation_->observe_decision(decision, before_);
}

Status StreamJob::learn_block(const ExampleBlock& block) noexcept {
  if (!block.own_names)
    for (const ExampleBlock::Name& name : block.names)
      model_.names.add(name.feature, name.text);
  if (!block.decisions().empty()) return learn_decisions(block);
  const bool needs_label = model_.learner->label() != Label::none;
  find_positive();
  Example next;
  if (!block.empty()) next = block[0];
  for (uint32_t k = 0; k < block.size(); ++k) {
    const Example x = next;
    if (k + 1 < block.size()) {
      next = block[k + 1];
      model_.learner->prefetch(next);
    }
    if (needs_label && x.label.empty()) {
      ++unlabelled_;
    } else if (const Status status = learn_one(x); !status.ok()) {
      return place(status, block, k);
    }
    loss_report_.after(*model_.learner, x, before_, console_);
    count_one();
    is_interrupted_ = was_interrupted();  // the example in hand is finished
    is_full_ = options_.data.limit != 0 && examples_ == options_.data.limit;
    if (is_interrupted_ || is_full_) break;
  }
  return {};
}

Status StreamJob::learn_one(const Example& x) noexcept {
  if (delayed_) return delayed_->arrive(x);
  before_.resize(model_.learner->outputs());
  FRESHET_TRY(model_.learner->learn(x, before_));
  return evaluation_->observe(x, before_);
}

void StreamJob::count_one() noexcept {
  ++examples_;
  if (every_ != 0 && examples_ % every_ == 0) take_point();
  if (examples_ != next_report_) return;
  next_report_ *= 2;
  const bool has_own = model_.learner->progress() != nullptr;  // its lines say more
  if (!has_own && !console_.stderr_is_terminal() && !console_.is_quiet())
    console_.note(progress_line());
}

// The class that precision and its kind look for, as soon as it is known.
void StreamJob::find_positive() noexcept {
  const uint32_t classes = item_->classes;  // not those of blocks read ahead
  if (classes == classes_) return;
  classes_ = classes;
  uint32_t id = positive_class(*model_.schema);
  const std::string_view name = options_.evaluation.positive;
  if (!name.empty()) id = find_class(*model_.schema, name).value_or(kNone);
  if (id >= classes) id = name.empty() ? 1 : kNone;  // its class comes later
  evaluation_->set_positive(id);
}

void StreamJob::after_block() noexcept {
  if (console_.wants_progress()) console_.progress(progress_line());
}

void StreamJob::take_point() noexcept {
  CurvePoint point{examples_, {}, {}, model_.learner->bytes()};
  if (evaluation_->metrics() != 0) {
    for (std::size_t k = 0; k < evaluation_->contenders(); ++k) {
      const Score score = evaluation_->score(k, 0);
      point.all.push_back(score.all);
      point.window.push_back(score.window);
    }
  }
  if (options_.evaluation.every != 0) print_point(*evaluation_, point, console_);
  curve_.push_back(std::move(point));
}

// "1024 examples, 350,000/s, accuracy 0.87 (window 0.9), 12 s left"
std::string StreamJob::progress_line() const {
  const double seconds = static_cast<double>(steady_ns() - begin_ns_) * 1e-9;
  const double rate = static_cast<double>(examples_) / std::max(seconds, 1e-9);
  std::string text = std::to_string(examples_) + " examples, " + grouped(rate) + "/s";
  if (evaluation_->metrics() != 0) {
    const Score score = evaluation_->score(Evaluation::kModel, 0);
    text += ", " + std::string(evaluation_->metric_name(0)) + " " + human(score.all);
    if (options_.evaluation.window != 0) text += " (window " + human(score.window) + ")";
  }
  const uint64_t size = input_->size(), position = item_ == nullptr ? 0 : item_->position;
  if (console_.stderr_is_terminal() && size != 0 && position != 0 && options_.data.limit == 0) {
    const double left = seconds * (static_cast<double>(size) - static_cast<double>(position)) /
                        static_cast<double>(position);
    text += ", " + human(std::ceil(left), 3) + " s left";
  }
  return text;
}

}  // namespace freshet
