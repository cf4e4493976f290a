#pragma once
/// The dashboard's files, made by web/build.py: the page at "/", all else below "/assets/".
///
/// Works under `Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self';
/// connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`.
/// Built with FRESHET_WITH_DASHBOARD=OFF, or without npm: one plain page. docs/page-api.md says what
/// the page reads.

#include <span>

#include "freshet/net/asset.h"

namespace freshet {

/// Lives as long as the program. Any thread.
std::span<const Asset> dashboard_assets() noexcept;

}  // namespace freshet
