#include "freshet/cli/plain_text.h"

#include "freshet/base/chars.h"

namespace freshet {
namespace {

std::string blanks(std::string_view text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ');
}

}  // namespace

std::string human(double value, int digits) {
  char text[kNumberChars];
  return {text, format_human(value, text, digits)};
}

std::string fixed(double value, int decimals) {
  char text[kNumberChars];
  return {text, format_fixed(value, text, decimals)};
}

std::string aligned_left(std::string_view text, std::size_t width) {
  return std::string(text) + blanks(text, width);
}

std::string aligned_right(std::string_view text, std::size_t width) {
  return blanks(text, width) + std::string(text);
}

}  // namespace freshet
