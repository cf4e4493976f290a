#include "bench/peer_process.h"

#include <algorithm>
#include <cmath>
#include <csignal>

#include <sched.h>
#include <unistd.h>

#include "freshet/base/chars.h"
#include "freshet/base/failure.h"

namespace freshet {
namespace {

// The number behind "name": in an answer; NaN: it isn't there.
double number_of(std::string_view json, std::string_view name) noexcept {
  const std::size_t at = json.find("\"" + std::string(name) + "\":");
  double value = NAN;
  if (at == std::string_view::npos) return value;
  json.remove_prefix(at + name.size() + 3);
  json.remove_prefix(std::min(json.find_first_not_of(' '), json.size()));
  parse_double(json.data(), json.data() + json.size(), &value);
  return value;
}

std::string text_of(std::string_view json, std::string_view name) {
  const std::size_t at = json.find("\"" + std::string(name) + "\": \"");
  if (at == std::string_view::npos) return {};
  json.remove_prefix(at + name.size() + 5);
  return std::string(json.substr(0, json.find('"')));
}

TimedRun run_of(std::string_view json) noexcept {
  TimedRun run;
  run.wall = number_of(json, "wall");
  run.cpu = number_of(json, "cpu");
  run.loss = number_of(json, "loss");
  run.log_loss = number_of(json, "log_loss");
  run.accuracy = number_of(json, "accuracy");
  run.examples = number_of(json, "examples");
  return run;
}

}  // namespace

int benchmark_core() noexcept {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof(cores), &cores) != 0) return -1;
  for (int core = CPU_SETSIZE - 1; core >= 0; --core)
    if (CPU_ISSET(static_cast<unsigned>(core), &cores)) return core;
  return -1;
}

namespace {

struct Ended {
  std::string out;
  double cpu;
};

Result<Ended> run_to_end(const std::vector<std::string>& args, int core) noexcept {
  std::vector<std::string> words{own_program()};
  words.insert(words.end(), args.begin(), args.end());
  FRESHET_TRY_ASSIGN(ChildProcess child, ChildProcess::start(words, {.core = core}));
  std::string out;
  while (child.read(out)) {
  }
  const ChildProcess::Ended ended = child.wait();
  if (!ended.is_good) {
    std::string command;
    for (const std::string& arg : args)
      command += " " + arg;
    return failure(Code::internal, "bench: freshet" + command + " failed");
  }
  return Ended{std::move(out), ended.cpu};
}

// CPU seconds until main, and what main always does: the least of some runs.
double start_cpu(int core) noexcept {
  double least = 1;
  for (int k = 0; k < 5; ++k) {
    const Result<Ended> ended = run_to_end({"--version"}, core);
    least = std::min(least, ended.ok() ? ended->cpu : 0);
  }
  return least;
}

}  // namespace

Result<TimedRun> run_self(const std::vector<std::string>& args, int core) noexcept {
  static const double start = start_cpu(core);
  FRESHET_TRY_ASSIGN(const Ended ended, run_to_end(args, core));
  TimedRun run = run_of(ended.out);
  run.wall = number_of(ended.out, "seconds");
  run.cpu = ended.cpu - start;
  return run;
}

Result<std::unique_ptr<PeerProcess>> PeerProcess::start(const std::string& folder,
                                                        const std::string& script) noexcept {
  const std::string python = folder + "/bin/python";
  if (access(python.c_str(), X_OK) != 0)
    return failure(Code::not_found,
                   "bench: no peers in " + folder + ": make peers installs them (--peers DIR)");
  const std::string path = "bench/peers/" + script;
  if (access(path.c_str(), R_OK) != 0)
    return failure(Code::not_found,
                   "bench: " + path + " is not there: run it in the project's root");
  (void)std::signal(SIGPIPE, SIG_IGN);  // a peer that dies is an answer
  FRESHET_TRY_ASSIGN(ChildProcess child, ChildProcess::start({python, path}, {.has_input = true}));
  std::unique_ptr<PeerProcess> peer(new PeerProcess(std::move(child), script));
  FRESHET_TRY_ASSIGN(const std::string hello, peer->line());
  peer->version_ = text_of(hello, "version");
  return peer;
}

PeerProcess::~PeerProcess() {
  if (process_.write("{\"quit\": true}\n")) process_.wait();
}

Result<std::string> PeerProcess::line() noexcept {
  while (read_.find('\n') == std::string::npos) {
    if (!process_.read(read_))
      return failure(Code::unavailable, "bench: " + name_ + " ended; run it by hand to see why");
  }
  const std::size_t end = read_.find('\n');
  std::string first = read_.substr(0, end);
  read_.erase(0, end + 1);
  return first;
}

Result<TimedRun> PeerProcess::ask(const std::string& request) noexcept {
  if (!process_.write(request + "\n"))
    return failure(Code::unavailable, "bench: " + name_ + " takes no requests");
  FRESHET_TRY_ASSIGN(const std::string answer, line());
  if (const std::string error = text_of(answer, "error"); !error.empty())
    return failure(Code::internal, "bench: " + name_ + ": " + error);
  return run_of(answer);
}

}  // namespace freshet
