#pragma once
/// One model inside a server: a ServedModel with the tensors in front of it and the numbers people look at beside it.
///
/// Doors call infer, train and feedback from their threads; the answers come from those threads (infer) or the trainer's,
/// appender's or syncer's. What the page shows is collected by page_model.h. Asking: hosted_infer.cc; teaching:
/// hosted_model.cc.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/core/registry.h"
#include "freshet/net/service.h"
#include "freshet/runtime/served_model.h"
#include "freshet/serve/deadlines.h"
#include "freshet/serve/examples.h"
#include "freshet/serve/first_columns.h"
#include "freshet/serve/latency.h"

namespace freshet {

struct HostedOptions {
  std::string name;
  std::string file;  // a model file it begins with, instead of a spec; an existing folder goes on with its own state
  std::string target = "y";
  Ack ack = Ack::applied;
  bool has_ack = false, has_ttl = false,
       has_default_reward = false;  // said for this model, not by a default
  std::vector<std::pair<std::string, std::string>>
      class_names;            // words for people, on the page only
  std::string source_text;    // "UCI Statlog (Shuttle), replayed at 200 rows/s"
  std::string baseline;       // what the page compares with; empty: prior or mean
  bool is_percent = false;    // the target is a share in percent: errors are points
  ServedModelOptions served;  // folder, spec, limits
};

/// What is counted of calls; relaxed, any thread.
struct CallCounters {
  std::atomic<uint64_t> predicted{0};  // rows answered
  std::atomic<uint64_t> refused{0};    // infer calls answered by an error
  std::atomic<uint64_t> offered{0};    // rows offered to learn, accepted or not
  std::atomic<uint64_t> infer_not_finite{0};
  LatencyHistogram predict_us;  // calls of infer, read to answered
};

class HostedModel {
 public:
  /// REQUIRES: `threads` and `deadlines` outlive it.
  static Result<std::unique_ptr<HostedModel>> open(HostedOptions options, LogThreads& threads,
                                                   Deadlines& deadlines,
                                                   const Registry& registry) noexcept;
  ~HostedModel();

  void infer(const Call& call, std::unique_ptr<Reply> reply) noexcept;
  void train(const Call& call, std::unique_ptr<Reply> reply) noexcept;
  void feedback(const Call& call, std::unique_ptr<Reply> reply) noexcept;
  void activate(const Call& call, std::unique_ptr<Reply> reply) noexcept;
  void checkpoint(const Call& call, std::unique_ptr<Reply> reply) noexcept;

  /// The same for feeds inside this process: `done` as ServedModel::train says, after the call has been counted.
  Status train(TrainCall call, TrainCallback done) noexcept;
  Status feedback(FeedbackCall call, FeedbackCallback done) noexcept;
  /// Predicts every row of a block with final ids, as infer does, and counts it as a call.  out: shape [n, outputs]
  uint32_t predict(const ExampleBlock& block, std::vector<float>& out) noexcept;

  const std::string& name() const noexcept { return options_.name; }
  const HostedOptions& options() const noexcept { return options_; }
  ServedModel& model() noexcept { return *model_; }
  const ServedModel& model() const noexcept { return *model_; }
  const CallCounters& counters() const noexcept { return counters_; }
  /// Columns of `x`; 0: no call has fixed them yet.
  uint32_t columns() const noexcept;
  InputForm form() const noexcept;
  /// The class's own text; "0" and "1" for a binary learner that has met no class.
  std::string class_text(uint32_t label_class) const;
  /// What people call it: `class_names`, else its own text.
  std::string class_words(uint32_t label_class) const;
  bool is_binary() const noexcept { return is_binary_; }
  Label label() const noexcept { return label_; }
  /// infer answers `parameters.contributions`.
  bool can_explain() const noexcept { return can_explain_; }
  /// "logistic"
  std::string_view learner_name() const noexcept { return learner_name_; }

 private:
  uint32_t columns_among(uint32_t features) const noexcept;
  HostedModel(HostedOptions options, std::unique_ptr<ServedModel> model,
              Deadlines& deadlines) noexcept;
  /// What the call asks for, else the model's default.
  Ack ack_of(const Call& call) const noexcept { return call.has_ack ? call.ack : options_.ack; }
  Status read_train(const Call& call, TrainCall& training, bool& is_first) noexcept;
  void answer_train(const Call& call, Ack ack, const TrainResult& result,
                    Reply& reply) const noexcept;
  template <class Submit>
  void answer_told(const Call& call, std::unique_ptr<Reply> reply, Submit submit) noexcept;
  void infer_when_published(const Call& call, std::unique_ptr<Reply> reply) noexcept;
  Status infer_now(const Call& call, Reply& reply, std::unique_ptr<Reply>* keep) noexcept;
  Status decide(const Call& call, Reply& reply, std::unique_ptr<Reply>* keep) noexcept;
  Status remember(const Call& call, std::unique_ptr<Reply> reply,
                  std::vector<float> prediction) noexcept;
  Status append_remembered(const Call& call, std::unique_ptr<Reply> reply,
                           RememberCall remembered) noexcept;

  HostedOptions options_;
  std::unique_ptr<ServedModel> model_;
  Deadlines& deadlines_;
  Label label_;
  bool is_binary_, can_explain_;
  std::string_view learner_name_;
  FirstColumns first_columns_;
  CallCounters counters_;
};

}  // namespace freshet
