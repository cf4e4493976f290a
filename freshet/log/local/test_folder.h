#pragma once
#include <filesystem>
#include <fstream>
#include <string>

#include <stdlib.h>

namespace freshet {

/// A folder for one test, gone with it. In memory where the machine has /dev/shm: a sync costs
/// nothing there.
class TestFolder {
 public:
  TestFolder() {
    for (const std::filesystem::path& parent :
         {std::filesystem::path("/dev/shm"), std::filesystem::temp_directory_path()}) {
      std::string name = (parent / "freshet-test-XXXXXX").string();
      if (const char* made = ::mkdtemp(name.data())) {
        path_ = made;
        return;
      }
    }
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  /// Writes the file `name` in it; returns its path.
  std::string file(const std::string& name, const std::string& bytes) const {
    std::ofstream(*this / name, std::ios::binary) << bytes;
    return *this / name;
  }

 private:
  std::string path_;
};

}  // namespace freshet
