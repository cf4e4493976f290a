#pragma once
/// The terminal: results go to stdout, talk goes to stderr.
///
/// One progress line at most is on the screen; whatever else is written to stderr clears it first.
/// Threads: notices may come from any; everything else is the main thread's.

#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>

#include "freshet/base/status.h"
#include "freshet/cli/common_options.h"

namespace freshet {

class Console {
 public:
  Console() noexcept;

  /// From the command's options and the environment (NO_COLOR).
  void set_up(const CommonOptions& options) noexcept;
  bool json() const noexcept { return json_; }
  bool is_quiet() const noexcept { return quiet_; }
  bool stderr_is_terminal() const noexcept { return err_terminal_; }

  /// A result, to stdout. print_line adds the line end.
  void print(std::string_view text) noexcept;
  void print_line(std::string_view text) noexcept;
  /// False: stdout is closed or full; nobody reads on.
  bool flush() noexcept;

  /// "freshet: text" on stderr. error() is shown with -q too.
  void error(std::string_view text) noexcept;
  void note(std::string_view text) noexcept;
  /// Shows the failure and answers with the exit status of its code.
  int fail(const Status& status) noexcept;

  /// On a terminal: redraws the progress line, at most ten times a second. Else does nothing.
  void progress(std::string_view text) noexcept;
  /// Whether a redraw is due.
  bool wants_progress() const noexcept;
  void clear_progress() noexcept;

 private:
  void talk(std::string_view colour, std::string_view text) noexcept;

  std::mutex mutex_;
  bool json_ = false, quiet_ = false, err_terminal_ = false, err_colour_ = false,
       has_progress_ = false;
  int64_t next_progress_ns_ = 0;
};

/// The exit status of a failure (house.md 4: codes at the edges).
int exit_of(Code code) noexcept;

/// Sends notices of all rings to this console (cli/notice_spdlog.cc). `with_time`: servers.
void send_notices_to(Console& console, bool with_time) noexcept;

/// Ctrl-C and SIGTERM: from here on they ask to stop instead of ending the process; a second one ends
/// it. `stop` is called in the signal handler.
void catch_interrupts(void (*stop)(void* self) noexcept, void* self) noexcept;
bool was_interrupted() noexcept;

}  // namespace freshet
