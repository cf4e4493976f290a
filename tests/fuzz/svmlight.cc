// fuzz: format
/// The first bytes choose options; the rest is svmlight text.
#include "freshet/core/schema.h"
#include "freshet/format/svmlight_reader.h"
#include "tests/fuzz/careful_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace freshet;
  if (size < 2) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
  ReaderOptions options;
  options.label = (data[0] & 1) != 0 ? Target::one_class : Target::number;
  options.binary = (data[0] & 2) != 0;
  options.features = (data[0] & 8) != 0 ? 5 : 0;
  options.zero_based = (data[0] & 4) != 0;
  std::vector<std::unique_ptr<Schema>> schemas;
  const auto make = [&] {
    schemas.push_back(std::make_unique<Schema>());
    return std::make_unique<SvmlightReader>(options, *schemas.back());
  };
  compare_windows(text, data[1] + std::size_t{1}, make);
  compare_care(text, make);
  return 0;
}
