#include "bench/peer_process.h"

#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
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

void keep_on(int core) noexcept {
  if (core < 0) return;
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<unsigned>(core), &cores);
  sched_setaffinity(0, sizeof(cores), &cores);
}

// A child with `args`, its standard output and, where wanted, its input as pipes of ours.
pid_t start_child(const std::vector<std::string>& args, int core, int* to, int* from) noexcept {
  int in[2] = {-1, -1}, out[2] = {-1, -1};
  if (pipe2(out, O_CLOEXEC) != 0 || (to != nullptr && pipe2(in, O_CLOEXEC) != 0)) return -1;
  std::vector<char*> words;
  for (const std::string& arg : args)
    words.push_back(const_cast<char*>(arg.c_str()));
  words.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    keep_on(core);
    dup2(out[1], STDOUT_FILENO);
    if (to != nullptr) dup2(in[0], STDIN_FILENO);
    execv(words[0], words.data());
    _exit(127);
  }
  close(out[1]);
  if (to != nullptr) {
    close(in[0]);
    *to = in[1];
  }
  *from = out[0];
  return child;
}

double seconds(const timeval& t) noexcept {
  return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
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
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof(path));
  if (size <= 0) return {Code::unavailable, "bench: /proc/self/exe can't be read"};
  std::vector<std::string> all{std::string(path, static_cast<std::size_t>(size))};
  all.insert(all.end(), args.begin(), args.end());
  int from = -1;
  const pid_t child = start_child(all, core, nullptr, &from);
  if (child < 0) return {Code::unavailable, "bench: no process can be started"};
  std::string out;
  char piece[4096];
  ssize_t got = 0;
  while ((got = read(from, piece, sizeof(piece))) > 0 || (got < 0 && errno == EINTR))
    out.append(piece, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  close(from);
  int status = 0;
  rusage used{};
  wait4(child, &status, 0, &used);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    std::string command;
    for (const std::string& arg : args)
      command += " " + arg;
    return failure(Code::internal, "bench: freshet" + command + " failed");
  }
  return Ended{std::move(out), seconds(used.ru_utime) + seconds(used.ru_stime)};
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
  int to = -1, from = -1;
  const pid_t child = start_child({python, path}, -1, &to, &from);
  if (child < 0) return {Code::unavailable, "bench: no process can be started"};
  std::unique_ptr<PeerProcess> peer(new PeerProcess(child, to, from, script));
  FRESHET_TRY_ASSIGN(const std::string hello, peer->line());
  peer->version_ = text_of(hello, "version");
  return peer;
}

PeerProcess::~PeerProcess() {
  constexpr std::string_view kQuit = "{\"quit\": true}\n";
  if (write(to_, kQuit.data(), kQuit.size()) < 0) kill(process_, SIGTERM);
  close(to_);
  close(from_);
  waitpid(process_, nullptr, 0);
}

Result<std::string> PeerProcess::line() noexcept {
  while (read_.find('\n') == std::string::npos) {
    char piece[4096];
    const ssize_t got = read(from_, piece, sizeof(piece));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0)
      return failure(Code::unavailable, "bench: " + name_ + " ended; run it by hand to see why");
    read_.append(piece, static_cast<std::size_t>(got));
  }
  const std::size_t end = read_.find('\n');
  std::string first = read_.substr(0, end);
  read_.erase(0, end + 1);
  return first;
}

Result<TimedRun> PeerProcess::ask(const std::string& request) noexcept {
  const std::string text = request + "\n";
  if (write(to_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return failure(Code::unavailable, "bench: " + name_ + " takes no requests");
  FRESHET_TRY_ASSIGN(const std::string answer, line());
  if (const std::string error = text_of(answer, "error"); !error.empty())
    return failure(Code::internal, "bench: " + name_ + ": " + error);
  return run_of(answer);
}

}  // namespace freshet
