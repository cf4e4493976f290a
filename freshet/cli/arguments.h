#pragma once
/// A command line becomes a command's options struct, by the command's tables.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/cli/command.h"

namespace freshet {

/// The options struct of one call, and the texts that it borrows.
class Arguments {
 public:
  /// `args`: what stands behind the command's name. `invalid_argument`: an unknown option (the nearest
  /// is named), a value out of bounds, too many or too few words.
  static Result<Arguments> parse(const Command& command,
                                 std::span<const std::string> args) noexcept;

  void* options() noexcept { return options_.get(); }
  std::span<const std::string_view> words() const noexcept { return words_; }

 private:
  struct Free {
    void operator()(void* options) const noexcept { ::operator delete(options); }
  };
  std::string_view keep(std::string text);
  Status set(const OptionSpec& option, void* part, std::span<const std::string> values);

  std::unique_ptr<void, Free> options_;
  std::vector<std::unique_ptr<std::string>> texts_;
  std::vector<std::unique_ptr<std::vector<std::string_view>>> lists_;
  std::vector<std::string_view> words_;
};

/// "--time-unit" of "time_unit", "-d, --data" of "data|d".
std::string flag_of(const OptionSpec& option);
/// "--data" alone.
std::string long_flag_of(const OptionSpec& option);
/// Whether the option stands alone, without a value.
bool is_flag(const OptionSpec& option) noexcept;

}  // namespace freshet
