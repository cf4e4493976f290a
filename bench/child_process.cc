#include "bench/child_process.h"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace freshet {
namespace {

void keep_on(int core) noexcept {
  if (core < 0) return;
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<unsigned>(core), &cores);
  sched_setaffinity(0, sizeof(cores), &cores);
}

double seconds(const timeval& t) noexcept {
  return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
}

void close_end(int& end) noexcept {
  if (end >= 0) ::close(end);
  end = -1;
}

}  // namespace

std::string own_program() noexcept {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof(path));
  return size <= 0 ? std::string() : std::string(path, static_cast<std::size_t>(size));
}

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& words,
                                         Options options) noexcept {
  std::vector<char*> arguments;
  for (const std::string& word : words)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  int in[2] = {-1, -1}, out[2] = {-1, -1};
  const bool has_pipes =
      pipe2(out, O_CLOEXEC) == 0 && (!options.has_input || pipe2(in, O_CLOEXEC) == 0);
  const pid_t child = has_pipes ? fork() : -1;
  if (child == 0) {  // async-signal-safe calls only: other threads may have held locks
    keep_on(options.core);
    dup2(out[1], STDOUT_FILENO);
    if (options.has_input) dup2(in[0], STDIN_FILENO);
    if (options.is_quiet) dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  close_end(out[1]);
  close_end(in[0]);
  ChildProcess made(child, in[1], out[0]);
  if (child < 0) return Status(Code::unavailable, "bench: no process can be started");
  return made;
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close_pipes();
}

void ChildProcess::close_pipes() noexcept {
  close_end(to_);
  close_end(from_);
}

bool ChildProcess::write(std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t put = ::write(to_, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

bool ChildProcess::read(std::string& out) noexcept {
  char piece[4096];
  ssize_t got = 0;
  do {
    got = ::read(from_, piece, sizeof(piece));
  } while (got < 0 && errno == EINTR);
  if (got > 0) out.append(piece, static_cast<std::size_t>(got));
  return got > 0;
}

ChildProcess::Ended ChildProcess::wait() noexcept {
  close_pipes();
  int status = 0;
  rusage used{};
  const bool is_known = wait4(std::exchange(pid_, -1), &status, 0, &used) > 0;
  return {is_known && WIFEXITED(status) && WEXITSTATUS(status) == 0,
          seconds(used.ru_utime) + seconds(used.ru_stime)};
}

}  // namespace freshet
