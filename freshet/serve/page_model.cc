#include "freshet/serve/page_model.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include <boost/json.hpp>
#include <unistd.h>

#include "freshet/base/version.h"
#include "freshet/core/learner.h"
#include "freshet/net/event_hub.h"
#include "freshet/runtime/clock.h"
#include "freshet/serve/hosted_model.h"

namespace freshet {
namespace {

namespace json = boost::json;

constexpr std::size_t kKept = 20;  // surprises and errors
constexpr int64_t kBehindUs = 5'000'000;
constexpr int64_t kRatesUs = 2'000'000, kLatencyUs = 5'000'000;
constexpr uint64_t kEarly = 100;  // rows before a windowed value is shown

json::string text(std::string_view s) {
  return json::string(s.data(), s.size());
}
/// JSON has no NaN: what isn't known is null.
json::value number(double x) {
  return std::isfinite(x) ? json::value(x) : json::value(nullptr);
}

uint64_t resident_bytes() noexcept {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "re"),
                                                             &std::fclose);
  unsigned long size = 0, resident = 0;
  if (!file || std::fscanf(file.get(), "%lu %lu", &size, &resident) != 2) return 0;
  return uint64_t{resident} * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

template <class T>
void keep_newest(std::deque<T>& list, T item, std::size_t most) {
  list.push_back(std::move(item));
  if (list.size() > most) list.pop_front();
}

const char* task_of(Label label) noexcept {
  switch (label) {
    case Label::one_class:
    case Label::classes:
      return "classification";
    case Label::number:
    case Label::numbers:
      return "regression";
    case Label::decision:
      return "decision";
    default:
      return "none";
  }
}

/// What chart 1 and the verdict show.
std::string_view main_metric(Label label) noexcept {
  const char task = task_of(label)[0];
  return task == 'c' ? "accuracy" : task == 'r' ? "mae" : task == 'd' ? "ips" : "";
}

json::object score_object(const std::vector<MetricScores>& scores, uint64_t scored) {
  json::object all;
  for (const MetricScores& score : scores)
    all[text(score.name)] =
        json::object{{"all", number(score.all)},
                     {"window", scored < kEarly ? json::value(nullptr) : number(score.window)},
                     {"faded", number(score.faded)}};
  return all;
}

double windowed(const std::vector<MetricScores>& scores, std::string_view name) noexcept {
  for (const MetricScores& score : scores)
    if (score.name == name) return score.window;
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

void PageModel::attach(const HostedModel& model) noexcept {
  const std::lock_guard lock(mutex_);
  started_us_ = unix_us();
  since_us_ = started_us_;
  model_ = &model;
}

// ---- what the trainer tells

void PageModel::learned(const Learned& learned) noexcept {
  if (model_ == nullptr) return;
  // The newest row is for people: a hundred times a second is enough, so that training at full speed pays a compare.
  if (learned.time_us - row_us_ >= 10'000) keep_row(learned);
  if (learned.x.label.empty()) return;
  const bool is_class = main_metric(model_->label()) == "accuracy";
  if (is_class) count_class(static_cast<std::size_t>(learned.x.label[0]));
  if (!learned.before.empty()) look_for_surprise(learned, is_class);
}

void PageModel::keep_row(const Learned& learned) noexcept {
  row_us_ = learned.time_us;
  const std::lock_guard lock(mutex_);
  const std::size_t columns = model_->model().schema().feature_count();
  last_row_.assign(columns, 0);
  last_row_has_.assign(columns, false);
  const auto put = [&](std::size_t column, float value) {
    if (column >= columns) return;
    last_row_[column] = value;
    last_row_has_[column] = true;
  };
  for (std::size_t k = 0; k < learned.x.dense.size(); ++k)
    put(k, learned.x.dense[k]);
  for (std::size_t k = 0; k < learned.x.numeric.index.size(); ++k)
    put(learned.x.numeric.index[k], learned.x.numeric.value[k]);
}

void PageModel::count_class(std::size_t id) noexcept {
  if (id >= 65'536) return;
  if (class_counts_.size() <= id) class_counts_.resize(id + 1);
  const uint32_t most = majority_.load(std::memory_order_relaxed);
  if (++class_counts_[id] > (most < class_counts_.size() ? class_counts_[most] : 0))
    majority_.store(static_cast<uint32_t>(id), std::memory_order_relaxed);
}

void PageModel::look_for_surprise(const Learned& learned, bool is_class) {
  const int64_t now_us =
      learned.time_us;  // record time: no clock is read for rows that surprise nobody
  if (is_class) {
    const auto told = surprises_watch_.see_class(static_cast<uint32_t>(learned.x.label[0]),
                                                 learned.before, now_us);
    if (told)
      publish_surprise(learned, {{"expected", text(model_->class_text(told->expected))},
                                 {"p_expected", number(told->p_expected)},
                                 {"seen", text(model_->class_text(told->seen))},
                                 {"p", number(told->p)},
                                 {"bits", number(told->bits)}});
  } else if (main_metric(model_->label()) == "mae") {
    const auto told =
        surprises_watch_.see_number(double{learned.x.label[0]}, double{learned.before[0]}, now_us);
    if (told)
      publish_surprise(learned, {{"expected", number(told->expected)},
                                 {"seen", number(told->seen)},
                                 {"error", number(told->error)},
                                 {"ratio", number(told->ratio)}});
  }
}

void PageModel::publish_surprise(const Learned& learned, json::object&& what) {
  json::object event{
      {"model", text(model_->name())}, {"time_us", unix_us()}, {"row", learned.example}};
  const Schema& schema = model_->model().schema();
  std::vector<std::pair<double, uint32_t>> parts;
  if (!learned.x.dense.empty()) {
    std::vector<float> raw(learned.x.dense.size() + 1);
    const ReadGuard guard = model_->model().read();
    if (guard.learner().explain(learned.x, raw).ok())
      for (std::size_t k = 0; k + 1 < raw.size(); ++k)
        parts.emplace_back(double{raw[k]}, static_cast<uint32_t>(k));
  }
  std::sort(parts.begin(), parts.end(),
            [](const auto& a, const auto& b) { return std::fabs(a.first) > std::fabs(b.first); });
  json::array largest;
  for (std::size_t k = 0; k < std::min<std::size_t>(parts.size(), 2); ++k)
    largest.push_back(json::object{{"feature", text(schema.name(parts[k].second))},
                                   {"part", number(parts[k].first)}});
  for (auto& member : what)
    event[member.key()] = member.value();
  event["parts"] = std::move(largest);
  keep_row(learned);
  std::string line;
  {
    const std::lock_guard lock(mutex_);
    json::array inputs;
    for (std::size_t k = 0; k < last_row_.size(); ++k)
      inputs.push_back(last_row_has_[k] ? number(double{last_row_[k]}) : json::value(nullptr));
    event["inputs"] = std::move(inputs);
    line = json::serialize(event);
    keep_newest(surprises_, line, kKept);
  }
  hub_.publish(model_->name(), "surprise", line);
}

void PageModel::checkpointed(Lsn lsn, uint64_t bytes) noexcept {
  if (model_ == nullptr) return;
  const int64_t now_us = unix_us();
  {
    const std::lock_guard lock(mutex_);
    keep_newest(checkpoints_, now_us, std::size_t{600});
  }
  const json::object event{
      {"model", text(model_->name())}, {"time_us", now_us}, {"lsn", lsn}, {"bytes", bytes}};
  hub_.publish(model_->name(), "checkpoint", json::serialize(event));
}

// ---- what doors and feeds tell

void PageModel::refused(uint16_t code, std::string_view call, std::string_view reason) noexcept {
  const json::object event{{"model", text(model_->name())},
                           {"time_us", unix_us()},
                           {"code", code},
                           {"call", text(call)},
                           {"reason", text(reason)}};
  std::string line = json::serialize(event);
  {
    const std::lock_guard lock(mutex_);
    keep_newest(errors_, line, kKept);
  }
  hub_.publish(model_->name(), "error", line);
}

void PageModel::feed(const FeedState& state) noexcept {
  const std::lock_guard lock(mutex_);
  feed_ = state;
  has_feed_ = true;
}

void PageModel::forecast(int64_t for_us, float prediction, float seen) noexcept {
  const int64_t now_us = unix_us();
  const json::object event{{"model", text(model_->name())},
                           {"time_us", now_us},
                           {"for_us", for_us},
                           {"prediction", number(double{prediction})},
                           {"seen", number(double{seen})}};
  std::string line = json::serialize(event);
  {
    const std::lock_guard lock(mutex_);
    forecasts_.emplace_back(now_us, line);
    while (!forecasts_.empty() && forecasts_.front().first < now_us - 60'000'000)
      forecasts_.pop_front();
  }
  hub_.publish(model_->name(), "forecast", line);
}

// ---- twice a second

void PageModel::keep(std::string_view name, int64_t now_us, double value) {
  series_.try_emplace(std::string(name)).first->second.add(now_us, value);
}

// What the model does, in the page's words, and since when.
void PageModel::look_at_state(const ServedModelStatus& now, int64_t now_us) {
  std::string state(trainer_state_name(now.state));
  if (now.state == TrainerState::learning && now.staleness_us > kBehindUs) state = "behind";
  if (now.state == TrainerState::waiting && now.examples > 0) state = "learning";
  if (now.state != TrainerState::stopped && now.state != TrainerState::paused && has_feed_ &&
      feed_.has_ended)
    state = "ended";
  if (state == state_) return;
  state_ = std::move(state);
  since_us_ = now.since_us > 0 && now.state == TrainerState::stopped ? now.since_us : now_us;
}

json::object PageModel::status(int64_t now_us) {
  const ServedModelStatus now = model_->model().status();
  const CallCounters& counters = model_->counters();
  Sums sums{.time_us = now_us,
            .learned = now.learned_now,
            .offered = counters.offered.load(std::memory_order_relaxed),
            .predicted = counters.predicted.load(std::memory_order_relaxed),
            .refused = counters.refused.load(std::memory_order_relaxed),
            .predict_us = counters.predict_us.counts()};
  sums_.push_back(sums);
  while (sums_.size() > 2 && sums_[1].time_us <= now_us - kLatencyUs)
    sums_.pop_front();
  const auto since = [&](int64_t us) {
    return *std::find_if(sums_.begin(), sums_.end(),
                         [&](const Sums& s) { return s.time_us >= now_us - us; });
  };
  const Sums then = since(kRatesUs);
  const double seconds = static_cast<double>(now_us - then.time_us) / 1e6;
  const auto rate = [&](uint64_t from, uint64_t to) {
    return seconds > 0 ? static_cast<double>(to - from) / seconds : 0.0;
  };
  const auto quantile = [&](double q) {
    const double us = LatencyHistogram::quantile(sums_.front().predict_us, sums.predict_us, q);
    return us < 0 ? std::numeric_limits<double>::quiet_NaN() : us;
  };

  look_at_state(now, now_us);
  const double learn = rate(then.learned, sums.learned),
               predict = rate(then.predicted, sums.predicted);
  const double p50 = quantile(0.5), p99 = quantile(0.99);
  keep("learn_per_s", now_us, learn);
  keep("predict_per_s", now_us, predict);
  keep("staleness_us", now_us, static_cast<double>(now.staleness_us));
  if (std::isfinite(p50)) keep("predict_p50_us", now_us, p50);
  if (std::isfinite(p99)) keep("predict_p99_us", now_us, p99);
  double highest = 0;
  for (const SeriesBucket& bucket : series_.find("staleness_us")->second.buckets(300, now_us))
    highest = std::max(highest, bucket.high);

  return {{"model", text(model_->name())},
          {"time_us", now_us},
          {"state", text(state_)},
          {"reason", now.reason.empty() ? json::value(nullptr) : json::value(text(now.reason))},
          {"since_us", since_us_},
          {"learned", now.examples},
          {"learn_per_s", number(learn)},
          {"offered_per_s", number(rate(then.offered, sums.offered))},
          {"queue", now.appended - std::min(now.appended, now.applied)},
          {"predict_per_s", number(predict)},
          {"refused_per_s", number(rate(then.refused, sums.refused))},
          {"predict_p50_us", number(p50)},
          {"predict_p99_us", number(p99)},
          {"lsn", now.appended},
          {"published_lsn", now.published},
          {"durable_lsn", now.durable},
          {"staleness_us", now.staleness_us},
          {"staleness_high_us", number(highest)},
          {"log_bytes", now.log_bytes},
          {"memory_bytes", resident_bytes()},
          {"not_finite", not_finite_ + counters.infer_not_finite.load(std::memory_order_relaxed)},
          {"rows_total", has_feed_ && feed_.rows_total > 0 ? json::value(feed_.rows_total)
                                                           : json::value(nullptr)},
          {"rows_sent", has_feed_ ? json::value(feed_.rows_sent) : json::value(nullptr)},
          {"version", text(kVersion)}};
}

void PageModel::sample(int64_t now_us) noexcept {
  std::string status_line, metrics_line;
  {
    const std::lock_guard lock(mutex_);
    status_line = json::serialize(status(now_us));
    json::object scores = metrics(false);
    scores["time_us"] = now_us;
    const std::shared_ptr<const Scores> now = model_->model().scores();
    const std::string_view main = main_metric(model_->label());
    if (now != nullptr && now->scored >= kEarly && !main.empty()) {
      const double value = windowed(now->metrics, main);
      if (!std::isfinite(value)) ++not_finite_;
      keep(main, now_us, value);
      for (const Scores::Baseline& baseline : now->baselines)
        if (scores["baseline"].is_string() &&
            baseline.name == std::string_view(scores["baseline"].as_string()))
          keep(std::string(main) + ".baseline", now_us, windowed(baseline.metrics, main));
    }
    metrics_line = json::serialize(scores);
  }
  hub_.publish(model_->name(), "status", status_line);
  hub_.publish(model_->name(), "metrics", metrics_line);
}

// ---- GET

// What doesn't change from one half second to the next.
void PageModel::describe(json::object& out) const {
  const Schema& schema = model_->model().schema();
  out["spec"] = text(model_->model().spec());
  json::array classes, features;
  for (uint32_t k = 0; k < schema.class_count(); ++k)
    classes.push_back(
        json::object{{"id", text(schema.class_name(k))}, {"name", text(model_->class_words(k))}});
  for (uint32_t k = 0; k < schema.feature_count(); ++k)
    features.push_back(text(schema.name(k)));
  out["classes"] = std::move(classes);
  out["features"] = std::move(features);
  out["source"] = nullptr;
  if (!has_feed_) return;
  const bool is_counted = feed_.rows_total > 0;
  out["source"] = {
      {"text", text(feed_.text)},
      {"rows_total", is_counted ? json::value(feed_.rows_total) : json::value(nullptr)},
      {"rows_sent", feed_.rows_sent},
      {"ended", feed_.has_ended}};
}

json::value PageModel::last_row() const {
  if (last_row_.empty()) return nullptr;
  json::array row;
  for (std::size_t k = 0; k < last_row_.size(); ++k)
    row.push_back(last_row_has_[k] ? number(double{last_row_[k]}) : json::value(nullptr));
  return row;
}

json::object PageModel::metrics(bool is_whole) const {
  const Label label = model_->label();
  const ServedModelStatus now = model_->model().status();
  const std::shared_ptr<const Scores> scores = model_->model().scores();
  const std::string_view main = main_metric(label);
  const bool is_scored = scores != nullptr && !scores->metrics.empty() && !main.empty();
  const std::string_view baseline = !model_->options().baseline.empty()
                                        ? std::string_view(model_->options().baseline)
                                    : main == "accuracy" ? "prior"
                                                         : "mean";

  json::object out{{"model", text(model_->name())},
                   {"lsn", now.appended},
                   {"events", now.examples},
                   {"task", task_of(label)}};
  if (is_whole) describe(out);
  out["target"] = text(model_->options().target);
  out["dense"] = model_->columns() == model_->model().features();
  out["window"] = scores == nullptr ? 1000u : scores->window;
  json::object metrics, baselines;
  if (scores != nullptr) {
    metrics = score_object(scores->metrics, scores->scored);
    for (const Scores::Baseline& one : scores->baselines)
      baselines[text(one.name)] = score_object(one.metrics, scores->scored);
  }
  out["metrics"] = std::move(metrics);
  out["baselines"] = std::move(baselines);
  out["main"] = is_scored ? json::value(text(main)) : json::value(nullptr);
  const bool has_baseline = is_scored && !scores->baselines.empty();
  out["baseline"] = has_baseline ? json::value(text(baseline)) : json::value(nullptr);
  const uint32_t majority = majority_.load(std::memory_order_relaxed);
  out["baseline_says"] =
      majority == kNone ? json::value(nullptr) : json::value(text(model_->class_text(majority)));
  out["unit"] = main == "accuracy" ? "%" : model_->options().is_percent ? "points" : "";
  out["mode"] = text(mode_name(model_->model().model().mode()));
  out["last_row"] = last_row();
  out["contributions"] = model_->can_explain();
  out["started_us"] = started_us_;
  out["drift"] = json::array{};
  return out;
}

std::string PageModel::metrics_json() const {
  const std::lock_guard lock(mutex_);
  return json::serialize(metrics(true));
}

std::string PageModel::history_json(int64_t span_s) const {
  const std::lock_guard lock(mutex_);
  const int64_t now_us = unix_us();
  json::object series;
  // Live values go on from here, also where there are none yet.
  int64_t bucket_us = Series().bucket_us(span_s);
  for (const auto& [name, values] : series_) {
    bucket_us = std::max(bucket_us, values.bucket_us(span_s));
    json::array t, low, high, last;
    for (const SeriesBucket& bucket : values.buckets(span_s, now_us)) {
      t.push_back(bucket.time_us);
      low.push_back(number(bucket.low));
      high.push_back(number(bucket.high));
      last.push_back(bucket.is_finite ? number(bucket.last) : json::value(nullptr));
    }
    series[text(name)] = json::object{{"t", t}, {"min", low}, {"max", high}, {"last", last}};
  }
  const auto list = [](const std::deque<std::string>& lines) {
    json::array out;
    for (const std::string& line : lines)
      out.push_back(json::parse(line));
    return out;
  };
  json::array checkpoints, forecasts;
  for (const int64_t time_us : checkpoints_)
    if (span_s == 0 || time_us >= now_us - span_s * 1'000'000) checkpoints.push_back(time_us);
  for (const auto& [time_us, line] : forecasts_)
    if (time_us >= now_us - 60'000'000) forecasts.push_back(json::parse(line));
  const json::object out{{"model", text(model_->name())},
                         {"span_s", span_s == 0 ? json::value(nullptr) : json::value(span_s)},
                         {"bucket_us", bucket_us},
                         {"series", std::move(series)},
                         {"checkpoints", std::move(checkpoints)},
                         {"surprises", list(surprises_)},
                         {"errors", list(errors_)},
                         {"forecasts", std::move(forecasts)}};
  return json::serialize(out);
}

}  // namespace freshet
