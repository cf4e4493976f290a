#pragma once
/// The blocks of an input one after another, read on the caller's thread or ahead on another.
///
/// (Text may be read by helpers, too: InputOptions::helpers. Whoever reads works with them.)
///
/// Ahead: a ring of kAhead blocks goes round; the reader waits for a free one, who learns for a full
/// one. What is read, and in which order, doesn't depend on that, and nothing is read behind the
/// block that holds the example at the limit. So any number of threads gives the same model.

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "freshet/base/status.h"
#include "freshet/core/example_block.h"
#include "freshet/ingest/input.h"
#include "freshet/runtime/queue.h"

namespace freshet {

class BlockStream {
 public:
  static constexpr std::size_t kAhead = 4;

  /// One block and what the input said when it was read.
  struct Item {
    ExampleBlock block;
    std::string source;     // the text it came from: a path or "<stdin>"
    uint64_t position = 0;  // bytes of the input used
    uint32_t classes = 0;   // of the schema
    bool is_end = false;
    Status status;
  };

  /// Both are borrowed; with `ahead`, `input` belongs to the stream until finish(), and signals that
  /// catch_interrupts() asks for are taken by the thread that reads, so that they end its waiting.
  /// limit: examples wanted; 0: all.
  BlockStream(Input& input, const Schema& schema, bool ahead, uint64_t limit) noexcept;
  ~BlockStream();
  BlockStream(const BlockStream&) = delete;
  BlockStream& operator=(const BlockStream&) = delete;

  /// The next examples, at least one; null: the end. Valid until the next call.
  Result<const Item*> next() noexcept;
  /// Ends the reading, also in the middle; a reader that waits for input is woken.
  void finish() noexcept;

 private:
  void fill(Item& item) noexcept;
  void read() noexcept;

  Input& input_;
  const Schema& schema_;
  const uint64_t limit_;
  uint64_t count_ = 0;  // examples read
  std::unique_ptr<Item> now_;
  Queue<std::unique_ptr<Item>> free_{kAhead + 1}, full_{kAhead + 1};
  std::thread reader_;
  std::atomic<bool> is_read_{false};
};

}  // namespace freshet
