#include "freshet/base/failure.h"

#include <algorithm>
#include <new>

namespace freshet {
namespace {

void drop_text(const char* text) noexcept {
  ::operator delete(const_cast<char*>(text));
}

}  // namespace

Status failure(Code code, std::string_view text, uint32_t at) noexcept {
  auto* copy = static_cast<char*>(::operator new(text.size() + 1, std::nothrow));
  if (copy == nullptr) return {code, "(no memory left for the text of this error)", at};
  // A name that a user sent can hold a zero byte; the rest of the message must not be lost to it.
  std::replace_copy(text.begin(), text.end(), copy, '\0', '?');
  copy[text.size()] = '\0';
  return {code, copy, at, drop_text};
}

}  // namespace freshet
