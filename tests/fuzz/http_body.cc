// fuzz: net/http
// Bodies of requests to Calls: JSON, JSON with binary tensors behind it, bare values. What is taken holds what
// net/service.h promises; what is JSON for us is JSON for Boost.JSON, and the other way round.

#include <cstdint>
#include <cstdlib>
#include <memory_resource>
#include <string>
#include <string_view>

#include <boost/json/src.hpp>

#include "freshet/net/http/call_body.h"
#include "freshet/net/json_reader.h"
#include "freshet/net/json_writer.h"

namespace {

using freshet::Call;
using freshet::Code;
using freshet::Datatype;
using freshet::Method;
using freshet::Tensor;

void require(bool claim) {
  if (!claim) std::abort();
}

struct Budget final : freshet::BodyBudget {
  std::size_t left = 64 << 20;
  bool charge(std::size_t bytes) noexcept override {
    if (bytes > left) return false;
    left -= bytes;
    return true;
  }
};

void check(const Tensor& tensor, bool may_be_odd) {
  if (tensor.datatype == Datatype::none) return;  // raw
  require(!tensor.name.empty() && tensor.name.size() <= 128);
  for (const int64_t dimension : tensor.shape)
    require(dimension >= 0);
  const std::size_t elements = tensor.elements();
  if (tensor.datatype == Datatype::bytes) {
    require(tensor.texts.size() == elements);
    std::size_t bytes = 0;
    for (const std::string_view text : tensor.texts) {
      for (const char c : text)
        bytes += static_cast<unsigned char>(c);  // each byte can be read
    }
    require(bytes <= SIZE_MAX / 2);
    return;
  }
  const std::size_t size = freshet::datatype_size(tensor.datatype);
  require(tensor.data.size() == elements * size);
  require(elements == 0 || reinterpret_cast<std::uintptr_t>(tensor.data.data()) % size == 0);
  if (!may_be_odd) require(freshet::first_not_finite(tensor) == elements);
  if (elements != 0) (void)freshet::tensor_number(tensor, elements - 1);
}

void compare_with_boost(std::string_view text) {
  std::pmr::monotonic_buffer_resource memory;
  freshet::JsonReader ours(text, &memory);
  ours.skip_value();
  const bool we_take_it = ours.finish();
  boost::json::error_code error;
  boost::json::parse_options options;
  options.max_depth = 64;
  boost::json::parse({text.data(), text.size()}, error, {}, options);
  // A number that no double holds is still a number.
  if (error == boost::json::error::exponent_overflow) return;
  require(we_take_it == !error);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  constexpr Method kMethods[] = {Method::infer,    Method::train,     Method::predict_train,
                                 Method::feedback, Method::index,     Method::inference,
                                 Method::training, Method::checkpoint};
  // In the heap, exactly as long as it is: the sanitizer sees a read beyond.
  const std::string body(reinterpret_cast<const char*>(data) + 2, size - 2);
  compare_with_boost(body);

  static const freshet::HttpLimits limits;
  static Budget budget;
  static freshet::CallBody decoded(limits, budget);  // one after another, as on a connection
  budget.left = 64 << 20;
  Call call;
  // 127 came later: the corpus goes on meaning what it meant.
  call.method = data[0] == 127 ? Method::activate : kMethods[data[0] % 8];
  std::optional<uint64_t> json_length;
  if (data[0] >= 128) json_length = data[1] < 255 ? data[1] : SIZE_MAX;
  const freshet::Status status = decoded.read(body, json_length, 1, call);
  if (!status.ok()) {
    require(!status.text().empty());
    require(status.code() == Code::invalid_argument || status.code() == Code::exhausted);
    std::string json;
    freshet::append_json_string(json, status.text());
    compare_with_boost(json);
    return 0;
  }
  for (const Tensor& tensor : call.inputs)
    check(tensor, call.allow_nonfinite);
  for (const Tensor& tensor : call.targets)
    check(tensor, call.allow_nonfinite);
  if (call.weights != nullptr) check(*call.weights, call.allow_nonfinite);
  require(call.id.size() <= 64);
  for (const freshet::FeedbackLabel& label : call.labels) {
    require(!label.id.empty() && label.id.size() <= 64 && label.weight >= 0);
    require(label.number - label.number == 0);
  }
  return 0;
}
