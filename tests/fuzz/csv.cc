// fuzz: format
/// The first bytes choose options; the rest is a CSV text.
#include "freshet/core/schema.h"
#include "freshet/format/csv_reader.h"
#include "tests/fuzz/text_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace freshet;
  if (size < 2) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
  ReaderOptions options;
  options.has_header = (data[0] & 1) == 0;
  options.label = (data[0] & 2) != 0 ? Target::one_class : Target::number;
  options.binary = (data[0] & 4) != 0;
  options.delimiter = (data[0] & 8) != 0 ? ';' : ',';
  if ((data[0] & 16) != 0) options.missing = {"?", "-1"};
  if ((data[0] & 32) != 0) options.time = "t";
  if ((data[0] & 64) != 0) options.weight = "w";
  if ((data[0] & 128) != 0) options.vector = "v";
  // Inference needs the same sample whatever the window: it asks for more until it has it.
  std::vector<std::unique_ptr<Schema>> schemas;
  compare_windows(text, data[1] + std::size_t{1}, [&] {
    schemas.push_back(std::make_unique<Schema>());
    return std::make_unique<CsvReader>(options, *schemas.back());
  });
  return 0;
}
