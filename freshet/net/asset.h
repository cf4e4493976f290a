#pragma once
/// A file of the page, linked into the binary.

#include <cstddef>
#include <span>
#include <string_view>

namespace freshet {

struct Asset {
  std::string_view path{};            ///< "/", "/assets/app.js"
  std::string_view type{};            ///< "text/html; charset=utf-8"
  std::span<const std::byte> gzip{};  ///< compressed; sent as it is to those who take it
  bool is_immutable = false;          ///< its name changes with its content: may be kept for a year
};

}  // namespace freshet
