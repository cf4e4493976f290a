#pragma once
/// What tests of served models share: blocks with names, and calls that wait for their answer.

#include <condition_variable>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "freshet/log/local/test_folder.h"
#include "freshet/runtime/catalog.h"
#include "freshet/runtime/served_model.h"

namespace freshet::testing {

/// Waits for one answer of another thread.
template <class T>
class Answer {
 public:
  Callback<T&&> callback() {
    return [shared = shared_](T&& value) noexcept {
      const std::lock_guard lock(shared->mutex);
      shared->value = std::move(value);
      shared->changed.notify_all();
    };
  }
  T get() {
    std::unique_lock lock(shared_->mutex);
    shared_->changed.wait(lock, [&] { return shared_->value.has_value(); });
    return *std::move(shared_->value);
  }
  bool is_there(int64_t within_ms = 0) {
    std::unique_lock lock(shared_->mutex);
    return shared_->changed.wait_for(lock, std::chrono::milliseconds(within_ms),
                                     [&] { return shared_->value.has_value(); });
  }

 private:
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<T> value;
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

struct Row {
  std::vector<float> values;  // of features a, b, c ...
  std::string seen;           // class; empty: none
};

/// Dense rows with names of their own, and classes as labels.
inline ExampleBlock rows(const std::vector<Row>& all) {
  ExampleBlock block;
  block.own_names = true;
  const std::size_t width = all.empty() ? 0 : all[0].values.size();
  for (std::size_t k = 0; k < width; ++k)
    block.names.push_back({ExampleBlock::NameKind::numeric, 0, std::string(1, static_cast<char>('a' + k))});
  for (const Row& row : all) {
    block.begin();
    const auto dense = block.add_dense(static_cast<uint32_t>(width));
    std::copy(row.values.begin(), row.values.end(), dense.begin());
    if (!row.seen.empty()) {
      block.add_label(static_cast<float>(block.names.size()));
      block.names.push_back({ExampleBlock::NameKind::label_class, 0, row.seen});
    }
    block.finish();
  }
  return block;
}

/// Dense rows, numbers as labels.
inline ExampleBlock numbers(const std::vector<std::pair<std::vector<float>, float>>& all) {
  std::vector<Row> without;
  for (const auto& [values, label] : all) without.push_back({values, ""});
  ExampleBlock plain = rows(without), block;
  block.own_names = true;
  block.names = plain.names;
  for (uint32_t k = 0; k < plain.size(); ++k) {
    block.begin();
    const auto dense = block.add_dense(static_cast<uint32_t>(plain[k].dense.size()));
    std::copy(plain[k].dense.begin(), plain[k].dense.end(), dense.begin());
    block.add_label(all[k].second);
    block.finish();
  }
  return block;
}

/// Late labels: id and class.
inline ExampleBlock labels(const std::vector<std::pair<std::string, std::string>>& all) {
  ExampleBlock block;
  block.own_names = true;
  for (const auto& [id, seen] : all) {
    block.begin();
    block.set_id(id);
    block.add_label(static_cast<float>(block.names.size()));
    block.names.push_back({ExampleBlock::NameKind::label_class, 0, seen});
    block.finish();
  }
  return block;
}

inline ServedModelOptions options_of(const std::string& folder, const std::string& spec) {
  ServedModelOptions options;
  options.folder = folder;
  options.spec = spec;
  return options;
}

inline TrainResult train(ServedModel& model, ExampleBlock block, Ack ack = Ack::applied) {
  TrainCall call;
  call.block = std::move(block);
  call.ack = ack;
  Answer<TrainResult> answer;
  if (Status admitted = model.train(std::move(call), answer.callback()); !admitted.ok()) {
    TrainResult refused;
    refused.status = std::move(admitted);
    return refused;
  }
  return answer.get();
}

inline RememberResult remember(ServedModel& model, const std::string& id, ExampleBlock block,
                               std::vector<float> prediction = {}) {
  Answer<RememberResult> answer;
  if (Status admitted = model.remember({std::move(block), id, std::move(prediction)}, answer.callback());
      !admitted.ok()) {
    RememberResult refused;
    refused.status = std::move(admitted);
    return refused;
  }
  return answer.get();
}

inline FeedbackResult feedback(ServedModel& model, ExampleBlock block, Ack ack = Ack::applied) {
  Answer<FeedbackResult> answer;
  FeedbackCall call;
  call.labels = std::move(block);
  call.ack = ack;
  if (Status admitted = model.feedback(std::move(call), answer.callback()); !admitted.ok()) {
    FeedbackResult refused;
    refused.status = std::move(admitted);
    return refused;
  }
  return answer.get();
}

inline CheckpointResult checkpoint(ServedModel& model) {
  Answer<CheckpointResult> answer;
  model.checkpoint(answer.callback());
  return answer.get();
}

/// Blocks until `lsn` can be read.
inline void wait_published(ServedModel& model, Lsn lsn) {
  Answer<bool> answer;
  auto call = answer.callback();
  model.when_published(lsn, [call = std::move(call)](const Status& status) mutable noexcept { call(status.ok()); });
  answer.get();
}

}  // namespace freshet::testing
