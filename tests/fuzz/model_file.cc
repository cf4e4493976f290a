// fuzz: runtime
// A model file of anybody's making: refused, or read without harm. Each input is read as it is, and once more with its
// checksums mended, or a fuzzer would never get behind them.

#include "freshet/core/model_file.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "freshet/base/coding.h"
#include "freshet/base/crc32c.h"
#include "freshet/core/model_file_layout.h"
#include "freshet/learn/registry.h"
#include "freshet/metric/registry.h"
#include "freshet/transform/registry.h"

namespace {

using namespace freshet;

// Reads all there is to read. A model that loads is asked, taught and asked again.
void read_all(std::span<const std::byte> bytes) {
  auto file = ModelFileReader::open(bytes);
  if (!file.ok()) return;
  const auto schema = file->schema(10'000);
  for (const auto& tensor : file->tensors())
    (void)file->tensor(tensor.name).ok();
  const Registry registry{learner_entries(), transform_entries(), metric_entries(), {}, nullptr};
  (void)file->metrics(registry).ok();
  auto learner = file->learner(registry);
  if (!learner.ok()) return;
  const uint32_t index[] = {0, 3, 70'000};
  const float value[] = {1, -0.5F, 2}, label[] = {1};
  const uint32_t feature[] = {5}, category[] = {2};
  Example x;
  x.numeric = {index, value};
  x.nominal = {feature, category};
  x.label = label;
  std::vector<float> out((*learner)->outputs());
  (*learner)->predict(x, out);
  (void)(*learner)->learn(x, {}).ok();
  out.resize((*learner)->outputs());
  (*learner)->predict(x, out);
}

// Walks the chunks as far as their lengths allow and writes right checksums, counts and gaps.
void mend(std::vector<std::byte>& file) {
  if (file.size() < layout::kPreamble) return;
  const auto magic = layout::magic();
  std::copy(magic.begin(), magic.end(), file.begin());
  uint64_t chunks = 0;
  uint32_t all = 0;
  for (std::size_t end = layout::kPreamble;;) {
    const std::size_t at = layout::header_place(end);
    if (at + layout::kHeader > file.size()) return;
    std::byte* header = file.data() + at;
    std::byte* payload = header + layout::kHeader;
    const uint64_t length = get_u64(header + 8);
    if (length > file.size() - at - layout::kHeader) return;
    const bool is_end = std::memcmp(header, "END ", 4) == 0;
    if (is_end && length >= 12) {
      put_u64(payload, chunks);
      put_u32(payload + 8, all);
    }
    const uint32_t crc = crc32c({payload, static_cast<std::size_t>(length)});
    put_u32(header + 16, crc);
    put_u32(header + 20, crc32c({header, 20}));
    all = crc32c({header + 16, 4}, all);
    ++chunks;
    end = at + layout::kHeader + static_cast<std::size_t>(length);
    if (is_end) {
      file.resize(end);
      return;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  // In 8-byte words: the reader wants its bytes aligned.
  std::vector<uint64_t> words((size + 7) / 8);
  if (size > 0) std::memcpy(words.data(), data, size);
  read_all(std::as_bytes(std::span(words)).first(size));

  std::vector<std::byte> mended(size);
  if (size > 0) std::memcpy(mended.data(), data, size);
  mend(mended);
  if (!mended.empty()) std::memcpy(words.data(), mended.data(), mended.size());
  read_all(std::as_bytes(std::span(words)).first(mended.size()));
  return 0;
}
