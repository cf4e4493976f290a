// fuzz: format
/// The first bytes choose options; the rest is VW text.
#include "freshet/core/schema.h"
#include "freshet/format/vw_reader.h"
#include "tests/fuzz/careful_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace freshet;
  if (size < 2) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
  constexpr Target kTargets[] = {Target::number, Target::one_class, Target::classes,
                                 Target::costs,  Target::decision,  Target::none,
                                 Target::number, Target::one_class};
  ReaderOptions options;
  options.label = kTargets[data[0] & 7];
  options.binary = (data[0] & 8) != 0;
  options.hash = (data[0] & 16) != 0 ? NameHash::all : NameHash::strings;
  options.hash_seed = (data[0] & 32) != 0 ? 5 : 0;
  options.learning = (data[0] & 64) == 0;
  std::vector<std::unique_ptr<Schema>> schemas;
  const auto make = [&] {
    schemas.push_back(std::make_unique<Schema>());
    return std::make_unique<VwReader>(options, *schemas.back());
  };
  compare_windows(text, data[1] + std::size_t{1}, make);
  compare_care(text, make);
  return 0;
}
