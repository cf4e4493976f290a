#include "freshet/cli/console.h"

#include <atomic>
#include <cstdlib>

#include <signal.h>
#include <unistd.h>

#include "freshet/runtime/clock.h"

namespace freshet {
namespace {

constexpr int64_t kProgressEveryNs = 100'000'000;
constexpr std::string_view kClearLine = "\r\x1b[K", kRed = "\x1b[31m", kDim = "\x1b[2m",
                           kPlain = "\x1b[0m";

void write_all(std::FILE* to, std::string_view text) noexcept {
  std::fwrite(text.data(), 1, text.size(), to);
}

struct Interrupt {
  void (*stop)(void* self) noexcept = nullptr;
  void* self = nullptr;
  std::atomic<int> count = 0;  // the handler runs on any thread
};
constinit Interrupt interrupt;

void on_interrupt(int signal) {
  if (interrupt.count.fetch_add(1) != 0) {
    ::signal(signal, SIG_DFL);
    raise(signal);
    return;
  }
  if (interrupt.stop != nullptr) interrupt.stop(interrupt.self);
}

}  // namespace

Console::Console() noexcept : err_terminal_(isatty(STDERR_FILENO) != 0) {
  err_colour_ = err_terminal_ && std::getenv("NO_COLOR") == nullptr;
}

void Console::set_up(const CommonOptions& options) noexcept {
  json_ = options.json;
  quiet_ = options.quiet;
  if (options.color != Colour::when_terminal) err_colour_ = options.color == Colour::always;
}

void Console::print(std::string_view text) noexcept {
  write_all(stdout, text);
}

void Console::print_line(std::string_view text) noexcept {
  print(text);
  print("\n");
}

bool Console::flush() noexcept {
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

void Console::talk(std::string_view colour, std::string_view text) noexcept {
  const std::lock_guard lock(mutex_);
  std::fflush(stdout);
  std::string line;
  if (has_progress_) line += kClearLine;
  has_progress_ = false;
  if (err_colour_) line += colour;
  line += "freshet: ";
  if (err_colour_) line += kPlain;
  line.append(text).append("\n");
  write_all(stderr, line);
}

void Console::error(std::string_view text) noexcept {
  talk(kRed, text);
}

void Console::note(std::string_view text) noexcept {
  if (!quiet_) talk(kDim, text);
}

int Console::fail(const Status& status) noexcept {
  error(status.text());
  return exit_of(status.code());
}

bool Console::wants_progress() const noexcept {
  return err_terminal_ && !quiet_ && steady_ns() >= next_progress_ns_;
}

void Console::progress(std::string_view text) noexcept {
  if (!err_terminal_ || quiet_) return;
  const std::lock_guard lock(mutex_);
  next_progress_ns_ = steady_ns() + kProgressEveryNs;
  std::string line(kClearLine);
  line.append(text);
  write_all(stderr, line);
  std::fflush(stderr);
  has_progress_ = true;
}

void Console::clear_progress() noexcept {
  const std::lock_guard lock(mutex_);
  if (has_progress_) write_all(stderr, kClearLine);
  has_progress_ = false;
}

int exit_of(Code code) noexcept {
  switch (code) {
    case Code::ok:
      return kDone;
    case Code::invalid_argument:
    case Code::not_found:
    case Code::corrupt:
    case Code::unsupported:
      return kWrongInput;
    case Code::cancelled:
      return kInterrupted;
    default:
      return kFailed;
  }
}

void catch_interrupts(void (*stop)(void* self) noexcept, void* self) noexcept {
  interrupt.stop = stop;
  interrupt.self = self;
  interrupt.count = 0;
  struct sigaction action{};
  action.sa_handler = &on_interrupt;  // without SA_RESTART: a waiting read comes back
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool was_interrupted() noexcept {
  return interrupt.count != 0;
}

}  // namespace freshet
