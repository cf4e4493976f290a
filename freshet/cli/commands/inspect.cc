/// `freshet inspect FILE`: what is in a model, a checkpoint, a log or a file of blocks.

#include <array>
#include <filesystem>

#include "freshet/cli/command.h"
#include "freshet/cli/console.h"
#include "freshet/cli/inspect_model.h"

namespace freshet {
namespace {

struct InspectFlags {
  uint32_t weights = 10;
};
constexpr std::array kInspectFlags{
    option<&InspectFlags::weights>(
        "weights", "So many of the largest weights are shown, with their names.", 0, 4294967295.0),
};
struct InspectOptions {
  InspectFlags inspect;
  CommonOptions common;
};
constexpr std::array kGroups{
    group<&InspectOptions::inspect>("inspect", kInspectFlags),
    group<&InspectOptions::common>("all commands", kCommonOptions),
};
constexpr std::array<std::string_view, 2> kExamples{
    "freshet inspect m.frsh --weights 20  # options, keys, tensors, checksums, the largest weights",
    "freshet inspect data/ads  # a model's folder: its log",
};

bool is_log(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error) || path.ends_with(".log");
}

int run(const InspectOptions& options, std::span<const std::string_view> words, Console& console) {
  const std::string path(words[0]);
  const Status status = is_log(path) ? inspect_log(path, console)
                        : path.ends_with(".frb")
                            ? inspect_blocks(path, console)
                            : inspect_model(path, options.inspect.weights, console);
  return status.ok() ? static_cast<int>(kDone) : console.fail(status);
}

}  // namespace

extern const Command inspect_command;
constinit const Command inspect_command{
    "inspect",
    "Shows what is in a model file, a checkpoint, a log or a file of blocks.",
    "FILE [options]",
    kExamples,
    {"FILE", "a model file, a checkpoint, blocks (.frb), a log's segment or a model's folder", 1,
     1},
    kGroups,
    sizeof(InspectOptions),
    &command_defaults<InspectOptions>,
    &run_with<InspectOptions, &run>};

}  // namespace freshet
