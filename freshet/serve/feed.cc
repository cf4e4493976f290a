#include "freshet/serve/feed.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "freshet/base/failure.h"
#include "freshet/format/blocks.h"
#include "freshet/format/csv_reader.h"
#include "freshet/ingest/input.h"
#include "freshet/runtime/clock.h"
#include "freshet/runtime/notice.h"

namespace freshet {
namespace {

using std::chrono::steady_clock;

constexpr auto kRetry = std::chrono::milliseconds(20);
constexpr auto kDiskRetry = std::chrono::seconds(1);

/// Reads windows of a text that lies in memory; its last bytes are read from a copy with room behind it.
class CsvRows final : public RowSource {
 public:
  CsvRows(std::span<const char> csv, ReaderOptions options)
      : text_(csv.begin(), csv.end()), size_(csv.size()), reader_(std::move(options), schema_) {
    text_.resize(size_ + 64);
  }

  Status next(ExampleBlock& out) noexcept override {
    out.clear();
    Bad bad;
    const std::span<const char> rest(text_.data() + at_, size_ - at_);
    if (!has_begun_ && reader_.begin(rest, true, bad) != Begin::ready) return told(bad);
    has_begun_ = true;
    const Read read = reader_.read(rest, true, out, {&bad, 1});
    at_ += read.used;
    return read.bad == 0 ? Status() : told(bad);
  }
  const Schema& schema() const noexcept override { return schema_; }

 private:
  static Status told(const Bad& bad) {
    return failure(Code::invalid_argument,
                   std::to_string(bad.line) + ":" + std::to_string(bad.column) + ": " +
                       std::string(bad.why.text()) + ", found \"" + std::string(bad.found) + "\"");
  }
  std::vector<char> text_;
  const std::size_t size_;
  std::size_t at_ = 0;
  bool has_begun_ = false;
  Schema schema_;
  CsvReader reader_;
};

class FileRows final : public RowSource {
 public:
  static Result<std::unique_ptr<RowSource>> open(const std::string& path,
                                                 ReaderOptions options) noexcept {
    auto rows = std::make_unique<FileRows>();
    FRESHET_TRY_ASSIGN(
        rows->input_, Input::open({.data = path, .format = {}}, std::move(options), rows->schema_));
    return std::unique_ptr<RowSource>(std::move(rows));
  }
  Status next(ExampleBlock& out) noexcept override {
    auto read = input_->next(out);
    if (!read.ok()) return std::move(read).status();
    if (!*read) out.clear();
    return {};
  }
  const Schema& schema() const noexcept override { return schema_; }

 private:
  Schema schema_;
  std::unique_ptr<Input> input_;
};

}  // namespace

Result<std::unique_ptr<RowSource>> file_rows(const std::string& path,
                                             ReaderOptions options) noexcept {
  return FileRows::open(path, std::move(options));
}

ReaderOptions reader_options(const HostedModel& model) noexcept {
  ReaderOptions options;
  options.label = model.label() == Label::none ? Target::none
                  : model.label() == Label::one_class || model.label() == Label::classes
                      ? Target::one_class
                      : Target::number;
  options.binary = model.is_binary();
  return options;
}

std::unique_ptr<RowSource> csv_rows(std::span<const char> csv, ReaderOptions options) noexcept {
  return std::make_unique<CsvRows>(csv, std::move(options));
}

// ---- Feed

Feed::~Feed() {
  stop();
}

void Feed::start() noexcept {
  thread_ = std::thread([this] { run(); });
}

void Feed::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Feed::is_stopping() noexcept {
  const std::lock_guard lock(mutex_);
  return is_stopping_;
}

bool Feed::sleep_until(steady_clock::time_point when) noexcept {
  std::unique_lock lock(mutex_);
  return !wake_.wait_until(lock, when, [this] { return is_stopping_; });
}

// ---- FileFeed

FileFeed::FileFeed(HostedModel& model, PageModel& page, std::unique_ptr<RowSource> rows,
                   FileFeedOptions options) noexcept
    : model_(model),
      page_(page),
      rows_(std::move(rows)),
      options_(std::move(options)),
      first_(model.model().source_mark(options_.source, 0).value_or(0)) {
  tell(first_, false);
}

FileFeed::~FileFeed() {
  stop();
}

void FileFeed::tell(uint64_t sent, bool has_ended) noexcept {
  page_.feed({.text = options_.text,
              .rows_total = options_.rows_total,
              .rows_sent = sent,
              .has_ended = has_ended});
}

void FileFeed::run() noexcept {
  const bool is_paced = options_.rows_per_second > 0;
  auto due = steady_clock::now();
  const auto pause = std::chrono::duration_cast<steady_clock::duration>(
      std::chrono::duration<double>(is_paced ? 1 / options_.rows_per_second : 0));
  uint64_t offset = 0;
  for (ExampleBlock rows;; offset += rows.size()) {
    if (Status read = rows_->next(rows); !read.ok()) {
      notice(Level::warning,
             model_.name() + ": feed " + options_.source + ":" + std::string(read.text()));
      return;
    }
    if (rows.empty()) break;
    const auto skipped = static_cast<uint32_t>(
        std::min<uint64_t>(first_ > offset ? first_ - offset : 0, rows.size()));
    for (uint32_t k = skipped; k < rows.size();) {
      ExampleBlock part;
      const uint32_t from = k;
      do
        part.append(rows[k], {}, rows.line(k));
      while (++k < rows.size() && !is_paced);
      if (is_paced && !sleep_until(due += pause)) return;
      if (!send(std::move(part), offset + from)) return;
      tell(offset + k, false);
    }
    due = std::max(due, steady_clock::now() -
                            std::chrono::seconds(1));  // after a stall it does not race to catch up
  }
  // The end is the end when the last row has been learned.
  while (!is_stopping()) {
    const ServedModelStatus now = model_.model().status();
    if (now.applied >= now.appended && now.queued_bytes == 0) break;
    if (!sleep_until(steady_clock::now() + kRetry)) return;
  }
  tell(offset, true);
}

/// Asks first, teaches then. False: stopped, or the model takes no rows any more.
bool FileFeed::send(ExampleBlock block, uint64_t first) noexcept {
  const bool is_class = model_.label() == Label::one_class || model_.label() == Label::classes;
  BlockCodec::name(block, rows_->schema(), is_class);
  ExampleBlock asked = block;
  BlockCodec::resolve_known(asked, model_.model().schema());
  (void)model_.predict(asked, predictions_);
  settle(block, model_.model().schema());
  for (;;) {
    TrainCall call{.block = block,
                   .ack = Ack::applied,
                   .request_id = {},
                   .client = {},
                   .dedup = {},
                   .source = {}};
    call.source = options_.source;
    call.first_offset = first;
    call.last_offset = first + block.size() - 1;
    const Status sent = model_.train(std::move(call), [](TrainResult&&) {});
    if (sent.ok()) return true;
    if (sent.code() != Code::exhausted && sent.code() != Code::unavailable) {
      notice(Level::warning,
             model_.name() + ": feed " + options_.source + ": " + std::string(sent.text()));
      return false;
    }
    if (!sleep_until(steady_clock::now() + (sent.code() == Code::exhausted
                                                ? steady_clock::duration(kRetry)
                                                : steady_clock::duration(kDiskRetry))))
      return false;
  }
}

// ---- TelemetryFeed

TelemetryFeed::TelemetryFeed(HostedModel& model, PageModel& page, std::string proc) noexcept
    : model_(model), page_(page), proc_(std::move(proc)) {
  tell();
}

TelemetryFeed::~TelemetryFeed() {
  stop();
}

void TelemetryFeed::run() noexcept {
  auto due = steady_clock::now();
  while (sleep_until(due += std::chrono::milliseconds(100))) {
    step();
    due = std::max(due, steady_clock::now() - std::chrono::seconds(1));
  }
}

void TelemetryFeed::step() noexcept {
  const int64_t now_us = unix_us();
  auto counters = read_host_counters(proc_, now_us);
  if (!counters.ok()) return;
  std::array<float, kTelemetryNames.size()> row{};
  telemetry_.add(*counters, row);
  float busy = 0;
  while (!waiting_.empty() && telemetry_.target(waiting_.front().time_us, busy)) {
    seen_ = busy;
    label(waiting_.front(), busy);
    waiting_.pop_front();
  }
  if (remember(row, now_us)) waiting_.push_back({now_us, std::to_string(now_us)});
  tell();
}

void TelemetryFeed::tell() noexcept {
  page_.feed({.text = "CPU load one second ahead, 10 rows/s",
              .rows_total = 0,
              .rows_sent = sent_,
              .has_ended = false});
}

bool TelemetryFeed::remember(std::span<const float> row, int64_t time_us) noexcept {
  RememberCall call;
  call.id = std::to_string(time_us);
  call.block.begin();
  std::copy(row.begin(), row.end(),
            call.block.add_dense(static_cast<uint32_t>(row.size())).begin());
  call.block.set_time(time_us);
  call.block.finish();
  call.block.own_names = true;
  for (const std::string_view name : kTelemetryNames)
    call.block.names.push_back({ExampleBlock::NameKind::numeric, 0, std::string(name)});
  settle(call.block, model_.model().schema());
  ExampleBlock asked = call.block;
  BlockCodec::resolve_known(asked, model_.model().schema());
  (void)model_.predict(asked, predictions_);
  call.prediction = predictions_;
  if (!predictions_.empty()) page_.forecast(time_us + 1'000'000, predictions_[0], seen_);
  return model_.model().remember(std::move(call), [](RememberResult&&) {}).ok();
}

void TelemetryFeed::label(const Waiting& waiting, float busy) noexcept {
  FeedbackCall call;
  call.labels.begin();
  call.labels.set_id(waiting.id);
  call.labels.add_label(busy);
  call.labels.finish();
  if (model_.feedback(std::move(call), [](FeedbackResult&&) {}).ok()) ++sent_;
}

}  // namespace freshet
