#pragma once

#include <memory>
#include <string>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/learner.h"
#include "freshet/core/metric.h"
#include "freshet/core/registry.h"

namespace freshet {

/// What a golden folder is, tests/golden/NAME/: `spec.txt`, one line, a spec or "metric SPEC"; for each format k that was
/// ever written, `f<k>.frsh`, the model file, and `f<k>.txt`, what it answers. Added per format, never made again:
/// tools/golden.py NAME.
///
/// A learner learns rows 0 ... 499 of tests/support/phishing.h; the answers are its predictions of rows 500 ... 599, a line
/// each, floats as hexadecimal bits. A learner of decisions: rows k to k + 2 are actions of one, learned by threes. A metric sees the truth of those 500 rows beside predictions that alternate; its answer
/// is its value as the bits of a double.
struct Golden {
  std::string spec;
  bool is_metric = false;
};

/// Everything of rings 0-2 that can be named.
Registry golden_registry() noexcept;

/// A line of spec.txt.
Golden parse_golden(std::string line);

/// A learner that has learned, a metric that has seen.
Result<std::unique_ptr<Learner>> taught_learner(const std::string& spec);
Result<std::unique_ptr<Metric>> taught_metric(const std::string& spec);

/// The answers, as f<k>.txt holds them.
std::string answers(const Learner& learner);
std::string answers(const Metric& metric);

/// A file's bytes, aligned as the model file wants them; empty if it isn't there.
std::vector<std::byte> read_bytes(const std::string& path);
std::string read_text(const std::string& path);

}  // namespace freshet
