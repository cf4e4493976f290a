#include "freshet/net/model_name.h"

#include <algorithm>

namespace freshet {
namespace {

bool is_name_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

bool is_model_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > 128 || name == "stats" || !is_name_letter(name.front()))
    return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return is_name_letter(c) || c == '.' || c == '-'; });
}

}  // namespace freshet
