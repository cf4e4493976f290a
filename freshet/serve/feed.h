#pragma once
/// A server feeding itself: rows of a file, or this machine's telemetry, predicted first and learned after.
///
/// A file's rows carry their offset as a source in the log, so that a server that starts again, even after kill -9, goes
/// on with the first row the log doesn't have: none is repeated, none left out. Each feed has a thread of its own; stop()
/// or destruction ends it between two rows.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>

#include "freshet/base/status.h"
#include "freshet/core/example_block.h"
#include "freshet/core/schema.h"
#include "freshet/format/reader_options.h"
#include "freshet/ingest/telemetry.h"
#include "freshet/serve/hosted_model.h"
#include "freshet/serve/page_model.h"

namespace freshet {

/// Labelled rows, one after another.
class RowSource {
 public:
  virtual ~RowSource() = default;
  /// The next rows; empty at the end. A row that can't be read ends the source with a failure that names its place.
  virtual Status next(ExampleBlock& out) noexcept = 0;
  /// What the rows' ids mean.
  virtual const Schema& schema() const noexcept = 0;
};

/// Rows of CSV text in memory.  REQUIRES: `csv` outlives the source.
std::unique_ptr<RowSource> csv_rows(std::span<const char> csv, ReaderOptions options) noexcept;
/// Rows of a file, "-" or a glob, in any format that `-d` of the command line takes.
Result<std::unique_ptr<RowSource>> file_rows(const std::string& path,
                                             ReaderOptions options) noexcept;
/// How a model's labels are read.
ReaderOptions reader_options(const HostedModel& model) noexcept;

class Feed {
 public:
  virtual ~Feed();
  void start() noexcept;
  /// Ends the thread between two rows.
  void stop() noexcept;

 protected:
  virtual void run() noexcept = 0;
  /// False when stop() was called meanwhile.
  bool sleep_until(std::chrono::steady_clock::time_point when) noexcept;
  bool is_stopping() noexcept;

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool is_stopping_ = false;
  std::thread thread_;
};

struct FileFeedOptions {
  std::string source;            // its name in the log: the file's
  std::string text;              // words for people
  double rows_per_second = 200;  // 0: as fast as it learns
  uint64_t rows_total = 0;       // 0: not known
};

class FileFeed final : public Feed {
 public:
  FileFeed(HostedModel& model, PageModel& page, std::unique_ptr<RowSource> rows,
           FileFeedOptions options) noexcept;
  ~FileFeed() override;

 private:
  void run() noexcept override;
  bool send(ExampleBlock block, uint64_t first) noexcept;
  void tell(uint64_t sent, bool has_ended) noexcept;

  HostedModel& model_;
  PageModel& page_;
  std::unique_ptr<RowSource> rows_;
  FileFeedOptions options_;
  const uint64_t first_;  // rows that the model has learned from it before
  std::vector<float> predictions_;
};

/// Ten rows a second of `proc`; each is predicted and remembered, and its label follows a second later as feedback.
class TelemetryFeed final : public Feed {
 public:
  TelemetryFeed(HostedModel& model, PageModel& page, std::string proc = "/proc") noexcept;
  ~TelemetryFeed() override;

 private:
  void run() noexcept override;
  struct Waiting {
    int64_t time_us;  // of the row
    std::string id;
  };
  void step() noexcept;
  void tell() noexcept;
  bool remember(std::span<const float> row, int64_t time_us) noexcept;
  void label(const Waiting& waiting, float busy) noexcept;

  HostedModel& model_;
  PageModel& page_;
  const std::string proc_;
  Telemetry telemetry_;
  std::deque<Waiting> waiting_;
  std::vector<float> predictions_;
  float seen_ = 0;
  uint64_t sent_ = 0;
};

}  // namespace freshet
