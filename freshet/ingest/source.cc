#include "freshet/ingest/source.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "freshet/base/failure.h"
#include "freshet/ingest/decompressed_source.h"

namespace freshet {
namespace {

class FileSource final : public Source {
 public:
  FileSource(int file, std::string name, uint64_t size, const StopFlag& stop) noexcept
      : file_(file), name_(std::move(name)), size_(size), stop_(stop) {}
  ~FileSource() override {
    if (file_ > STDERR_FILENO) close(file_);
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<std::size_t> read(std::span<char> to) noexcept override {
    while (!stop_.is_set()) {
      const ssize_t got = ::read(file_, to.data(), to.size());
      if (got < 0 && errno == EINTR) continue;  // Ctrl-C while it waits
      if (got < 0) return source_failure("can't be read", name_);
      position_ += static_cast<uint64_t>(got);
      if (got == 0 && position_ < size_) {
        return failure(Code::corrupt,
                       name_ + ": became shorter while it was read: " + std::to_string(position_) +
                           " of " + std::to_string(size_) + " bytes were left");
      }
      return static_cast<std::size_t>(got);
    }
    return std::size_t{0};
  }
  bool is_ready() const noexcept override {
    pollfd ready{file_, POLLIN, 0};
    return size_ != 0 || poll(&ready, 1, 0) != 0;
  }
  std::string_view name() const noexcept override { return name_; }
  uint64_t position() const noexcept override { return position_; }

 private:
  const int file_;
  const std::string name_;
  const uint64_t size_;
  const StopFlag& stop_;
  uint64_t position_ = 0;
};

// Puts back the bytes that were looked at.
class PeekedSource final : public Source {
 public:
  PeekedSource(std::unique_ptr<Source> inner, std::span<const char> begin) noexcept
      : inner_(std::move(inner)), begin_(begin.begin(), begin.end()) {}
  Result<std::size_t> read(std::span<char> to) noexcept override {
    if (given_ == begin_.size()) return inner_->read(to);
    const std::size_t n = std::min(to.size(), begin_.size() - given_);
    std::memcpy(to.data(), begin_.data() + given_, n);
    given_ += n;
    return n;
  }
  bool is_ready() const noexcept override { return given_ != begin_.size() || inner_->is_ready(); }
  std::string_view name() const noexcept override { return inner_->name(); }
  uint64_t position() const noexcept override { return inner_->position(); }

 private:
  std::unique_ptr<Source> inner_;
  std::string begin_;
  std::size_t given_ = 0;
};

Result<std::unique_ptr<Source>> open_file(const std::string& path, const StopFlag& stop) noexcept {
  if (path == "-")
    return std::unique_ptr<Source>(std::make_unique<FileSource>(STDIN_FILENO, "<stdin>", 0, stop));
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return source_failure("can't be opened", path);
  struct stat about{};
  if (fstat(file, &about) != 0 || S_ISDIR(about.st_mode)) {
    close(file);
    return failure(Code::invalid_argument,
                   path + ": is a folder; name a file, or use a glob such as '" + path + "/*.csv'");
  }
  const auto size = S_ISREG(about.st_mode) ? static_cast<uint64_t>(about.st_size) : 0;
  return std::unique_ptr<Source>(std::make_unique<FileSource>(file, path, size, stop));
}

struct Magic {
  std::string_view bytes, name;
};
constexpr Magic kUnread[] = {{"BZh", "bzip2"},
                             {"\xfd"
                              "7zXZ",
                              "xz"},
                             {"PK\x03\x04", "zip"}};
// First bytes of anything that may be compressed.
constexpr std::string_view kFirstBytes =
    "\x1f\x28\x04\x50\x51\x52\x53\x54\x55\x56\x57\x58\x59\x5a\x5b\x5c\x5d\x5e\x5f\x42\xfd";

}  // namespace

Status source_failure(std::string_view what, std::string_view path) noexcept {
  const Code code = errno == ENOENT                     ? Code::not_found
                    : errno == EACCES || errno == EPERM ? Code::denied
                                                        : Code::unavailable;
  return failure(code, std::string(path) + ": " + std::string(what) + ": " + std::strerror(errno));
}

Result<std::unique_ptr<Source>> open_source(const std::string& path, uint64_t max_window,
                                            const StopFlag& stop) noexcept {
  FRESHET_TRY_ASSIGN(std::unique_ptr<Source> source, open_file(path, stop));
  char begin[8];
  std::size_t have = 0;
  while (have < sizeof(begin)) {
    FRESHET_TRY_ASSIGN(const std::size_t got, source->read(std::span(begin).subspan(have)));
    if (got == 0) break;
    have += got;
    // Plain text: don't wait for more of a slow pipe.
    if (kFirstBytes.find(begin[0]) == std::string_view::npos) break;
  }
  const std::string_view magic(begin, have);
  for (const Magic& unread : kUnread) {
    if (!magic.starts_with(unread.bytes)) continue;
    return failure(
        Code::unsupported,
        std::string(source->name()) + ": is compressed with " + std::string(unread.name) +
            ", which this freshet doesn't read; pipe it in: " + std::string(unread.name) +
            " -dc FILE | freshet ... -d -");
  }
  const Compression compression = compression_of(std::as_bytes(std::span(begin, have)));
  source = std::make_unique<PeekedSource>(std::move(source), std::span(begin, have));
  if (compression == Compression::none) return source;
  return make_decompressed_source(std::move(source), compression, max_window);
}

Result<std::vector<std::string>> expand_paths(const std::string& text) noexcept {
  if (text == "-" || text.find_first_of("*?[") == std::string::npos)
    return std::vector<std::string>{text};
  struct stat about{};
  if (stat(text.c_str(), &about) == 0)
    return std::vector<std::string>{text};  // a file that is called so
  glob_t found{};
  const int answer = glob(text.c_str(), 0, nullptr, &found);
  std::vector<std::string> paths;
  for (std::size_t k = 0; k < found.gl_pathc; ++k)
    paths.emplace_back(found.gl_pathv[k]);
  globfree(&found);
  if (answer == GLOB_NOSPACE) return {Code::exhausted, "glob: no memory left"};
  if (paths.empty()) return failure(Code::not_found, text + ": no file matches");
  return paths;
}

}  // namespace freshet
