#include "tests/support/phishing.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "freshet/base/chars.h"

namespace freshet {

std::span<const std::byte> embedded_phishing() noexcept;

namespace {

constexpr uint32_t kFeatures = 9;

std::string_view take(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == text.npos ? text.size() : at + 1);
  return taken;
}

float number(std::string_view text) {
  float value = 0;
  if (!parse_all(text, &value)) std::abort();  // the file is ours
  return value;
}

}  // namespace

ExampleBlock phishing_rows() {
  const std::span<const std::byte> bytes = embedded_phishing();
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  take(text, '\n');  // the names of the columns
  ExampleBlock rows;
  while (!text.empty()) {
    std::string_view line = take(text, '\n');
    rows.begin();
    for (uint32_t k = 0; k < kFeatures; ++k) {
      const float value = number(take(line, ','));
      if (value != 0) rows.add_numeric(k, value);
    }
    rows.add_nominal(kFeatures, rows.size() % 7);
    rows.add_label(number(line));
    rows.finish();
  }
  return rows;
}

}  // namespace freshet
