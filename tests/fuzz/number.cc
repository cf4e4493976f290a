// fuzz: base
// Text to number and back, against the C library: equal bits, or both refuse.

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "freshet/base/chars.h"

namespace {

using freshet::Parse;
using freshet::ParseResult;

void require(bool claim) {
  if (!claim) std::abort();
}

// The grammar of base/chars.h over strtod, which also takes blanks, hexadecimal, nan and inf.
template <class T>
void compare(const std::string& text, ParseResult (*parse)(const char*, const char*, T*) noexcept,
             T (*reference)(const char*, char**)) {
  T ours = -7;
  const ParseResult result = parse(text.data(), text.data() + text.size(), &ours);
  require(result.end >= text.data() && result.end <= text.data() + text.size());
  if (result.parse == Parse::none) {
    require(result.end == text.data() && ours == -7);
    return;
  }
  const std::string exact(text.data(), result.end);
  char* end = nullptr;
  const T theirs = reference(exact.c_str(), &end);
  require(end == exact.c_str() + exact.size());
  if (result.parse == Parse::range) {
    require(theirs - theirs != 0 && ours == -7);  // infinite there
    return;
  }
  require(std::memcmp(&ours, &theirs, sizeof(T)) == 0);
}

template <class T>
void round_trip(T value, char* (*format)(T, char*) noexcept,
                ParseResult (*parse)(const char*, const char*, T*) noexcept) {
  if (value - value != 0) return;
  char text[freshet::kNumberChars];
  const char* end = format(value, text);
  T back = 0;
  const ParseResult result = parse(text, end, &back);
  require(result.ok() && result.end == end && std::memcmp(&back, &value, sizeof(T)) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  compare<float>(text, freshet::parse_float32, std::strtof);
  compare<double>(text, freshet::parse_double, std::strtod);
  double wide = 0;
  float narrow = 0;
  if (size >= sizeof(wide)) std::memcpy(&wide, data, sizeof(wide));
  if (size >= sizeof(narrow)) std::memcpy(&narrow, data, sizeof(narrow));
  round_trip<double>(wide, freshet::format_double, freshet::parse_double);
  round_trip<float>(narrow, freshet::format_float, freshet::parse_float32);
  return 0;
}
