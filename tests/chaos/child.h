#pragma once
/// What the chaos tests share: the child they kill, and what its log says.

#include <cstdint>
#include <cstdlib>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "freshet/format/blocks.h"
#include "freshet/learn/demo/counting.h"
#include "freshet/log/local/local_log.h"
#include "freshet/log/payload.h"

namespace freshet {

/// A child and all that it has said.
class Child {
 public:
  /// environment: "NAME=value", beside our own.
  Child(const std::string& folder, uint32_t first_id, uint32_t seed,
        const std::set<uint32_t>& remembered, const std::vector<std::string>& environment = {}) {
    std::vector<std::string> words = {FRESHET_KILL_CHILD, folder, std::to_string(first_id),
                                      std::to_string(seed)};
    for (const uint32_t id : remembered)
      words.push_back(std::to_string(id));
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::dup2(ends[1], 1);
      ::close(ends[0]);
      ::close(ends[1]);
      for (const std::string& name_and_value : environment)
        ::putenv(const_cast<char*>(name_and_value.c_str()));
      std::vector<char*> raw;
      for (std::string& word : words)
        raw.push_back(word.data());
      raw.push_back(nullptr);
      ::execv(raw[0], raw.data());
      std::_Exit(127);
    }
    ::close(ends[1]);
    reader_ = std::thread([this, in = ends[0]] {
      char bytes[65536];
      for (ssize_t n = 0; (n = ::read(in, bytes, sizeof(bytes))) > 0;)
        said_.append(bytes, static_cast<std::size_t>(n));
      ::close(in);
    });
  }

  /// Kills it and returns its whole lines.
  std::vector<std::string> kill_and_listen() {
    ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    reader_.join();
    ended_by_itself_ = WIFEXITED(status);
    std::vector<std::string> lines;
    std::istringstream in(said_.substr(0, said_.rfind('\n') + 1));
    for (std::string line; std::getline(in, line);)
      lines.push_back(line);
    return lines;
  }
  bool ended_by_itself() const { return ended_by_itself_; }

 private:
  pid_t pid_ = -1;
  std::thread reader_;
  std::string said_;
  bool ended_by_itself_ = false;
};

/// What the log says, read event by event as it grows.
struct Truth {
  Lsn lsn = 0;
  uint64_t token = 0;
  Counting::Tally total;
  std::unordered_map<uint32_t, uint32_t> learned;        // id -> times
  std::unordered_map<std::string, uint32_t> remembered;  // not labelled yet
  uint64_t wrong = 0;                                    // gaps, falling tokens, undecodable

  void learn(uint32_t id) {
    ++learned[id];
    total.add(id);
  }

  bool take(const Event& event) {
    wrong += event.lsn != lsn + 1 || event.token < token;
    lsn = event.lsn;
    token = event.token;
    auto payload = Payload::parse(event.body);
    ExampleBlock block;
    if (!payload.ok() || (payload->has(Tag::examples) &&
                          !BlockCodec::decode(payload->section(Tag::examples), block).ok())) {
      ++wrong;
      return true;
    }
    for (uint32_t k = 0; k < block.size(); ++k) {
      if (event.kind == EventKind::example) learn(block[k].nominal.category[0]);
      if (event.kind == EventKind::remember)
        remembered.emplace(payload->text(Tag::request_id), block[k].nominal.category[0]);
      if (event.kind != EventKind::label) continue;
      const auto at = remembered.find(std::string(block.id(k)));
      if (at == remembered.end()) continue;
      learn(at->second);
      remembered.erase(at);
    }
    return true;
  }

  void read_on(const std::string& folder) {
    auto log = LocalLog::open_read_only(folder);
    if (!log.ok()) FAIL(std::string(log.status().text()));
    REQUIRE((*log)->end() >= lsn);  // nothing that was there has vanished
    if ((*log)->end() == lsn) return;
    Status read = (*log)->read(lsn + 1, this, [](void* self, const Event& event) noexcept {
      return static_cast<Truth*>(self)->take(event);
    });
    if (!read.ok()) FAIL(std::string(read.text()));
    CHECK(wrong == 0);
  }
};

}  // namespace freshet
