#pragma once
/// Where rings 3-5 say what people should know. They never print: the command line points this at its log.

#include <atomic>
#include <cstdint>
#include <string_view>

namespace freshet {

enum class Level : uint8_t { debug, info, warning, error };

using NoticeFunction = void (*)(Level, std::string_view text) noexcept;

namespace notice_detail {
inline void nowhere(Level, std::string_view) noexcept {}
inline constinit std::atomic<NoticeFunction> function{&nowhere};
}  // namespace notice_detail

/// Sends all notices to `function` from now on; null: nowhere. Any thread.
inline void set_notice(NoticeFunction function) noexcept {
  notice_detail::function.store(function != nullptr ? function : &notice_detail::nowhere, std::memory_order_release);
}

/// One line for people, without a final newline; it starts with the component. Any thread. Not for hot paths.
inline void notice(Level level, std::string_view text) noexcept {
  notice_detail::function.load(std::memory_order_acquire)(level, text);
}

}  // namespace freshet
