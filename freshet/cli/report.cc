#include "freshet/cli/report.h"

#include <algorithm>
#include <cmath>

#include "freshet/base/chars.h"
#include "freshet/base/failure.h"
#include "freshet/cli/curve_svg.h"
#include "freshet/cli/json_text.h"
#include "freshet/cli/loss_report.h"
#include "freshet/cli/plain_text.h"
#include "freshet/log/file.h"

namespace freshet {
namespace {

// Six decimals, or six significant digits where that says more.
std::string figure(double value) {
  if (std::isnan(value)) return "-";
  const double size = std::fabs(value);
  return size >= 1e-3 && size < 1e4 ? fixed(value, 6) : human(value, 6);
}

std::string contender(const Evaluation& evaluation, std::size_t k) {
  return k == Evaluation::kModel ? "model" : std::string(evaluation.contender_name(k));
}

void print_table(const Evaluation& evaluation, Console& console) {
  if (evaluation.metrics() == 0) return;  // --metrics none, or nothing to score by
  std::vector<std::vector<std::string>> rows;
  rows.push_back({""});
  for (std::size_t m = 0; m < evaluation.metrics(); ++m)
    rows[0].emplace_back(evaluation.metric_name(m));
  for (std::size_t c = 0; c < evaluation.contenders(); ++c) {
    rows.push_back({contender(evaluation, c)});
    for (std::size_t m = 0; m < evaluation.metrics(); ++m)
      rows.back().push_back(figure(evaluation.score(c, m).all));
  }
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows)
    for (std::size_t k = 0; k < row.size(); ++k)
      widths[k] = std::max(widths[k], row[k].size());
  for (const auto& row : rows) {
    std::string line = aligned_left(row[0], widths[0]);
    for (std::size_t k = 1; k < row.size(); ++k)
      line += "  " + aligned_right(row[k], widths[k]);
    console.print_line(line);
  }
}

void print_rivals(const Evaluation& evaluation, Console& console) {
  for (std::size_t c = 1 + evaluation.baselines(); c < evaluation.contenders(); ++c) {
    const bool of_decisions = evaluation.contender(c)->label() == Label::decision;
    console.print_line(std::string("faded McNemar ") + (of_decisions ? "of ips " : "") +
                       "against " + contender(evaluation, c) + ": " +
                       figure(evaluation.mcnemar(c)) + " (above 3.84 the two differ at 95 %)");
  }
}

void put_metrics(JsonText& json, const Evaluation& evaluation, std::size_t c) {
  json.begin_object();
  for (std::size_t m = 0; m < evaluation.metrics(); ++m)
    json.number(evaluation.metric_name(m), evaluation.score(c, m).all);
  json.end_object();
}

void put_bad(JsonText& json, const BadLines& bad) {
  json.key("bad").begin_object();
  for (std::size_t k = 0; k < kReasons; ++k) {
    const auto reason = static_cast<Reason>(k);
    if (bad.count(reason) != 0) json.count(reason_name(reason), bad.count(reason));
  }
  json.end_object();
}

std::string report_json(const StreamJob& job, std::string_view model_path) {
  const Evaluation& evaluation = job.evaluation();
  JsonText json;
  json.begin_object().count("examples", job.examples()).count("scored", evaluation.scored());
  json.key("metrics");
  put_metrics(json, evaluation, Evaluation::kModel);
  json.key("baselines").begin_object();
  for (std::size_t c = 1; c <= evaluation.baselines(); ++c) {
    json.key(evaluation.contender_name(c));
    put_metrics(json, evaluation, c);
  }
  json.end_object();
  if (evaluation.contenders() > 1 + evaluation.baselines()) {
    json.key("rivals").begin_array();
    for (std::size_t c = 1 + evaluation.baselines(); c < evaluation.contenders(); ++c) {
      json.begin_object().text("spec", evaluation.contender_name(c)).key("metrics");
      put_metrics(json, evaluation, c);
      json.number("mcnemar", evaluation.mcnemar(c)).end_object();
    }
    json.end_array();
  }
  put_loss(json, job.learner());
  put_bad(json, job.input().bad_lines());
  if (!model_path.empty()) json.text("model", model_path);
  json.number("seconds", job.seconds());
  if (job.evaluations() != 0) json.count("evaluations", job.evaluations());
  json.count("unlabelled", job.unlabelled());
  return json.end_object().str();
}

// "1250 examples, 12 unlabelled, 3 zeros left out, 2 bad lines skipped: 2 number"
std::string counts(const StreamJob& job) {
  std::string text = std::to_string(job.examples()) + " examples";
  if (job.evaluation().scored() != job.examples())
    text += ", " + std::to_string(job.evaluation().scored()) + " scored";
  if (job.unlabelled() != 0) text += ", " + std::to_string(job.unlabelled()) + " unlabelled";
  if (job.input().zeros() != 0)
    text += ", " + std::to_string(job.input().zeros()) + " zeros left out";
  if (job.evaluations() != 0)
    text += ", objective evaluated " + std::to_string(job.evaluations()) + " times";
  return text;
}

std::string csv_name(std::string_view name) {
  if (name.find_first_of(",\"\n") == std::string_view::npos) return std::string(name);
  std::string out = "\"";
  for (const char c : name)
    out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

std::string csv_number(double value) {
  return std::isnan(value) ? std::string() : std::string(Digits(value).text());
}

std::string curve_csv(const StreamJob& job) {
  const Evaluation& evaluation = job.evaluation();
  std::string text = "examples";
  for (std::size_t c = 0; c < evaluation.contenders(); ++c) {
    const std::string name = contender(evaluation, c);
    text += "," + csv_name(name) + "," + csv_name(name + " window");
  }
  text += ",bytes\n";
  for (const CurvePoint& point : job.curve()) {
    text += std::to_string(point.examples);
    for (std::size_t c = 0; c < point.all.size(); ++c)
      text += "," + csv_number(point.all[c]) + "," + csv_number(point.window[c]);
    text += "," + std::to_string(point.bytes) + "\n";
  }
  return text;
}

}  // namespace

void print_report(const StreamJob& job, std::string_view model_path, Console& console) {
  const std::string bad = job.input().bad_lines().summary();
  if (!bad.empty()) console.error(std::string(job.input().source_name()) + ": " + bad);
  if (console.json()) {
    console.print_line(report_json(job, model_path));
    return;
  }
  print_table(job.evaluation(), console);
  print_rivals(job.evaluation(), console);
  console.print_line(counts(job));
  for (const std::string& line : loss_lines(job.learner()))
    console.print_line(line);
  console.note(human(job.seconds(), 3) + " s");
  if (!model_path.empty()) console.note("model written to " + std::string(model_path));
}

void print_point(const Evaluation& evaluation, const CurvePoint& point, Console& console) {
  if (console.json()) {
    JsonText json;
    json.begin_object()
        .count("examples", point.examples)
        .text("metric", evaluation.metrics() == 0 ? "" : evaluation.metric_name(0));
    for (std::size_t c = 0; c < point.all.size(); ++c) {
      json.key(contender(evaluation, c))
          .begin_object()
          .number("all", point.all[c])
          .number("window", point.window[c])
          .end_object();
    }
    console.print_line(json.count("bytes", point.bytes).end_object().str());
    return;
  }
  console.clear_progress();
  std::string line = aligned_right(std::to_string(point.examples), 10);
  for (std::size_t c = 0; c < point.all.size(); ++c) {
    line += "  " + contender(evaluation, c) + " " + figure(point.all[c]);
    if (!std::isnan(point.window[c])) line += " (window " + figure(point.window[c]) + ")";
  }
  console.print_line(line + "  " + std::to_string(point.bytes) + " bytes");
}

Status write_curve(const StreamJob& job, const std::string& path) noexcept {
  std::string text;
  if (path.ends_with(".csv")) {
    text = curve_csv(job);
  } else if (path.ends_with(".svg")) {
    std::vector<CurveLine> lines;
    for (std::size_t c = 0; c < job.evaluation().contenders(); ++c) {
      lines.push_back({contender(job.evaluation(), c), {}});
      for (const CurvePoint& point : job.curve()) {
        if (c >= point.all.size()) continue;
        const double value = std::isnan(point.window[c]) ? point.all[c] : point.window[c];
        lines.back().points.push_back({static_cast<double>(point.examples), value});
      }
    }
    text = curve_svg(job.evaluation().metrics() == 0 ? "" : job.evaluation().metric_name(0), lines);
  } else {
    return failure(Code::invalid_argument, "--curve " + path + ": ends in .csv or .svg");
  }
  return write_file_atomically(path, std::as_bytes(std::span(text)));
}

}  // namespace freshet
