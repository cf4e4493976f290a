// Feeds every file of the folders given to a fuzz target, once each.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size);

int main(int count, char** folders) {
  int fed = 0;
  for (int k = 1; k < count; ++k) {
    for (const auto& entry : std::filesystem::directory_iterator(folders[k])) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
      // A copy of exactly this size, so that a sanitizer sees a read past its end.
      std::vector<uint8_t> exact(bytes.begin(), bytes.end());
      exact.shrink_to_fit();
      LLVMFuzzerTestOneInput(exact.data(), exact.size());
      ++fed;
    }
  }
  std::printf("replay: %d inputs\n", fed);
  return fed > 0 ? 0 : 1;
}
