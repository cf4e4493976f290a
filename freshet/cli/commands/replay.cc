/// `freshet replay LOG [--to LSN] [-f MODEL]`: folds a log again.

#include "freshet/runtime/replay.h"

#include <array>

#include "freshet/base/chars.h"
#include "freshet/base/failure.h"
#include "freshet/cli/command.h"
#include "freshet/cli/console.h"
#include "freshet/cli/json_text.h"
#include "freshet/cli/model_io.h"
#include "freshet/cli/output_file.h"
#include "freshet/cli/spec_argument.h"
#include "freshet/log/file.h"
#include "freshet/runtime/catalog.h"
#include "freshet/serve/model_folder.h"

namespace freshet {
namespace {

struct ReplayFlags {
  uint64_t to = 0;
  std::string_view model, out;
  bool verify = false;
};
constexpr std::array kReplayFlags{
    option<&ReplayFlags::to>("to", "The last event to fold; 0: the end of the log.", 0, 9e18),
    option<&ReplayFlags::out>("out|f", "The model file to write."),
    option<&ReplayFlags::model>("model", "What if: another spec over the same log."),
    option<&ReplayFlags::verify>("verify",
                                 "Compare with every checkpoint met on the way, bit for bit."),
};
struct ReplayCommandOptions {
  ReplayFlags replay;
  CommonOptions common;
};
constexpr std::array kGroups{
    group<&ReplayCommandOptions::replay>("replay", kReplayFlags),
    group<&ReplayCommandOptions::common>("all commands", kCommonOptions),
};
constexpr std::array<std::string_view, 3> kExamples{
    "freshet replay data/ads --verify  # the log gives the state of every checkpoint",
    "freshet replay data/ads --to 41218 -f then.frsh  # the model as it was",
    "freshet replay data/ads --model 'scale | linear' -f other.frsh  # what another model had "
    "become",
};

Result<ReplayOptions> replay_of(const ReplayCommandOptions& options, std::string_view folder) {
  ReplayOptions what;
  what.folder = std::string(folder);
  while (what.folder.size() > 1 && what.folder.back() == '/')
    what.folder.pop_back();
  FoldOptions& fold = what;
  const Result<FolderSpec> about = read_folder_spec(what.folder);
  if (options.replay.model.empty()) {
    if (!about.ok()) return failure(about.status().code(), about.status().text());
    fold = *about;
  } else {
    if (about.ok()) fold.pending = about->pending;
    if (about.ok()) fold.silence = about->silence;
    fold.seed = options.common.seed;
    FRESHET_TRY_ASSIGN(fold.spec, spec_text(options.replay.model));
  }
  if (options.replay.to != 0) what.to = options.replay.to;
  what.verifies = options.replay.verify;
  if (what.verifies && !options.replay.model.empty())
    return {Code::invalid_argument,
            "replay: --verify compares with the model's own checkpoints; leave --model out"};
  return what;
}

std::string as_json(const ReplayOptions& what, const Replayed& done, std::string_view out) {
  JsonText json;
  json.begin_object()
      .text("spec", what.spec)
      .count("from", done.from)
      .count("lsn", done.counts.lsn)
      .count("events", done.counts.events);
  json.count("examples", done.counts.examples)
      .count("skipped", done.counts.skipped)
      .count("state_crc", done.state_crc);
  json.count("verified", done.verified).count("not_compared", done.skipped_notes);
  if (!out.empty()) json.text("model", out);
  return json.end_object().str();
}

void tell(const ReplayOptions& what, const Replayed& done, Console& console) {
  console.print_line(what.spec);
  if (done.from != 0)
    console.note("the log's first segments are gone; began at the checkpoint of event " +
                 std::to_string(done.from));
  console.print_line("up to event " + std::to_string(done.counts.lsn) + ": " +
                     std::to_string(done.counts.examples) + " examples learned, " +
                     std::to_string(done.counts.skipped) + " refused by the learner");
  if (!what.verifies) return;
  console.print_line(std::to_string(done.verified) + " checkpoints are equal to the bit, " +
                     std::to_string(done.skipped_notes) +
                     " of another build or processor were not compared");
}

Status fold(const ReplayCommandOptions& options, std::string_view folder,
            Console& console) noexcept {
  if (!options.replay.out.empty()) FRESHET_TRY(check_output(std::string(options.replay.out)));
  FRESHET_TRY_ASSIGN(ReplayOptions what, replay_of(options, folder));
  what.progress = [&console](Lsn lsn) { console.progress("event " + std::to_string(lsn)); };
  FRESHET_TRY_ASSIGN(const Replayed done, replay(what, catalog()));
  console.clear_progress();
  if (!options.replay.out.empty())
    FRESHET_TRY(write_file_atomically(std::string(options.replay.out), done.bytes));
  if (console.json())
    console.print_line(as_json(what, done, options.replay.out));
  else
    tell(what, done, console);
  return {};
}

int run(const ReplayCommandOptions& options, std::span<const std::string_view> words,
        Console& console) {
  const Status status = fold(options, words[0], console);
  return status.ok() ? static_cast<int>(kDone) : console.fail(status);
}

}  // namespace

extern const Command replay_command;
constinit const Command replay_command{
    "replay",
    "Folds a model's log again: recovery, audit, what if.",
    "FOLDER [--to LSN] [-f MODEL] [options]",
    kExamples,
    {"FOLDER", "a model's folder, <data-dir>/<model>, with spec.json and log/", 1, 1},
    kGroups,
    sizeof(ReplayCommandOptions),
    &command_defaults<ReplayCommandOptions>,
    &run_with<ReplayCommandOptions, &run>};

}  // namespace freshet
