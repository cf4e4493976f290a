#include <doctest/doctest.h>

#include "freshet/core/schema.h"
#include "freshet/ingest/formats.h"

namespace freshet {

TEST_CASE("jsonl: built without it, the format says how to get it") {
  Schema schema;
  const auto reader = find_input_format("jsonl")->make({}, schema);
  CHECK(reader.status().code() == Code::unsupported);
  CHECK(reader.status().text().find("FRESHET_WITH_JSON") != std::string_view::npos);
}

}  // namespace freshet
