#pragma once
#include <array>
#include <memory>
#include <optional>

#include "freshet/core/dictionary.h"
#include "freshet/core/learner.h"

namespace freshet {

struct CountingOptions {
  uint64_t memory = 0;
};
inline constexpr std::array kCountingOptions{option<&CountingOptions::memory>(
    "memory", "Most bytes its state may take; 0: no limit.", 0, 1e15, "bytes")};

/// Counts what it is taught, exactly: a learner whose state shows one lost, doubled or foreign example.
///
/// An example is one nominal pair (key, id < 2^32). For each key it keeps how many ids came, and the sum and the exclusive
/// or of mix64(id), modulo 2^64. No label. Predicts the count of the example's key. The order of examples leaves no trace
/// in those three; weights only say whether an example counts (above 0). 24 bytes a key, and 16 for its name.
class Counting final : public Learner {
 public:
  using Options = CountingOptions;
  static constexpr std::span<const OptionSpec> kOptions = kCountingOptions;
  struct Tally {
    uint64_t count = 0, sum = 0, exclusive_or = 0;
    bool operator==(const Tally&) const = default;
    void add(uint32_t id) noexcept;
  };

  explicit Counting(const CountingOptions& options = {}) noexcept;

  /// What came for `key`; nothing before the first. Nobody is changing *this.
  Tally tally(uint32_t key) const noexcept;
  /// Over all keys: count, sum and exclusive or of the tallies.
  Tally total() const noexcept;

  const Info& info() const noexcept override;
  const void* options() const noexcept override { return &options_; }
  Label label() const noexcept override { return Label::none; }
  uint32_t outputs() const noexcept override { return 1; }
  std::size_t bytes() const noexcept override { return pool_.bytes(); }
  void predict(const Example& x, std::span<float> out) const noexcept override;
  Status check(const Example& x) const noexcept override;
  Status learn(const Example& x, std::span<float> before) noexcept override;
  void draw(Sink& sink) const noexcept override;
  Result<std::unique_ptr<Learner>> clone() const noexcept override;
  Status copy_into(Learner& spare) const noexcept override;
  /// Exact.
  Status merge(const Learner& same_kind) noexcept override;
  Status save(Writer& writer) const noexcept override;
  Status load(Reader& reader) noexcept override;

 private:
  bool assign(const Counting& from) noexcept;
  Tally* row(uint32_t key) noexcept;

  CountingOptions options_;
  Pool pool_;
  Dictionary dictionary_;
  PoolArray<Tally> tally_;
};

}  // namespace freshet
