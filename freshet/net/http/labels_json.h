#pragma once
/// The labels of `feedback` in JSON: [{"id", "target" or "reward", "weight"?, "at_us"?}, ...], and the ids of `activate`:
/// ["visit-17", ...]

#include <vector>

#include "freshet/net/json_reader.h"
#include "freshet/net/service.h"

namespace freshet {

/// False where something is wrong: the reader has the error with its place.  labels: views of the reader's text and memory.
bool read_labels(JsonReader& in, std::vector<FeedbackLabel>& labels);
/// The same; each becomes a label that has an id alone.
bool read_ids(JsonReader& in, std::vector<FeedbackLabel>& labels);

}  // namespace freshet
