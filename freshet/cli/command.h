#pragma once
/// What a command is: a table that parsing, help, completion, the man page and `describe` all read.
///
/// A command's file defines its options struct (plain, made of the groups it shares with others and
/// one of its own), the tables, and `run`:
///
///     extern const Command list_command;
///     constinit const Command list_command{"list", "Shows what there is.", ...};
///
/// and is named in commands.def: nothing else.

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string_view>

#include "freshet/core/options.h"

namespace freshet {

class Console;

/// Exit statuses, all of them.
enum Exit : int { kDone = 0, kFailed = 1, kWrongInput = 2, kInterrupted = 130 };

/// Options that stand together, in a part of the command's options struct.
struct OptionGroup {
  std::string_view title;
  std::span<const OptionSpec> options;
  void* (*part)(void* options) noexcept;  // where the group's struct begins
};

/// The words that stand without an option: "SPEC", "MODEL", "NAME...".
struct Words {
  std::string_view name, doc;
  uint32_t least = 0, most = 0;
};

struct Command {
  std::string_view name, summary;
  std::string_view usage;                      // behind "freshet NAME "
  std::span<const std::string_view> examples;  // "COMMAND LINE  # what it does"
  Words words;
  std::span<const OptionGroup> groups;
  std::size_t options_size;
  void (*defaults)(void* options) noexcept;
  /// `options`: the struct, filled; `words`: what stood without an option. Returns an exit status.
  int (*run)(const void* options, std::span<const std::string_view> words, Console& console);
};

namespace command_detail {
template <auto Member>
struct Part;
template <class Options, class T, T Options::* Member>
struct Part<Member> {
  static void* address(void* options) noexcept {
    return &(static_cast<Options*>(options)->*Member);
  }
};
}  // namespace command_detail

/// A group that is the member of the command's options struct.
template <auto Member>
constexpr OptionGroup group(std::string_view title, std::span<const OptionSpec> options) {
  return {title, options, &command_detail::Part<Member>::address};
}

template <class Options>
void command_defaults(void* options) noexcept {
  ::new (options) Options();
}

/// `run` with the options as they are.
template <class Options, int (*Run)(const Options&, std::span<const std::string_view>, Console&)>
int run_with(const void* options, std::span<const std::string_view> words, Console& console) {
  return Run(*static_cast<const Options*>(options), words, console);
}

/// All commands, in the order in which help shows them.
std::span<const Command* const> commands() noexcept;
/// The command of this name, or null.
const Command* find_command(std::string_view name) noexcept;

}  // namespace freshet
