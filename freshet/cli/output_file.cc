#include "freshet/cli/output_file.h"

#include <cerrno>
#include <cstring>
#include <span>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "freshet/base/failure.h"

namespace freshet {
namespace {

constexpr std::size_t kBuffer = 64 * 1024;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Status check_output(const std::string& path) noexcept {
  struct stat about{};
  if (stat(path.c_str(), &about) == 0 && !S_ISREG(about.st_mode)) {
    return failure(Code::invalid_argument,
                   path + ": can't be written: it is no ordinary file" +
                       (S_ISDIR(about.st_mode) ? ", but a folder; name a file in it" : ""));
  }
  const std::string folder = folder_of(path);
  if (access(folder.c_str(), W_OK | X_OK) == 0) return {};
  return failure(errno == ENOENT ? Code::not_found : Code::denied,
                 path + ": can't be written: " + folder + ": " + std::strerror(errno));
}

Result<OutputFile> OutputFile::open(const std::string& path, Console& console) noexcept {
  OutputFile out(console);
  out.is_null_ = path == "/dev/null";
  if (is_stdout(path) || out.is_null_) return out;
  FRESHET_TRY(check_output(path));
  out.path_ = path;
  out.temporary_ = path + ".tmp." + std::to_string(getpid());
  Result<File> file = File::open(out.temporary_, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file.ok()) {
    out.temporary_.clear();
    return std::move(file).status();
  }
  out.file_ = std::move(*file);
  return out;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : console_(other.console_),
      is_null_(other.is_null_),
      path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      buffer_(std::move(other.buffer_)),
      file_(std::move(other.file_)),
      offset_(other.offset_) {}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) (void)remove_file(temporary_).ok();
}

Status OutputFile::flush() noexcept {
  FRESHET_TRY(file_.write_at(offset_, std::as_bytes(std::span(buffer_))));
  offset_ += buffer_.size();
  buffer_.clear();
  return {};
}

Status OutputFile::write(std::string_view text) noexcept {
  if (temporary_.empty()) {
    if (!is_null_) console_.print(text);
    return {};
  }
  buffer_.append(text);
  return buffer_.size() >= kBuffer ? flush() : Status();
}

Status OutputFile::finish() noexcept {
  if (temporary_.empty()) {
    if (!console_.flush()) return {Code::unavailable, "stdout can't be written"};
    return {};
  }
  FRESHET_TRY(flush());
  FRESHET_TRY(file_.sync());
  file_.close();
  FRESHET_TRY(rename_file(temporary_, path_));
  temporary_.clear();
  return sync_folder(folder_of(path_));
}

}  // namespace freshet
