#pragma once
/// What every door (HTTP now; gRPC and ZeroMQ speak the same) hands to the server, and how it is
/// answered.
///
/// A door reads bytes and makes a Call of them: route, model, named tensors, parameters, who asks,
/// until when. It has then checked all that can be checked without knowing the model: syntax,
/// sizes, that a tensor's data fill its shape, finite numbers, types of known parameters, and
/// whether this caller may train at all. The Service does the rest: does the model exist, do names,
/// shapes and types fit it, and the work. It answers through Reply, at once or later, from any
/// thread; the door encodes the answer as the client asked (JSON, binary tensors, a bare number, an
/// event stream).
///
///     void Server::handle(const Call& call, std::unique_ptr<Reply> reply) noexcept {
///       if (call.method != Method::infer) return reply->finish(Status(Code::unsupported, "..."));
///       reply->finish(Answer{.model = call.model, .outputs = outputs});      // borrowed for the
///       call only
///     }
///
/// Lifetime: a Call and everything it points at live exactly as long as its Reply object: who keeps
/// the Reply may keep a pointer to the Call. Threads: `handle` runs on the door's I/O threads,
/// several at once; work over about 50 us belongs elsewhere.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "freshet/base/status.h"
#include "freshet/log/log.h"
#include "freshet/runtime/label_status.h"

namespace freshet {

class EventHub;

/// What is asked. One enum for all doors.
enum class Method : uint8_t {
  none,             ///< no such route: only in Outcome
  live,             ///< GET /v2/health/live                        -> Health
  ready,            ///< GET /v2/health/ready[?for=train]           -> Health
  server_metadata,  ///< GET /v2                                    -> ServerMetadata
  model_metadata,   ///< GET M                                      -> ModelMetadata
  model_ready,      ///< GET M/ready                                -> Health
  model_config,     ///< GET M/config                               -> ModelMetadata
  infer,            ///< POST M/infer                               -> Answer
  train,            ///< POST M/train                               -> TrainAnswer
  predict_train,    ///< POST M/predict_train                       -> TrainAnswer with prediction
  feedback,         ///< POST M/feedback                            -> FeedbackAnswer
  activate,         ///< POST M/activate                            -> FeedbackAnswer
  index,            ///< POST /v2/repository/index                  -> span of IndexEntry
  metrics,          ///< GET M/metrics                              -> JSON (docs/page-api.md)
  history,          ///< GET M/history?span=                        -> JSON
  events,           ///< GET M/events, /v2/events (model empty)     -> stream(EventHub&)
  checkpoint,       ///< POST M/checkpoint                          -> JSON {"lsn","bytes"}
  inference,  ///< POST /inference, a bare value              -> Answer; model empty: the default
              ///< one
  training,   ///< POST /training                             -> TrainAnswer (its body is empty); as
              ///< above
  prometheus,  ///< GET /metrics on the metrics listener       -> finish_text
  asset,       ///< GET /, /assets/...: the door's own; only in Outcome
};

/// "infer", "predict_train": for metric labels and messages.
std::string_view method_name(Method) noexcept;

/// Types of the Open Inference Protocol, version 2.
enum class Datatype : uint8_t {
  none,
  boolean,
  u8,
  u16,
  u32,
  u64,
  i8,
  i16,
  i32,
  i64,
  f16,
  bf16,
  f32,
  f64,
  bytes
};

std::string_view datatype_name(Datatype) noexcept;        ///< "FP32"; "" for none
Datatype datatype_named(std::string_view name) noexcept;  ///< exact, upper case; none if unknown
std::size_t datatype_size(Datatype) noexcept;  ///< bytes of one element; 0 for bytes and none

/// One value of `parameters`. Borrowed text.
struct Parameter {
  enum class Kind : uint8_t { boolean, integer, unsigned_integer, number, text };
  std::string_view name{};
  Kind kind = Kind::boolean;
  bool boolean = false;
  int64_t integer = 0;            ///< Kind::integer
  uint64_t unsigned_integer = 0;  ///< Kind::unsigned_integer: beyond int64
  double number = 0;  ///< Kind::number; not in replies (the kserve schema has no double)
  std::string_view text{};

  static Parameter of(std::string_view name, bool value) noexcept {
    return {.name = name, .kind = Kind::boolean, .boolean = value};
  }
  static Parameter of(std::string_view name, int64_t value) noexcept {
    return {.name = name, .kind = Kind::integer, .integer = value};
  }
  static Parameter of(std::string_view name, std::string_view value) noexcept {
    return {.name = name, .kind = Kind::text, .text = value};
  }
  /// Without it a literal would become a bool.
  static Parameter of(std::string_view name, const char* value) noexcept {
    return of(name, std::string_view(value));
  }
};

/// A named, dense, row-major array. Borrowed.
///
/// In a Call: every dimension is >= 0, the product is at most 2^28 and equals what `data` or
/// `texts` hold; floating values are finite (unless `allow_nonfinite`); `data` is aligned for its
/// type.
struct Tensor {
  std::string_view name{};
  Datatype datatype = Datatype::none;
  std::span<const int64_t> shape{};
  std::span<const std::byte> data{};          ///< not for bytes; host order; a boolean: 0 or 1
  std::span<const std::string_view> texts{};  ///< bytes only; any bytes, maybe not UTF-8

  /// Product of the shape.
  std::size_t elements() const noexcept {
    std::size_t n = 1;
    for (const int64_t dimension : shape)
      n *= static_cast<std::size_t>(dimension);
    return n;
  }

  /// data as an array of T.  REQUIRES: datatype is T's.
  template <class T>
  std::span<const T> values() const noexcept {
    return {reinterpret_cast<const T*>(data.data()), data.size() / sizeof(T)};
  }

  template <class T>
  static Tensor of(std::string_view name, Datatype type, std::span<const int64_t> shape,
                   std::span<const T> values) noexcept {
    return {
        .name = name, .datatype = type, .shape = shape, .data = std::as_bytes(values), .texts = {}};
  }
};

/// Element `at` as a double, whatever number type (f16 and bf16 too); a boolean is 0 or 1.
/// REQUIRES: not bytes, at < elements().
double tensor_number(const Tensor&, std::size_t at) noexcept;

/// The first element that is not finite; elements() if all are. Whole numbers and bytes always are.
std::size_t first_not_finite(const Tensor&) noexcept;

/// An output that the client asked for by name.
struct RequestedOutput {
  std::string_view name{};
  bool binary = false;  ///< the door's business
};

/// One label of `feedback`; of `activate` the id alone. Exactly one of number, text, is set: has_number, or text.data() !=
/// nullptr.
struct FeedbackLabel {
  std::string_view id{};  ///< 1 to 64 bytes
  bool has_number = false;
  double number = 0;        ///< "target": 3.5 or "reward": 1; finite
  std::string_view text{};  ///< "target": "spam", a class by name
  bool is_reward = false;   ///< given as "reward"
  float weight = 1;         ///< >= 0
  int64_t at_us = 0;        ///< 0: not given
};

/// Where an event comes from, so that a source can resume: duplicates below the mark of a partition
/// are known.
struct CallSource {
  std::string_view name{};  ///< empty: none given
  int32_t partition = 0;
  int64_t first_offset = 0, last_offset = 0;
};

/// Who asks.
struct Principal {
  std::string_view name{};     ///< the token's name; empty without tokens
  std::string_view address{};  ///< "127.0.0.1", for messages
  bool is_loopback = false;  ///< a loopback peer of a loopback listener, without a proxy's headers
};

/// One request.
struct Call {
  Method method = Method::none;
  std::string_view model{};  ///< well-formed name; empty: none in the route (or the default model)
  std::string_view version{};  ///< of /versions/{v}; empty: the champion
  std::string_view id{};       ///< at most 64 bytes; empty: none
  Principal principal{};
  int64_t deadline_us = 0;  ///< steady clock (steady_us()); 0: none

  /// Names are unique. A raw request (infer, Inference-Header-Content-Length: 0) has one input with
  /// no name, datatype none and no shape: `data` are the body, to be read as the model's one input,
  /// batch 1 (a bytes input: u32 length, bytes); check it with first_not_finite.
  std::span<const Tensor> inputs{};
  std::span<const Tensor> targets{};           ///< train, predict_train, training
  const Tensor* weights = nullptr;             ///< shape [n]; null: all 1
  std::span<const RequestedOutput> outputs{};  ///< empty: all
  std::span<const Parameter> parameters{};     ///< all of them, known or not
  std::span<const FeedbackLabel> labels{};     ///< feedback, activate

  // Known parameters, read by the door from `parameters` (net/parameters.h); a wrong type was
  // refused.
  bool has_ack = false;  ///< else the model's default
  Ack ack = Ack::applied;
  bool contributions = false;    ///< infer
  bool remember = false;         ///< infer
  bool defer = false;            ///< infer, with remember: the decision counts only after activate
  bool overwrite = false;        ///< feedback
  bool allow_nonfinite = false;  ///< infer
  Lsn min_lsn = 0;               ///< infer: wait until published
  std::string_view dedup_id{};   ///< train
  CallSource source{};           ///< train

  bool for_training = false;   ///< ready?for=train
  bool ready_only = false;     ///< index: {"ready":true}
  int64_t span_s = 0;          ///< history: 300, 3600, 86400; 0: all
  uint64_t last_event_id = 0;  ///< events: 0: from now on
};

/// Result of infer. Everything is borrowed until `finish` returns.
struct Answer {
  std::string_view model{}, version{}, id{};
  Lsn lsn = 0;  ///< header Freshet-Lsn of the bare pair; parameters carry model_lsn
  std::span<const Parameter> parameters{};  ///< boolean, integer, text only
  /// Of the bare pair the first one is sent.
  std::span<const Tensor>
      outputs{};  ///< those asked for, in any order. Bytes: texts must be UTF-8 for JSON
};

/// Result of train and predict_train.
struct TrainAnswer {
  std::string_view model{}, version{}, id{};
  uint64_t accepted = 0, skipped = 0;
  Lsn lsn = 0;
  Ack ack = Ack::applied;  ///< queued: HTTP 202
  bool duplicate = false;
  std::span<const double>
      loss{};  ///< before learning, one for each example; not finite: null in JSON
  const Answer* prediction = nullptr;  ///< predict_train
};

/// What became of one label of a feedback call.
struct LabelAnswer {
  std::string_view id{};
  LabelStatus status = LabelStatus::pending;
};

struct FeedbackAnswer {
  Lsn lsn = 0;
  std::span<const LabelAnswer> results{};
};

/// live, ready, model_ready: HTTP 200 when what was asked is true, else 503.
struct Health {
  bool live = true, ready = true;
  std::string_view name{};  ///< model_ready: the model
};

struct ServerMetadata {
  std::string_view name{}, version{};
  std::span<const std::string_view> extensions{};
};

struct TensorMetadata {
  std::string_view name{};
  Datatype datatype = Datatype::none;
  std::span<const int64_t> shape{};  ///< -1: any
};

struct ModelMetadata {
  std::string_view name{}, platform{};  ///< platform: "freshet_logistic"
  std::span<const std::string_view> versions{};
  std::span<const TensorMetadata> inputs{}, outputs{};
  int32_t max_batch_size = 0;
};

struct IndexEntry {
  std::string_view name{}, version{}, state{}, reason{};  ///< state: READY, LOADING, UNAVAILABLE
};

/// The one answer to one Call. Exactly one of these is called, once, from any thread; what is passed is
/// borrowed until it returns. The answer goes out when the Reply is destroyed, on whatever thread:
/// don't keep it longer than needed. Destroyed unanswered, the client gets `internal`.
class Reply {
 public:
  virtual ~Reply() = default;
  /// A failure; ok where the reply has no body.  retry_after_s: for exhausted and unavailable; 0:
  /// the door's default.
  virtual void finish(const Status&, uint32_t retry_after_s = 0) noexcept = 0;
  virtual void finish(const Answer&) noexcept = 0;
  virtual void finish(const TrainAnswer&) noexcept = 0;
  virtual void finish(const FeedbackAnswer&) noexcept = 0;
  virtual void finish(const Health&) noexcept = 0;
  virtual void finish(const ServerMetadata&) noexcept = 0;
  virtual void finish(const ModelMetadata&) noexcept = 0;
  virtual void finish(std::span<const IndexEntry>) noexcept = 0;
  /// One JSON value, UTF-8, sent as it is.
  virtual void finish_json(std::string_view json) noexcept = 0;
  /// text/plain; charset=utf-8.
  virtual void finish_text(std::string_view text) noexcept = 0;
  /// Sends the hub's events (all of Call::model, or everything if it is empty) until either side
  /// goes. The hub outlives the door.
  virtual void stream(EventHub& hub) noexcept = 0;
};

/// What became of a request, for counters and the page's list of errors; also of those refused
/// before there was a Call.
struct Outcome {
  std::string_view protocol{};  ///< "http"
  Method method = Method::none;
  std::string_view model{};  ///< as asked; may not exist; "" if none or not well-formed
  uint16_t code = 200;       ///< the protocol's own; HTTP status
  int64_t duration_us = 0;   ///< request read to reply encoded
  std::string_view error{};  ///< text of a failure
};

/// What every door calls; made in serve/.
class Service {
 public:
  virtual ~Service() = default;
  virtual void handle(const Call& call, std::unique_ptr<Reply> reply) noexcept = 0;
  /// Once for each request, on an I/O thread; must be quick.
  virtual void done(const Outcome&) noexcept {}
};

}  // namespace freshet
