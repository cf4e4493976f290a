#pragma once
/// A browser is not trusted because it is local: a page from anywhere may send requests to 127.0.0.1.

#include <span>
#include <string>
#include <string_view>

namespace freshet {

/// The Host of a request: an IP address, localhost, the listener's own name, or one of `allowed`. A page that made its
/// name resolve to us (DNS rebinding) sends that name. Empty (HTTP/1.0 without Host) passes: browsers always send it.
bool is_trusted_host(std::string_view host, std::string_view own_name,
                     std::span<const std::string> allowed) noexcept;

/// The Origin: none, the address asked (`host`), or one of `allowed`, compared whole.
bool is_trusted_origin(std::string_view origin, std::string_view host,
                       std::span<const std::string> allowed) noexcept;

}  // namespace freshet
