#pragma once
/// Ids of remembered predictions from the moment the appender lets them pass until the fold has them: the same request
/// again is told the same meanwhile, another request under the same id is refused.
/// Any thread; a mutex that is held for a look-up.

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "freshet/log/log.h"

namespace freshet {

class InFlightIds {
 public:
  struct Entry {
    Lsn lsn = 0;
    uint64_t request = 0;           // request_hash()
    std::vector<float> prediction;  // what the client was told
  };

  /// applied: what the fold has by now it answers for itself.
  std::optional<Entry> find(const std::string& id, Lsn applied) noexcept {
    const std::lock_guard lock(mutex_);
    const auto at = ids_.find(id);
    return at == ids_.end() || at->second.lsn <= applied ? std::nullopt : std::optional(at->second);
  }
  /// Now and then those that the fold has are removed, so that a look-up's cost stays small.
  void add(const std::string& id, Entry entry, Lsn applied) noexcept {
    const std::lock_guard lock(mutex_);
    ids_[id] = std::move(entry);
    if (ids_.size() < look_at_) return;
    std::erase_if(ids_, [&](const auto& one) { return one.second.lsn <= applied; });
    look_at_ = 2 * ids_.size() + kLeast;
  }
  /// It was not appended after all.
  void remove(const std::string& id) noexcept {
    const std::lock_guard lock(mutex_);
    ids_.erase(id);
  }

 private:
  static constexpr std::size_t kLeast = 64;

  std::mutex mutex_;
  std::map<std::string, Entry> ids_;
  std::size_t look_at_ = kLeast;  // entries at which folded ones are removed
};

}  // namespace freshet
