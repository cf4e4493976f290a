#pragma once
/// A program that runs beside this one: it is told things on its standard input, its standard output is read.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "freshet/base/status.h"

namespace freshet {

/// Path of this program itself; empty: /proc can't be read.
std::string own_program() noexcept;

class ChildProcess {
 public:
  struct Options {
    int core = -1;           // it is kept on; -1: any
    bool has_input = false;  // its standard input is a pipe of ours, else what ours is
    bool is_quiet = false;   // its standard error is thrown away
  };
  /// What it came to. CPU counts all its threads.
  struct Ended {
    bool is_good = false;  // it exited with 0
    double cpu = 0;        // seconds
  };

  /// words: the program's path, then its arguments. One that can't be executed ends at once.
  static Result<ChildProcess> start(const std::vector<std::string>& words,
                                    Options options) noexcept;
  ChildProcess(ChildProcess&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)),
        to_(std::exchange(other.to_, -1)),
        from_(std::exchange(other.from_, -1)) {}
  ChildProcess& operator=(ChildProcess&&) = delete;
  /// Kills it, unless wait() was called.
  ~ChildProcess();

  /// All of `text`, or false: it takes no more.
  bool write(std::string_view text) noexcept;
  /// Appends the next bytes it has written, waiting for some. False: there will be none.
  bool read(std::string& out) noexcept;
  /// Closes its input and waits for its end.
  Ended wait() noexcept;

 private:
  ChildProcess(pid_t pid, int to, int from) noexcept : pid_(pid), to_(to), from_(from) {}
  void close_pipes() noexcept;

  pid_t pid_;
  int to_, from_;
};

}  // namespace freshet
