#include "freshet/net/http/host_rule.h"

#include <algorithm>
#include <array>

#include <arpa/inet.h>

namespace freshet {
namespace {

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

bool is_port(std::string_view text) noexcept {
  return text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_address(int family, std::string_view text) noexcept {
  std::array<char, 64> zero_terminated{};
  std::array<unsigned char, 16> bytes{};
  if (text.empty() || text.size() >= zero_terminated.size()) return false;
  std::copy(text.begin(), text.end(), zero_terminated.begin());
  return inet_pton(family, zero_terminated.data(), bytes.data()) == 1;
}

}  // namespace

bool is_trusted_host(std::string_view host, std::string_view own_name,
                     std::span<const std::string> allowed) noexcept {
  if (host.empty()) return true;
  if (host[0] == '[') {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return false;
    const std::string_view rest = host.substr(end + 1);
    return is_address(AF_INET6, host.substr(1, end - 1)) &&
           (rest.empty() || (rest[0] == ':' && is_port(rest.substr(1))));
  }
  const std::size_t colon = host.find(':');
  if (colon != std::string_view::npos && !is_port(host.substr(colon + 1))) return false;
  const std::string_view name = host.substr(0, colon);
  if (is_address(AF_INET, name) || equals_ignoring_case(name, "localhost")) return true;
  if (!own_name.empty() && equals_ignoring_case(name, own_name)) return true;
  return std::any_of(allowed.begin(), allowed.end(),
                     [&](const std::string& each) { return equals_ignoring_case(name, each); });
}

bool is_trusted_origin(std::string_view origin, std::string_view host,
                       std::span<const std::string> allowed) noexcept {
  if (origin.empty()) return true;
  for (const std::string_view scheme :
       {std::string_view("http://"), std::string_view("https://")}) {
    if (origin.substr(0, scheme.size()) == scheme &&
        equals_ignoring_case(origin.substr(scheme.size()), host))
      return true;
  }
  return std::any_of(allowed.begin(), allowed.end(),
                     [&](const std::string& each) { return equals_ignoring_case(origin, each); });
}

}  // namespace freshet
