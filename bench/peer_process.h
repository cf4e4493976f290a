#pragma once
/// Programs that a benchmark runs: peers, which stay and answer requests (bench/peers), and this program itself, once
/// for each measurement.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/child_process.h"
#include "freshet/base/status.h"

namespace freshet {

/// What one run took and reached. CPU counts all threads. What a run doesn't say is NaN.
struct TimedRun {
  double wall = 0, cpu = 0;  // seconds
  double loss = 0, log_loss = 0, accuracy = 0, examples = 0;
};

/// A core that runs of one thread are kept on; -1: any.
int benchmark_core() noexcept;

/// This program with `args`, whose standard output is a JSON object with "seconds". Its start counts as little as a
/// peer's: `wall` is those seconds, `cpu` is without what a run costs that only says its version.
Result<TimedRun> run_self(const std::vector<std::string>& args, int core) noexcept;

/// Who answers a line of JSON to a line of JSON.
class PeerProcess {
 public:
  /// `not_found`: the peers aren't installed in `folder`, or not this one.
  static Result<std::unique_ptr<PeerProcess>> start(const std::string& folder,
                                                    const std::string& script) noexcept;
  ~PeerProcess();

  const std::string& version() const noexcept { return version_; }
  Result<TimedRun> ask(const std::string& request) noexcept;

 private:
  PeerProcess(ChildProcess process, std::string name) noexcept
      : process_(std::move(process)), name_(std::move(name)) {}
  Result<std::string> line() noexcept;

  ChildProcess process_;
  const std::string name_;
  std::string version_, read_;
};

}  // namespace freshet
