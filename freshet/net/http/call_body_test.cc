#include "freshet/net/http/call_body.h"

#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace freshet {
namespace {

struct NoLimit final : BodyBudget {
  std::size_t limit = SIZE_MAX, used = 0;
  bool charge(std::size_t bytes) noexcept override {
    if (used + bytes > limit) return false;
    used += bytes;
    return true;
  }
};

struct Reading {
  explicit Reading(Method method) { call.method = method; }

  // The text of the error; "" if there is none.
  std::string read(std::string_view text, std::optional<uint64_t> json_length = {}) {
    body = text;  // on the heap and aligned, as a request's body is
    call = {.method = call.method};
    const Status status = decoded.read(body, json_length, 1000, call);
    code = status.code();
    return std::string(status.text());
  }

  HttpLimits limits;
  NoLimit budget;
  CallBody decoded{limits, budget};
  Call call;
  std::string body;
  Code code = Code::ok;
};

// One tensor of a request, with `data`.
std::string infer(std::string_view shape, std::string_view type, std::string_view data) {
  return R"({"inputs":[{"name":"x","shape":)" + std::string(shape) + R"(,"datatype":")" +
         std::string(type) + R"(","data":)" + std::string(data) + "}]}";
}

TEST_CASE("call body: an activation is a list of ids") {
  Reading r(Method::activate);
  REQUIRE(r.read(R"({"ids":["visit-17","b"],"parameters":{"ack":"durable"}})") == "");
  REQUIRE(r.call.labels.size() == 2);
  CHECK(r.call.labels[0].id == "visit-17");
  CHECK(r.call.labels[1].id == "b");
  CHECK(r.call.ack == Ack::durable);
  CHECK(r.read("{}") == R"(body: ids is missing; send "ids":["visit-17"])");
  CHECK(r.read(R"({"ids":["a",""]})") == "ids[1]: expected 1 to 64 bytes");
  CHECK(r.read(R"({"ids":[7]})").starts_with("ids[0]: expected a string"));
  CHECK(r.read(R"({"ids":"a"})").starts_with("ids: expected an array"));
  Reading feedback(Method::feedback);
  CHECK(feedback.read(R"({"ids":["a"]})").starts_with("body: labels is missing"));
}

TEST_CASE("call body: a tensor's data may be flat or nested") {
  Reading r(Method::infer);
  for (const char* data : {"[1,2,3,4,5,6]", "[[1,2,3],[4,5,6]]"}) {
    REQUIRE(r.read(infer("[2,3]", "FP32", data)) == "");
    REQUIRE(r.call.inputs.size() == 1);
    const Tensor& x = r.call.inputs[0];
    CHECK(x.name == "x");
    CHECK(x.datatype == Datatype::f32);
    CHECK(std::vector<int64_t>(x.shape.begin(), x.shape.end()) == std::vector<int64_t>{2, 3});
    CHECK(x.values<float>()[5] == 6);
    CHECK(x.values<float>().size() == 6);
  }
}

TEST_CASE("call body: every type comes as it is") {
  Reading r(Method::infer);
  REQUIRE(r.read(infer("[2]", "BOOL", "[true,false]")) == "");
  CHECK(r.call.inputs[0].values<uint8_t>()[0] == 1);
  REQUIRE(r.read(infer("[2]", "UINT8", "[0,255]")) == "");
  CHECK(r.call.inputs[0].values<uint8_t>()[1] == 255);
  REQUIRE(r.read(infer("[1]", "INT64", "[-9223372036854775808]")) == "");
  CHECK(r.call.inputs[0].values<int64_t>()[0] == INT64_MIN);
  REQUIRE(r.read(infer("[1]", "UINT64", "[18446744073709551615]")) == "");
  CHECK(r.call.inputs[0].values<uint64_t>()[0] == UINT64_MAX);
  REQUIRE(r.read(infer("[1]", "FP64", "[0.1]")) == "");
  CHECK(r.call.inputs[0].values<double>()[0] == 0.1);
  REQUIRE(r.read(infer("[2]", "BYTES", R"(["a","\u00e9"])")) == "");
  CHECK(r.call.inputs[0].texts[1] == "\xc3\xa9");
  REQUIRE(r.read(infer("[0,3]", "FP32", "[]")) == "");
  CHECK(r.call.inputs[0].elements() == 0);
}

TEST_CASE("call body: members in any order give the same call") {
  Reading r(Method::infer);
  REQUIRE(r.read(R"({"inputs":[{"data":[[1],[2.5]],"datatype":"FP32","shape":[2,1],"name":"x"},
                               {"name":"z","data":[3],"shape":[1],"datatype":"INT8"}],"id":"q","model_name":"m"})") ==
          "");
  REQUIRE(r.call.inputs.size() == 2);
  CHECK(r.call.inputs[0].values<float>()[1] == 2.5f);
  CHECK(r.call.inputs[1].values<int8_t>()[0] == 3);
  CHECK(r.call.id == "q");
}

TEST_CASE("call body: errors name the place and what to do") {
  Reading r(Method::infer);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "body: empty; send a JSON value"},
      {"[]", "body: expected an object, found an array"},
      {"{}", R"(body: inputs is missing; send "inputs":[{"name","shape","datatype","data"}])"},
      {R"({"inputs":3})", "inputs: expected an array, found 3"},
      {infer("[5]", "FP32", R"([1,2,3,4,"n/a"])"),
       R"(inputs[0].data[4]: expected a number, found "n/a")"},
      {infer("[1]", "FP32", "[1e39]"), "inputs[0].data[0]: 1e39 does not fit FP32"},
      {infer("[1]", "FP64", "[1e999]"), "inputs[0].data[0]: 1e999 does not fit FP64"},
      {infer("[1]", "FP32", "[NaN]"), "inputs[0].data[0]: expected a number, found NaN"},
      {infer("[1]", "FP32", "[-Infinity]"), "inputs[0].data[0]: not a number (byte 61)"},
      {infer("[1]", "INT8", "[128]"),
       "inputs[0].data[0]: expected an integer from -128 to 127, found 128"},
      {infer("[1]", "INT32", "[1.5]"),
       "inputs[0].data[0]: expected an integer from -2147483648 to 2147483647, found 1.5"},
      {infer("[1]", "BOOL", "[1]"), "inputs[0].data[0]: expected true or false, found 1"},
      {infer("[1]", "BYTES", "[1]"), "inputs[0].data[0]: expected a string, found 1"},
      {infer("[1]", "FP99", "[1]"),
       "inputs[0].datatype: no datatype \"FP99\"; for instance FP32, INT64 or BYTES"},
      {infer("[1]", "FP16", "[1]"),
       "inputs[0].data: FP16 and BF16 come as binary data only (binary_data_size)"},
      {infer("[3]", "FP32", "[1,2]"),
       "inputs[0].data: expected 3 values as the shape says, found 2"},
      {infer("[1]", "FP32", "[1,2]"),
       "inputs[0].data[1]: more values than the shape has room for (1)"},
      {infer("[2,2]", "FP32", "[[1,2]]"),
       "inputs[0].data: expected 2 rows as the shape says, found 1"},
      {infer("[2,2]", "FP32", "[[1,2],[3]]"),
       "inputs[0].data[1]: expected 2 values as the shape says, found 1"},
      {infer("[2,2]", "FP32", "[[1,2],3]"), "inputs[0].data[1]: expected an array, found 3"},
      {infer("[1]", "FP32", "1"), "inputs[0].data: expected an array, found 1"},
      {infer("[-1]", "FP32", "[1]"),
       "inputs[0].shape[0]: expected an integer from 0 to 9223372036854775807, found -1"},
      {infer("[1.0]", "FP32", "[1]"),
       "inputs[0].shape[0]: expected an integer from 0 to 9223372036854775807, found 1.0"},
      {infer("[4294967296,4294967296]", "FP32", "[1]"),
       "inputs[0].shape[0]: over 268435456 elements; send less at once"},
      {infer("[65536,65536,0]", "FP32", "[1]"),
       "inputs[0].shape[1]: over 268435456 elements; send less at once"},
      {infer("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "FP32", "[1]"),
       "inputs[0].shape[16]: over 16 dimensions"},
      {R"({"inputs":[{"name":"x","shape":[1],"datatype":"FP32"}]})", "inputs[0]: data is missing"},
      {R"({"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":null}]})",
       "inputs[0]: data is missing"},
      {R"({"inputs":[{"name":"x","data":[1],"datatype":"FP32"}]})",
       "inputs[0]: shape is missing; for instance [1, 16]"},
      {R"({"inputs":[{"name":"x","data":[1],"shape":[1]}]})",
       "inputs[0]: datatype is missing; for instance FP32"},
      {R"({"inputs":[{"data":[1],"shape":[1],"datatype":"FP32"}]})", "inputs[0]: name is missing"},
      {R"({"inputs":[{"name":"","data":[1]}]})", "inputs[0].name: expected 1 to 128 bytes"},
      {R"({"inputs":[],"inputs":[]})", "body: \"inputs\" is there twice; leave one out"},
      {R"({"inputs":[{"name":"x","name":"x"}]})",
       "inputs[0]: \"name\" is there twice; leave one out"},
      {R"({"inputs":[{"name":"x","shape":[0],"datatype":"FP32"},{"name":"x","shape":[0],"datatype":"FP32"}]})",
       "inputs[1]: \"x\" is there twice; leave one out"},
      {R"({"inputs":[],"outputs":[{"name":"p"},{"name":"p"}]})",
       "outputs[1]: \"p\" is there twice; leave one out"},
      {R"({"inputs":[],"outputs":[{}]})", "outputs[0]: name is missing"},
      {R"({"inputs":[],"id":")" + std::string(65, 'a') + "\"}", "id: over 64 bytes; shorten it"},
      {R"({"inputs":[],"parameters":{"remember":1}})",
       "parameters.remember: expected true or false, found 1"},
      {R"({"inputs":[],"parameters":{"timeout":0}})",
       "parameters.timeout: expected microseconds, at least 1, found 0"},
      {R"({"inputs":[],"parameters":{"ack":"soon"}})",
       R"(parameters.ack: expected "queued", "applied" or "durable", found "soon")"},
      {R"({"inputs":[],"parameters":{"a":1,"a":2}})",
       "parameters: \"a\" is there twice; leave one out"},
      {R"({"inputs":[]} x)", "body: more behind the end of the JSON value (byte 14)"},
      {R"({"inputs":)" + std::string(100, '['), ""},
  };
  for (const auto& [text, error] : cases) {
    CAPTURE(text);
    const std::string got = r.read(text);
    CHECK(r.code == Code::invalid_argument);
    if (!error.empty()) CHECK(got == error);
  }
}

TEST_CASE("call body: a lying shape gets no memory") {
  Reading r(Method::infer);
  r.budget.limit = 4096;
  CHECK(r.read(infer("[268435456]", "FP64", "[1]")) ==
        "inputs[0].data: expected 268435456 values as the shape says, found 1");
  CHECK(r.read(infer("[1,268435456]", "BYTES", "[\"a\"]")).find("as the shape says") !=
        std::string::npos);
}

TEST_CASE("call body: values that don't fit the budget are refused as too much, not as wrong") {
  Reading r(Method::infer);
  r.budget.limit = 1000;
  std::string data = "[0";
  for (int i = 1; i < 2000; ++i)
    data += ",0";
  CHECK(r.read(infer("[2000]", "FP64", data + "]")) ==
        "body: too much is being received at present; try again");
  CHECK(r.code == Code::exhausted);
}

TEST_CASE("call body: known parameters are read, unknown ones are kept, foreign ones skipped") {
  Reading r(Method::infer);
  REQUIRE(
      r.read(
          R"({"inputs":[],"parameters":{"timeout":500,"min_lsn":7,"contributions":true,"remember":false,
                     "triton_x":{"a":[1]},"priority":18446744073709551615,"ratio":0.5,"none":null}})") ==
      "");
  CHECK(r.call.deadline_us == 1500);
  CHECK(r.call.min_lsn == 7);
  CHECK(r.call.contributions);
  CHECK_FALSE(r.call.remember);
  CHECK(r.call.parameters.size() == 6);
}

TEST_CASE("call body: train takes targets, weights, ack and source") {
  Reading r(Method::train);
  REQUIRE(r.read(R"({"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}],
                     "targets":[{"name":"y","shape":[1],"datatype":"BYTES","data":["spam"]}],
                     "weights":{"name":"w","shape":[1],"datatype":"FP32","data":[2]},
                     "parameters":{"ack":"durable","source":"s","partition":3,"first_offset":5,"last_offset":6,"dedup_id":"d"}})") ==
          "");
  CHECK(r.call.targets[0].texts[0] == "spam");
  REQUIRE(r.call.weights != nullptr);
  CHECK(r.call.weights->values<float>()[0] == 2);
  CHECK((r.call.has_ack && r.call.ack == Ack::durable));
  CHECK(r.call.source.name == "s");
  CHECK(r.call.source.partition == 3);
  CHECK(r.call.source.last_offset == 6);
  CHECK(r.call.dedup_id == "d");
  CHECK(r.read(R"({"inputs":[],"parameters":{"source":"s","first_offset":5,"last_offset":4}})") ==
        "parameters.last_offset: smaller than first_offset; both are inclusive");
}

TEST_CASE("call body: feedback") {
  Reading r(Method::feedback);
  REQUIRE(r.read(R"({"labels":[{"id":"a","target":3},{"id":"b","target":"x","weight":2,"at_us":9},
                               {"id":"c","reward":0.5},{"id":"d","target":true}],"parameters":{"overwrite":true}})") ==
          "");
  REQUIRE(r.call.labels.size() == 4);
  CHECK((r.call.labels[0].has_number && r.call.labels[0].number == 3));
  CHECK((r.call.labels[1].text == "x" && r.call.labels[1].weight == 2 &&
         r.call.labels[1].at_us == 9));
  CHECK((r.call.labels[2].is_reward && r.call.labels[2].number == 0.5));
  CHECK(r.call.labels[3].number == 1);
  CHECK(r.call.overwrite);
  CHECK(r.read("{}") == R"(body: labels is missing; send "labels":[{"id","target"}])");
  CHECK(r.read(R"({"labels":[{"target":1}]})") ==
        "labels[0]: id is missing; it is the prediction_id of the answer, or your request's id");
  CHECK(r.read(R"({"labels":[{"id":"a"}]})") == "labels[0]: target is missing");
  CHECK(r.read(R"({"labels":[{"id":"a","target":1,"reward":1}]})") ==
        "labels[0].reward: target and reward are both there; leave one out");
  CHECK(r.read(R"({"labels":[{"id":"a","target":[1]}]})") ==
        "labels[0].target: expected a number or a class's name, found an array");
  CHECK(r.read(R"({"labels":[{"id":"a","target":1,"weight":-1}]})") ==
        "labels[0].weight: a weight is at least 0");
  CHECK(r.read(R"({"labels":[{"id":"","target":1}]})") == "labels[0].id: expected 1 to 64 bytes");
}

TEST_CASE("call body: the bare pair") {
  Reading ask(Method::inference);
  REQUIRE(ask.read("3.5") == "");
  CHECK(ask.call.inputs[0].values<float>()[0] == 3.5f);
  CHECK(ask.call.inputs[0].shape.size() == 2);
  REQUIRE(ask.read(" [1,2,3] ") == "");
  CHECK(ask.call.inputs[0].shape[1] == 3);
  REQUIRE(ask.read(R"({"a":1,"x":[2]})") == "");
  CHECK(ask.call.inputs[0].name == "json");
  CHECK(ask.call.inputs[0].texts[0] == R"({"a":1,"x":[2]})");
  CHECK(ask.read("\"3\"") ==
        "body: expected a number, an array of numbers or an object, found \"3\"");
  CHECK(ask.read("[[1]]") == "[0]: expected a number, found an array");
  CHECK(ask.read("3.5 4") == "body: more behind the end of the JSON value (byte 4)");

  Reading teach(Method::training);
  REQUIRE(teach.read("10") == "");
  CHECK(teach.call.targets.empty());
  REQUIRE(teach.read(R"({"y":"spam","x":[1,2],"weight":2})") == "");
  CHECK(teach.call.inputs[0].values<float>()[1] == 2);
  CHECK(teach.call.targets[0].texts[0] == "spam");
  CHECK(teach.call.weights->values<float>()[0] == 2);
  REQUIRE(teach.read(R"({"x":{"a":1},"y":2})") == "");
  CHECK(teach.call.inputs[0].name == "json");
  CHECK(teach.call.targets[0].values<double>()[0] == 2);
  REQUIRE(teach.read(R"({"x":1,"z":2})") == "");
  CHECK(teach.call.inputs[0].name == "json");
  CHECK(teach.read(R"({"x":1,"x":2})") == "body: \"x\" is there twice; leave one out");
  CHECK(teach.read(R"({"x":1,"y":[1]})") ==
        "y: expected a number or a class's name, found an array");
}

// A JSON head and the bytes behind it.
std::string with_binary(std::string_view json, std::string_view bytes, uint64_t& length) {
  length = json.size();
  return std::string(json) + std::string(bytes);
}

TEST_CASE("call body: binary tensors, aligned or not, mixed with JSON") {
  Reading r(Method::train);
  const float x[] = {1, 2};
  const std::string bytes =
      std::string("\x02\0\0\0hi\0\0\0\0", 10) + std::string(reinterpret_cast<const char*>(x), 8);
  uint64_t length = 0;
  for (int pad = 0; pad < 8; ++pad) {
    const std::string json =
        std::string(static_cast<std::size_t>(pad), ' ') +
        R"({"inputs":[{"name":"t","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":10}}],
         "targets":[{"name":"y","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}}],
         "weights":{"name":"w","shape":[1],"datatype":"FP32","data":[3]}})";
    const std::string body = with_binary(json, bytes, length);
    REQUIRE(r.read(body, length) == "");
    CHECK(r.call.inputs[0].texts[0] == "hi");
    CHECK(r.call.inputs[0].texts[1].empty());
    CHECK(r.call.targets[0].values<float>()[1] == 2);
    CHECK(reinterpret_cast<std::uintptr_t>(r.call.targets[0].data.data()) % 4 == 0);
    CHECK(r.call.weights->values<float>()[0] == 3);
  }
}

TEST_CASE("call body: binary data that lie are refused") {
  Reading r(Method::infer);
  const auto head = [](std::string_view shape, std::string_view type, std::string_view size) {
    return R"({"inputs":[{"name":"x","shape":)" + std::string(shape) + R"(,"datatype":")" +
           std::string(type) + R"(","parameters":{"binary_data_size":)" + std::string(size) +
           "}}]}";
  };
  const auto read = [&](const std::string& json, std::string_view bytes) {
    uint64_t length = 0;
    const std::string body = with_binary(json, bytes, length);
    return r.read(body, length);
  };
  const std::string four(4, '\0');
  CHECK(read(head("[1]", "FP32", "4"), four) == "");
  CHECK(read(head("[1]", "FP32", "8"), four) ==
        "binary data of \"x\": 8 bytes announced, 4 left in the body; is "
        "Inference-Header-Content-Length right?");
  CHECK(read(head("[1]", "FP32", "3"), four) ==
        "binary data of \"x\": shape and datatype make 4 bytes, announced are 3");
  CHECK(read(head("[1]", "FP32", "4"), four + "x") ==
        "body: 1 bytes left over behind the last binary tensor");
  CHECK(
      read(head("[1]", "FP32", "-4"), four).find("binary_data_size: expected an integer from 0") !=
      std::string::npos);
  CHECK(read(head("[1]", "BOOL", "1"), "\x02") ==
        "binary data of \"x\": a BOOL is one byte, 0 or 1");
  CHECK(read(head("[268435456]", "BYTES", "4"), four) ==
        "binary data of \"x\": too short for 268435456 elements");
  CHECK(read(head("[2]", "BYTES", "4"), four) == "binary data of \"x\": too short for 2 elements");
  CHECK(read(head("[1]", "BYTES", "6"), std::string("\x05\0\0\0ab", 6)) ==
        "binary data of \"x\": element 0 says 5 bytes, 2 are left");
  CHECK(read(head("[1]", "BYTES", "6"), std::string("\x01\0\0\0ab", 6)) ==
        "binary data of \"x\": 1 bytes left over behind the last element");
  CHECK(read(head("[1]", "FP32", "4"), std::string("\0\0\xc0\x7f", 4)) ==
        "\"x\": value 0 is not finite; leave it out, or say parameters.allow_nonfinite");
  CHECK(
      read(head("[2]", "FP16", "4"), std::string("\0\0\0\x7c", 4)).find("value 1 is not finite") !=
      std::string::npos);
  CHECK(read(head("[1]", "BF16", "2"), std::string("\x80\x7f", 2)).find("not finite") !=
        std::string::npos);
  CHECK(r.read("{}", 3) ==
        "Inference-Header-Content-Length: 3 is more than the body has (2 bytes)");
  const std::string both =
      R"({"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1],"parameters":{"binary_data_size":4}}]})";
  CHECK(read(both, four) == "inputs[0]: has both data and binary_data_size; leave one out");
}

TEST_CASE("call body: not finite is taken when the client says so") {
  Reading r(Method::infer);
  const std::string json =
      R"({"inputs":[{"name":"x","shape":[1],"datatype":"FP32","parameters":{"binary_data_size":4}}],"parameters":{"allow_nonfinite":true}})";
  uint64_t length = 0;
  const std::string body = with_binary(json, std::string("\0\0\xc0\x7f", 4), length);
  CHECK(r.read(body, length) == "");
}

TEST_CASE("call body: a raw request is one unnamed input, answered in binary") {
  Reading r(Method::infer);
  REQUIRE(r.read(std::string(8, '\0'), 0) == "");
  REQUIRE(r.call.inputs.size() == 1);
  CHECK(r.call.inputs[0].datatype == Datatype::none);
  CHECK(r.call.inputs[0].data.size() == 8);
  CHECK(r.decoded.is_binary("anything"));
  Reading train(Method::train);
  CHECK(train.read("", 0) ==
        "Inference-Header-Content-Length: 0 (a body that is one raw input) goes with infer only");
}

TEST_CASE("call body: which outputs go in binary") {
  Reading r(Method::infer);
  REQUIRE(r.read(R"({"outputs":[{"name":"a","parameters":{"binary_data":false}},{"name":"b"}],
                     "inputs":[],"parameters":{"binary_data_output":true}})") == "");
  CHECK_FALSE(r.decoded.is_binary("a"));
  CHECK(r.decoded.is_binary("b"));
  CHECK(r.decoded.is_binary("c"));
  CHECK(r.call.outputs[1].binary);
}

TEST_CASE("call body: the empty tensor of the kserve client, without a length header") {
  Reading r(Method::infer);
  CHECK(
      r.read(
          R"({"inputs":[{"name":"x","shape":[0],"datatype":"FP32","data":null,"parameters":{"binary_data_size":0}}]})") ==
      "");
}

TEST_CASE("call body: index and checkpoint may come without a body") {
  Reading index(Method::index);
  CHECK(index.read("") == "");
  CHECK_FALSE(index.call.ready_only);
  CHECK(index.read(R"({"ready":true})") == "");
  CHECK(index.call.ready_only);
  CHECK(index.read(R"({"ready":1})") == "ready: expected true or false, found 1");
  Reading checkpoint(Method::checkpoint);
  CHECK(checkpoint.read("") == "");
  CHECK(checkpoint.read("{}") == "");
  CHECK(checkpoint.read("{") != "");
}

}  // namespace
}  // namespace freshet
