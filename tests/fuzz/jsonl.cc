// fuzz: ingest/json
/// The first bytes choose options; the rest is JSON lines, or a table. Read whole and in windows it gives
/// the same; the parser takes exactly what its slow twin finds no fault in.
#include "freshet/core/schema.h"
#include "freshet/ingest/formats.h"
#include "freshet/ingest/json/json_fault.h"
#include "tests/fuzz/text_fuzz.h"

namespace {

// Every line that is refused as unreadable has a fault, and no line that is taken has one.
void compare_twins(const std::string& text) {
  using namespace freshet;
  const std::string line = text.substr(0, text.find('\n'));
  if (line.find_first_not_of(" \t") == std::string::npos || line.back() == '\r') return;
  Schema schema;
  const auto reader = find_input_format("jsonl")->make({}, schema);
  const std::string padded = line + std::string(64, '"');
  const std::span<const char> window(padded.data(), line.size());
  Bad bad[1];
  if ((*reader)->begin(window, true, bad[0]) == Begin::failed) return;
  ExampleBlock block;
  const Read done = (*reader)->read(window, true, block, bad);
  const bool has_fault = find_json_fault(line).why != nullptr;
  if (done.bad == 0 && has_fault) std::abort();
  if (done.bad != 0 && bad[0].why.text() == "no JSON that can be read" && !has_fault) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace freshet;
  if (size < 2) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
  ReaderOptions options;
  options.label = (data[0] & 1) != 0 ? Target::one_class : Target::number;
  options.binary = (data[0] & 2) != 0;
  if ((data[0] & 4) != 0) options.weight = "w";
  if ((data[0] & 8) != 0) options.time = "t";
  if ((data[0] & 16) != 0) options.ignore = {"i"};
  if ((data[0] & 32) != 0) options.nominal = {"a"};
  if ((data[0] & 64) != 0) options.target = "a";
  std::vector<std::unique_ptr<Schema>> schemas;
  compare_windows(text, data[1] + std::size_t{1}, [&] {
    schemas.push_back(std::make_unique<Schema>());
    return std::move(*find_input_format("jsonl")->make(options, *schemas.back()));
  });
  compare_twins(text);
  return 0;
}
