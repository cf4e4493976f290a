// fuzz: format
/// Bytes of a block file, whole and in windows: both give the same examples, or both refuse it.
#include "freshet/core/schema.h"
#include "freshet/format/blocks_reader.h"
#include "tests/fuzz/text_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace freshet;
  if (size < 2) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  ReaderOptions options;
  options.label = (data[0] & 1) != 0 ? Target::one_class : Target::number;
  options.binary = (data[0] & 2) != 0;
  options.learning = (data[0] & 4) == 0;
  std::vector<std::unique_ptr<Schema>> schemas;
  compare_windows(bytes, data[1] + std::size_t{1}, [&] {
    schemas.push_back(std::make_unique<Schema>());
    return std::make_unique<BlocksReader>(options, *schemas.back());
  });
  return 0;
}
