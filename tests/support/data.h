#pragma once

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

namespace freshet {

/// Where tests find files. Bundled files are always there; shared data (large public streams) may
/// be missing: then a test says so and returns.
///
///     const std::string path = shared_data("streams/elec2.csv");
///     if (path.empty()) return;
inline std::string bundled_data(const std::string& name) {
  return std::string(FRESHET_SOURCE_DIR "/data/") + name;
}

/// The path of a shared file, or "" (after printing "skipped: no shared data ...") where it is
/// missing. Looks in $FRESHET_SHARED_DATA, else in ../shared/data beside the project.
inline std::string shared_data(const std::string& name) {
  const char* given = std::getenv("FRESHET_SHARED_DATA");
  const std::string folder = given != nullptr ? given : FRESHET_SOURCE_DIR "/../shared/data";
  std::string path = folder + "/" + name;
  if (std::filesystem::exists(path)) return path;
  std::cerr << "skipped: no shared data (" << name << "; set FRESHET_SHARED_DATA)\n";
  return {};
}

}  // namespace freshet
