/// Where the notices of all rings end: spdlog's logger on stderr. The only file that sees spdlog.

#include <mutex>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include "freshet/cli/console.h"
#include "freshet/runtime/notice.h"

namespace freshet {
namespace {

// Writes through the console, so that the progress line is cleared first.
class ConsoleSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit ConsoleSink(Console& console) : console_(console) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    const std::string_view text(line.data(), line.size());
    if (message.level >= spdlog::level::warn)
      console_.error(text);
    else
      console_.note(text);
  }
  void flush_() override {}

 private:
  Console& console_;
};

spdlog::level::level_enum level_of(Level level) noexcept {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

void to_spdlog(Level level, std::string_view text) noexcept {
  spdlog::default_logger_raw()->log(level_of(level),
                                    spdlog::string_view_t(text.data(), text.size()));
}

}  // namespace

void send_notices_to(Console& console, bool with_time) noexcept {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(
      with_time ? "%Y-%m-%d %H:%M:%S %v" : "%v", spdlog::pattern_time_type::local, "");
  auto logger = std::make_shared<spdlog::logger>("freshet", std::make_shared<ConsoleSink>(console));
  logger->set_formatter(std::move(formatter));
  spdlog::set_default_logger(std::move(logger));
  set_notice(&to_spdlog);
}

}  // namespace freshet
