#include "freshet/net/http/http_door.h"

#include <sstream>

#include <doctest/doctest.h>

#include "freshet/net/http/test_client.h"

namespace freshet {
namespace {

constexpr std::string_view kInfer =
    R"({"id":"a","inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[1,2,3,4.5]}]})";

TEST_CASE("http: an infer request is answered as the protocol says") {
  TestServer server;
  const std::string reply = ask(server.port, request("POST", "/v2/models/m/infer", kInfer));
  CHECK(status_of(reply) == 200);
  CHECK(reply.find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(body_of(reply) ==
        R"({"model_name":"m","model_version":"7","id":"a","parameters":{"model_lsn":7},)"
        R"("outputs":[{"name":"prediction","datatype":"FP32","shape":[2],"data":[3,7.5]}]})");
}

TEST_CASE(
    "http: a connection takes one request after another, pipelined ones too, answers in order") {
  TestServer server;
  RawClient client(server.port);
  std::string many;
  for (int i = 0; i < 200; ++i) {
    many += request("POST", "/v2/models/m/infer",
                    R"({"id":")" + std::to_string(i) +
                        R"(","inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[1]}]})");
  }
  client.send(many);
  for (int i = 0; i < 200; ++i) {
    const std::string reply = client.response();
    REQUIRE(reply.find("\"id\":\"" + std::to_string(i) + "\"") != std::string::npos);
  }
}

TEST_CASE("http: a request that comes byte by byte is the same request") {
  TestServer server;
  RawClient client(server.port);
  for (const char byte : request("POST", "/v2/models/m/infer", kInfer))
    client.send({&byte, 1});
  CHECK(status_of(client.response()) == 200);
}

TEST_CASE("http: chunked bodies and Expect: 100-continue") {
  TestServer server;
  RawClient client(server.port);
  client.send(
      "POST /v2/models/m/infer HTTP/1.1\r\nHost: localhost:1\r\nTransfer-Encoding: "
      "chunked\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.some() == "HTTP/1.1 100 Continue\r\n\r\n");
  const std::string body(kInfer);
  client.send("5;a=b\r\n" + body.substr(0, 5) + "\r\n");
  std::ostringstream size;
  size << std::hex << body.size() - 5;
  client.send(size.str() + "\r\n" + body.substr(5) + "\r\n0\r\nTrailer: x\r\n\r\n");
  CHECK(status_of(client.response()) == 200);
  client.send(request("GET", "/v2/health/live"));
  CHECK(body_of(client.response()) == R"({"live":true,"ready":true})");
}

TEST_CASE("http: an answer may come later, from another thread, and requests wait their turn") {
  TestServer server;
  server.service.on_call = [&](const Call& call, std::unique_ptr<Reply> reply) {
    if (call.method != Method::training) return server.service.answer(call, *reply);
    server.service.threads.emplace_back([&server, &call, kept = std::move(reply)]() mutable {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      server.service.answer(call, *kept);
      kept = nullptr;
    });
  };
  RawClient client(server.port);
  client.send(request("POST", "/training", "10") + request("POST", "/inference", "3.5"));
  const std::string first = client.response();
  CHECK(status_of(first) == 200);
  CHECK(body_of(first).empty());
  CHECK(first.find("Freshet-Lsn: 8\r\n") != std::string::npos);
  const std::string second = client.response();
  CHECK(body_of(second) == "3.5");
  CHECK(second.find("Freshet-Lsn: 7\r\n") != std::string::npos);
}

TEST_CASE("http: a reply that is dropped unanswered becomes an error, and the connection goes on") {
  TestServer server;
  server.service.on_call = [&](const Call& call, std::unique_ptr<Reply> reply) {
    if (call.method != Method::infer) server.service.answer(call, *reply);
  };
  RawClient client(server.port);
  client.send(request("POST", "/v2/models/m/infer", kInfer));
  CHECK(status_of(client.response()) == 500);
  client.send(request("GET", "/v2/health/live"));
  CHECK(status_of(client.response()) == 200);
}

TEST_CASE("http: binary tensors in and out") {
  TestServer server;
  const std::string json =
      R"({"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}}],"parameters":{"binary_data_output":true}})";
  const float values[] = {1.5f, 2};
  const std::string body = json + std::string(reinterpret_cast<const char*>(values), sizeof values);
  const std::string reply =
      ask(server.port,
          request("POST", "/v2/models/m/infer", body,
                  "Inference-Header-Content-Length: " + std::to_string(json.size()) + "\r\n"));
  CHECK(status_of(reply) == 200);
  CHECK(reply.find("Content-Type: application/octet-stream\r\n") != std::string::npos);
  const std::size_t at = reply.find("Inference-Header-Content-Length: ");
  REQUIRE(at != std::string::npos);
  const std::size_t length = std::stoul(reply.substr(at + 33));
  const std::string got = body_of(reply);
  REQUIRE(got.size() == length + 4);
  float sum = 0;
  std::memcpy(&sum, got.data() + length, 4);
  CHECK(sum == 3.5f);
  CHECK(got.find(R"("parameters":{"binary_data_size":4}}]})") != std::string::npos);
}

TEST_CASE("http: what is wrong is said, with the right status") {
  TestServer server;
  struct Case {
    std::string bytes;
    int status;
    std::string error;
  };
  const Case cases[] = {
      {request("GET", "/nowhere"), 404, "Not Found"},
      {request("GET", "/v2/models/m/infer"), 405, "Method Not Allowed"},
      {request("POST", "/v2/models/m/infer", "{"), 400,
       "body: expected a member's name here (byte 1)"},
      {request("POST", "/v2/models/..%2fetc/infer", "{}"), 400,
       "path: not a model's name; it has letters, digits, _ . - (no . or - first), at most 128"},
      {request("GET", "/v2/models/m/config"), 501, "test: no such method"},
      {request("POST", "/v2/models/m/infer", "{}", "Content-Encoding: br\r\n"), 415,
       "header: Content-Encoding: expected gzip, deflate or none"},
      {"GARBAGE\r\n\r\n", 400, ""},
  };
  for (const Case& each : cases) {
    CAPTURE(each.bytes);
    const std::string reply = ask(server.port, each.bytes);
    CHECK(status_of(reply) == each.status);
    CHECK(reply.find("Content-Type: application/json\r\n") != std::string::npos);
    if (!each.error.empty()) CHECK(body_of(reply) == "{\"error\":\"" + each.error + "\"}");
  }
  const std::string wrong_verb = ask(server.port, request("GET", "/v2/models/m/infer"));
  CHECK(wrong_verb.find("Allow: POST\r\n") != std::string::npos);
}

TEST_CASE("http: every request is told to the service once") {
  TestServer server;
  ask(server.port, request("POST", "/v2/models/m/infer", kInfer));
  ask(server.port, request("GET", "/nowhere"));
  ask(server.port, request("POST", "/v2/models/m/train", "{}"));
  (void)server.door->close(0);
  CHECK(server.service.outcomes ==
        std::vector<std::string>{"infer m 200", "none  404", "train m 400"});
}

TEST_CASE("http: events stream, resume after the last one seen, and end when the door closes") {
  TestServer server;
  server.service.hub.publish("m", "status", "1");
  server.service.hub.publish("m", "status", "2");
  RawClient client(server.port);
  client.send(request("GET", "/v2/models/m/events", "", "Last-Event-ID: 1\r\n"));
  std::string got;
  while (got.find("data: 2") == std::string::npos) {
    const std::string more = client.some();
    REQUIRE_FALSE(more.empty());
    got += more;
  }
  CHECK(got.find("Content-Type: text/event-stream\r\n") != std::string::npos);
  CHECK(got.find("data: 1") == std::string::npos);
  server.service.hub.publish("other", "status", "3");
  server.service.hub.publish("m", "metrics", "4");
  CHECK(client.some() == "id: 4\nevent: metrics\ndata: 4\n\n");
  CHECK(server.door->load().event_streams == 1);
  CHECK(server.door->close(1'000'000).ok());
  CHECK(client.is_closed());
  CHECK(server.service.hub.watchers() == 0);
}

TEST_CASE(
    "http: an event stream that the client leaves is forgotten; the ninth of an address is "
    "refused") {
  TestServer server;
  {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 8; ++i) {
      clients.push_back(std::make_unique<RawClient>(server.port));
      clients.back()->send(request("GET", "/v2/events"));
      REQUIRE(clients.back()->some().find("200 OK") != std::string::npos);
    }
    CHECK(status_of(ask(server.port, request("GET", "/v2/events"))) == 429);
  }
  for (int i = 0; i < 100 && server.service.hub.watchers() != 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(server.service.hub.watchers() == 0);
  CHECK(server.door->load().event_streams == 0);
}

TEST_CASE("http: closing lets a request finish, and tells its client to go") {
  TestServer server;
  std::atomic<bool> begun{false};
  server.service.on_call = [&](const Call& call, std::unique_ptr<Reply> reply) {
    server.service.threads.emplace_back([&, kept = std::move(reply)]() mutable {
      begun = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      server.service.answer(call, *kept);
      kept = nullptr;
    });
  };
  RawClient client(server.port);
  client.send(request("POST", "/v2/models/m/infer", kInfer));
  while (!begun)
    std::this_thread::yield();
  CHECK(server.door->close(5'000'000).ok());
  const std::string reply = client.response();
  CHECK(status_of(reply) == 200);
  CHECK(reply.find("Connection: close\r\n") != std::string::npos);
  CHECK_FALSE(RawClient(server.port).is_open());
}

TEST_CASE("http: a service slower than the drain is cut, and its late answer harms nobody") {
  TestServer server;
  std::atomic<bool> begun{false};
  server.service.on_call = [&](const Call& call, std::unique_ptr<Reply> reply) {
    server.service.threads.emplace_back([&, kept = std::move(reply)]() mutable {
      begun = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      server.service.answer(call, *kept);
      kept = nullptr;
    });
  };
  RawClient client(server.port);
  client.send(request("POST", "/v2/models/m/infer", kInfer));
  while (!begun)
    std::this_thread::yield();
  CHECK(server.door->close(10'000).code() == Code::deadline);
  CHECK(client.is_closed());
}

TEST_CASE("http: a port in use, a bad address, a name that isn't one: each with its own words") {
  TestServer server;
  TestService service;
  const auto open = [&](const std::string& url) {
    auto door = *make_http_door({});
    return door->open(url, service);
  };
  const Status used = open("127.0.0.1:" + std::to_string(server.port));
  CHECK(used.code() == Code::conflict);
  CHECK(used.text().find("the port is in use; try --http 127.0.0.1:") != std::string_view::npos);
  CHECK(open("127.0.0.1").code() == Code::invalid_argument);
  CHECK(open("127.0.0.1:99999").code() == Code::invalid_argument);
  CHECK(open("http://127.0.0.1:0/path").code() == Code::invalid_argument);
}

TEST_CASE("http: the metrics listener has metrics and health, nothing else") {
  TestServer server({.metrics_only = true});
  const std::string reply =
      ask(server.port, request("GET", "/metrics", "", "Origin: http://evil.example\r\n"));
  CHECK(body_of(reply) == "freshet_up 1\n");
  CHECK(reply.find("text/plain; charset=utf-8") != std::string::npos);
  CHECK(status_of(ask(server.port, request("GET", "/v2/health/live"))) == 200);
  CHECK(status_of(ask(server.port, request("POST", "/v2/models/m/infer", kInfer))) == 404);
}

TEST_CASE("http: the page's files go out compressed or plain, with their policy") {
  // gzip of "hi"
  static constexpr unsigned char kZip[] = {0x1f, 0x8b, 8, 0,    0,    0,    0,    0, 0, 3, 0xcb,
                                           0xc8, 4,    0, 0xac, 0x2a, 0x93, 0xd8, 2, 0, 0, 0};
  static const Asset assets[] = {
      {.path = "/", .type = "text/html; charset=utf-8", .gzip = std::as_bytes(std::span(kZip))}};
  TestServer server({.assets = assets});
  const std::string plain = ask(server.port, request("GET", "/"));
  CHECK(body_of(plain) == "hi");
  CHECK(plain.find("Content-Security-Policy: default-src 'none'") != std::string::npos);
  const std::string zipped =
      ask(server.port, request("GET", "/", "", "Accept-Encoding: br, gzip\r\n"));
  CHECK(zipped.find("Content-Encoding: gzip\r\n") != std::string::npos);
  CHECK(body_of(zipped).size() == sizeof kZip);
  CHECK(body_of(ask(server.port, request("HEAD", "/"))).empty());
  CHECK(status_of(ask(server.port, request("GET", "/assets/../../etc/passwd"))) == 404);
}

}  // namespace
}  // namespace freshet
