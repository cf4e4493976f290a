// Hostile HTTP clients. Each case ends with a good request that must be answered as if nothing had been.

#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>

#include "freshet/net/http/test_client.h"

namespace freshet {
namespace {

constexpr std::string_view kGood =
    R"({"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]})";

bool answers_a_good_request(uint16_t port) {
  const std::string reply = ask(port, request("POST", "/v2/models/m/infer", kGood));
  return status_of(reply) == 200 && body_of(reply).find("\"data\":[3]") != std::string::npos;
}

std::size_t resident_bytes() {
  std::ifstream status("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  status >> total >> resident;
  return resident * 4096;
}

// Timers in tenths of a second instead of seconds, so that the cases are quick.
HttpOptions hurried() {
  HttpOptions options;
  options.limits.header_time_us = 300'000;
  options.limits.body_time_us = 2'000'000;
  options.limits.write_stall_us = 400'000;
  options.limits.idle_time_us = 500'000;
  return options;
}

constexpr std::string_view kJsonRoutes[] = {"/v2/models/m/infer",
                                            "/v2/models/m/train",
                                            "/v2/models/m/predict_train",
                                            "/v2/models/m/feedback",
                                            "/v2/models/m/activate",
                                            "/v2/repository/index",
                                            "/inference",
                                            "/training",
                                            "/v2/models/m/checkpoint"};

TEST_CASE(
    "attack: 900 clients that never finish their header are cut, others are served meanwhile") {
  TestServer server(hurried());
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 900; ++i) {
    slow.push_back(std::make_unique<RawClient>(server.port));
    REQUIRE(slow.back()->is_open());
    slow.back()->send("POST /v2/models/m/infer HTTP/1.1\r\nHost: 127");
  }
  const auto before = std::chrono::steady_clock::now();
  CHECK(answers_a_good_request(server.port));
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(5));
  CHECK(status_of(slow[0]->response()) == 408);
  for (auto& client : slow)
    REQUIRE(client->is_closed());
  CHECK(answers_a_good_request(server.port));
}

TEST_CASE("attack: a header that drips byte by byte doesn't get more time than others") {
  TestServer server(hurried());
  RawClient client(server.port);
  const auto begun = std::chrono::steady_clock::now();
  client.send("GET /v2/health/live HTTP/1.1\r\nHost: h\r\nX: ");
  while (std::chrono::steady_clock::now() - begun < std::chrono::seconds(3) && client.send("a") &&
         client.some(50).empty()) {
  }
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(2));
  CHECK(answers_a_good_request(server.port));
}

TEST_CASE("attack: a body slower than 1 KiB/s is cut") {
  TestServer server(hurried());
  RawClient client(server.port);
  client.send(
      "POST /v2/models/m/infer HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n{");
  std::string got;
  for (int i = 0; i < 100 && got.empty(); ++i) {
    client.send(" ");
    got = client.some(50);
  }
  CHECK(status_of(got) == 408);
  CHECK(client.is_closed());
  CHECK(answers_a_good_request(server.port));
}

TEST_CASE("attack: a client that doesn't read its answer is cut, and holds no thread") {
  TestServer server(hurried());
  const std::string large(32 << 20, 'a');
  server.service.on_call = [&](const Call& call, std::unique_ptr<Reply> reply) {
    call.method == Method::metrics ? reply->finish_text(large)
                                   : server.service.answer(call, *reply);
  };
  RawClient client(server.port);
  client.send(request("GET", "/v2/models/m/metrics"));
  CHECK(answers_a_good_request(server.port));
  for (int i = 0; i < 100 && server.door->load().connections > 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
  CHECK(server.door->load().connections == 0);
  CHECK(answers_a_good_request(server.port));
}

TEST_CASE("attack: 1,000,000 one-byte chunks end at the cap, within 64 MiB") {
  TestServer server;
  const std::size_t before = resident_bytes();
  RawClient client(server.port);
  std::string chunks =
      "POST /v2/models/m/infer HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 10'000; ++i)
    chunks += "1\r\n \r\n";
  bool goes_on = client.send(chunks);
  const std::string ten_thousand = chunks.substr(chunks.find("\r\n\r\n") + 4);
  for (int i = 1; i < 100 && goes_on; ++i)
    goes_on = client.send(ten_thousand);
  CHECK(status_of(client.response()) == 413);
  CHECK(resident_bytes() < before + (64u << 20));
  CHECK(answers_a_good_request(server.port));
}

TEST_CASE("attack: shapes that lie, overflow or are negative cost nothing") {
  TestServer server;
  const std::size_t before = resident_bytes();
  const char* const sizes[] = {
      "-1",        "1e3",       "4294967296", "9223372036854775807", "18446744073709551615",
      "268435456", "268435457", "1000000"};
  int tried = 0;
  for (const char* first : sizes) {
    for (const char* second : {"1", "2", "4294967296", "9223372036854775807", "0"}) {
      const std::string body = "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP64\",\"shape\":[" +
                               std::string(first) + "," + second + "],\"data\":[1]}]}";
      const std::string reply = ask(server.port, request("POST", "/v2/models/m/infer", body));
      CAPTURE(body);
      CHECK(status_of(reply) == 400);
      const std::string binary = "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"BYTES\",\"shape\":[" +
                                 std::string(first) + "," + second +
                                 "],\"parameters\":{\"binary_data_size\":8}}]}";
      const std::string two = ask(
          server.port,
          request("POST", "/v2/models/m/infer", binary + "\4\0\0\0abcd",
                  "Inference-Header-Content-Length: " + std::to_string(binary.size()) + "\r\n"));
      CHECK(status_of(two) == 400);
      ++tried;
    }
  }
  CHECK(tried == 40);
  CHECK(resident_bytes() < before + (16u << 20));
  CHECK(answers_a_good_request(server.port));
}

// A gzip stream that opens to 158 times its size: a literal zero, then matches of 258 bytes at distance 1, in the fixed
// Huffman code of RFC 1951.
std::string make_bomb(std::size_t bytes) {
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  uint32_t bits = 0;
  int count = 0;
  const auto put = [&](uint32_t code, int size, bool is_huffman) {
    for (int i = 0; i < size; ++i) {
      const uint32_t bit = is_huffman ? (code >> (size - 1 - i)) & 1 : (code >> i) & 1;
      bits |= bit << count;
      if (++count < 8) continue;
      out += static_cast<char>(bits);
      bits = 0;
      count = 0;
    }
  };
  put(1, 1, false);          // the last block
  put(1, 2, false);          // fixed code
  put(0b00110000, 8, true);  // literal 0
  while (out.size() < bytes) {
    put(0b11000101, 8, true);  // length 258
    put(0, 5, true);           // distance 1
  }
  return out;
}

TEST_CASE("attack: a compression bomb ends at the limits") {
  TestServer server;
  const std::size_t before = resident_bytes();
  const std::string bomb = make_bomb(10u << 20);
  for (const char* route : {"/v2/models/m/infer", "/training"}) {
    RawClient client(server.port);
    client.send(request("POST", route, bomb, "Content-Encoding: gzip\r\n"));
    CHECK(status_of(client.response()) == 413);
    CHECK(client.is_closed());
  }
  CHECK(resident_bytes() < before + (160u << 20));
  CHECK(server.door->load().inflight_bytes == 0);
  CHECK(answers_a_good_request(server.port));
}

TEST_CASE("attack: 250,000 open brackets, on every route") {
  TestServer server;
  for (const std::string_view route : kJsonRoutes) {
    CAPTURE(route);
    for (const char* open : {"[", "{\"a\":"}) {
      std::string body;
      for (int i = 0; i < 250'000; ++i)
        body += open;
      CHECK(status_of(ask(server.port, request("POST", route, body))) == 400);
      CHECK(status_of(ask(server.port, request("POST", route, "{\"inputs\":[],\"x\":" + body))) ==
            400);
    }
  }
  CHECK(answers_a_good_request(server.port));
}

TEST_CASE("attack: duplicate members, tensors and outputs; no memory is left behind") {
  TestServer server;
  const std::string bodies[] = {
      R"({"inputs":[],"inputs":[]})",
      R"({"inputs":[],"id":"a","id":"b"})",
      R"({"inputs":[],"\u0069d":"a","id":"b"})",
      R"({"inputs":[{"name":"x","name":"x","shape":[0],"datatype":"FP32"}]})",
      R"({"inputs":[{"name":"x","shape":[0],"shape":[1],"datatype":"FP32","data":[1]}]})",
      R"({"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1],"data":[2]}]})",
      R"({"inputs":[{"name":"x","shape":[0],"datatype":"FP32"},{"name":"x","shape":[0],"datatype":"FP32"}]})",
      R"({"inputs":[],"outputs":[{"name":"p"},{"name":"p"}]})",
      R"({"inputs":[],"parameters":{"remember":true,"remember":false}})",
      R"({"inputs":[{"name":"x","shape":[1],"datatype":"FP32","parameters":{"binary_data_size":4,"binary_data_size":0}}]})",
  };
  RawClient client(server.port);
  std::size_t after_a_thousand = 0;
  for (int i = 0; i < 20'000; ++i) {
    client.send(request("POST", "/v2/models/m/infer",
                        bodies[static_cast<std::size_t>(i) % std::size(bodies)]));
    REQUIRE(status_of(client.response()) == 400);
    if (i == 1000) after_a_thousand = resident_bytes();
  }
  CHECK(resident_bytes() < after_a_thousand + (48u << 20));
  CHECK(answers_a_good_request(server.port));
}

TEST_CASE("attack: requests that two servers could read differently close the connection") {
  TestServer server;
  const std::string smuggled =
      "POST /training HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n42";
  const std::string start = "POST /inference HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  const std::string heads[] = {
      start + "Content-Length: 1\r\nContent-Length: 60\r\n\r\n",
      start + "Content-Length: 1, 60\r\n\r\n",
      start + "Content-Length: -1\r\n\r\n",
      start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
      start + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
      start +
          "Transfer-Encoding: \x0b"
          "chunked\r\n\r\n0\r\n\r\n",
      start + "Transfer-Encoding\r\n : chunked\r\n\r\n0\r\n\r\n",
      start + "Host: evil.example\r\nContent-Length: 1\r\n\r\n1",
      "POST /inference HTTP/1.1\r\nContent-Length: 1\r\n\r\n1",
      "POST /inference HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  };
  for (const std::string& head : heads) {
    CAPTURE(head);
    RawClient client(server.port);
    client.send(head + smuggled);
    CHECK(status_of(client.response()) == 400);
    CHECK(client.is_closed());
  }
  CHECK(server.service.calls == 0);
  CHECK(answers_a_good_request(server.port));
}

TEST_CASE("attack: numbers that are none, on every route") {
  TestServer server;
  for (const char* value :
       {"NaN", "nan", "Infinity", "-Infinity", "1e999", "-1e999", "1e39", "0x10", "1_000", "+1",
        ".5", "1.", "01", "\"1\"", "[1]", "null", "true"}) {
    CAPTURE(value);
    const std::string tensor =
        R"({"name":"x","shape":[1],"datatype":"FP32","data":[)" + std::string(value) + "]}";
    const std::string inputs = R"({"inputs":[)" + tensor + "]}";
    CHECK(status_of(ask(server.port, request("POST", "/v2/models/m/infer", inputs))) == 400);
    CHECK(status_of(ask(server.port, request("POST", "/v2/models/m/train", inputs))) == 400);
    CHECK(status_of(ask(server.port, request("POST", "/v2/models/m/train",
                                             R"({"inputs":[],"targets":[)" + tensor + "]}"))) ==
          400);
    if (std::string_view(value) == "[1]") continue;  // a row, there
    CHECK(status_of(ask(server.port, request("POST", "/inference", value))) == 400);
    CHECK(status_of(ask(server.port, request("POST", "/training", value))) == 400);
    CHECK(status_of(ask(server.port, request("POST", "/training",
                                             "{\"x\":" + std::string(value) + ",\"y\":1}"))) ==
          400);
  }
  CHECK(server.service.calls == 0);
  CHECK(answers_a_good_request(server.port));
}

TEST_CASE("attack: answers that are not finite are an error in JSON, and pass in binary") {
  TestServer server;
  server.service.on_call = [](const Call& call, std::unique_ptr<Reply> reply) {
    const int64_t shape[] = {2};
    const float values[] = {1, 0.0f / 0.0f};
    const Tensor out = Tensor::of<float>("prediction", Datatype::f32, shape, values);
    reply->finish(Answer{.model = call.model, .outputs = {&out, 1}});
  };
  const std::string json = ask(server.port, request("POST", "/v2/models/m/infer", kGood));
  CHECK(status_of(json) == 500);
  CHECK(body_of(json).find("output \\\"prediction\\\": value 1 is not finite") !=
        std::string::npos);
  const std::string binary = R"({"inputs":[],"parameters":{"binary_data_output":true}})";
  CHECK(status_of(ask(server.port, request("POST", "/v2/models/m/infer", binary))) == 200);
  CHECK(status_of(ask(server.port, request("POST", "/inference", "1"))) == 500);
}

TEST_CASE("attack: paths in names") {
  TestServer server;
  for (const char* name : {"..", ".", "%2e%2e", "..%2f..%2fetc%2fpasswd", "%2Fetc", "a%00",
                           "a%5c..%5cb", "file%3a%2f%2fx", "%c0%ae%c0%ae", "a%2", "~root"}) {
    CAPTURE(name);
    const int status = status_of(
        ask(server.port, request("POST", "/v2/models/" + std::string(name) + "/infer", kGood)));
    CHECK((status == 400 || status == 404));
  }
  for (const char* target :
       {"/assets/../secret", "/assets/%2e%2e/secret", "/..", "//etc/passwd", "/v2/../../x"}) {
    CHECK(status_of(ask(server.port, request("GET", target))) == 404);
  }
  CHECK(server.service.calls == 0);
  CHECK(answers_a_good_request(server.port));
}

TEST_CASE("attack: an open listener teaches nobody, nor does a proxy's client") {
  const char* const closed[] = {"/v2/models/m/train",
                                "/v2/models/m/predict_train",
                                "/v2/models/m/feedback",
                                "/v2/models/m/activate",
                                "/training",
                                "/v2/models/m/checkpoint"};
  TestServer open({}, "0.0.0.0:0");
  TestServer local;
  for (const char* route : closed) {
    CAPTURE(route);
    CHECK(status_of(ask(open.port, request("POST", route, "1"))) == 403);
    for (const char* head : {"Forwarded: for=1.2.3.4\r\n", "X-Forwarded-For: 127.0.0.1\r\n",
                             "x-forwarded-for:\r\n", "Via: 1.1 p\r\n"}) {
      CHECK(status_of(ask(local.port, request("POST", route, "1", head))) == 403);
    }
  }
  CHECK(status_of(ask(open.port, request("GET", "/v2/events"))) == 403);
  CHECK(status_of(ask(open.port, request("POST", "/v2/models/m/infer",
                                         R"({"inputs":[],"parameters":{"remember":true}})"))) ==
        403);
  CHECK(open.service.calls == 0);
  CHECK(local.service.calls == 0);
  CHECK(answers_a_good_request(open.port));
  CHECK(status_of(ask(local.port, request("POST", "/training", "1"))) == 200);
}

TEST_CASE("attack: pages of other sites, and names that resolve to us") {
  TestServer server;
  const auto post = [&](const std::string& head, const std::string& host = "127.0.0.1") {
    return status_of(ask(server.port, "POST /training HTTP/1.1\r\nHost: " + host + "\r\n" + head +
                                          "Content-Length: 2\r\n\r\n10"));
  };
  CHECK(post("Origin: http://evil.example\r\nContent-Type: text/plain\r\n") == 403);
  CHECK(post("Origin: null\r\n") == 403);
  CHECK(post("Origin: http://127.0.0.1:1\r\n") == 403);
  CHECK(post("", "evil.example") == 403);
  CHECK(post("Origin: http://evil.example\r\n", "evil.example") == 403);
  CHECK(post("", "127.0.0.1.evil.example:80") == 403);
  CHECK(server.service.calls == 0);
  CHECK(post("Origin: http://127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n") ==
        200);
  CHECK(post("", "localhost:8000") == 200);
  const std::string health =
      ask(server.port, "GET /v2/health/live HTTP/1.1\r\nHost: any.name\r\n\r\n");
  CHECK(status_of(health) == 200);
  const std::string preflight =
      ask(server.port,
          "OPTIONS /training HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://evil.example\r\n\r\n");
  CHECK(status_of(preflight) == 403);
  CHECK(preflight.find("Access-Control-Allow-Origin") == std::string::npos);
}

TEST_CASE("attack: malformed bytes stop neither the server nor each other") {
  TestServer server;
  std::mt19937 random(7);
  const std::string good =
      request("POST", "/v2/models/m/infer", kGood, "Inference-Header-Content-Length: 70\r\n");
  for (int i = 0; i < 3000; ++i) {
    std::string bytes = good;
    for (uint32_t changes = random() % 8; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    RawClient client(server.port);
    client.send(bytes);
    client.half_close();
    client.some(2000);
  }
  CHECK(answers_a_good_request(server.port));
}

TEST_CASE("attack: out of descriptors, the oldest idle connection makes room for a new one") {
  TestServer server;
  RawClient idle(server.port);
  idle.send(request("GET", "/v2/health/live"));
  REQUIRE(status_of(idle.response()) == 200);
  const int late =
      ::socket(AF_INET, SOCK_STREAM, 0);  // its descriptor is taken before there are none
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit few = before;
  few.rlim_cur = static_cast<rlim_t>(late) + 1;
  ::setrlimit(RLIMIT_NOFILE, &few);
  std::vector<int> fillers;
  for (int copy = ::dup(late); copy >= 0; copy = ::dup(late))
    fillers.push_back(copy);

  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(server.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(late, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  const std::string live = request("GET", "/v2/health/live");
  REQUIRE(::send(late, live.data(), live.size(), MSG_NOSIGNAL) > 0);
  pollfd wait{.fd = late, .events = POLLIN, .revents = 0};
  CHECK(::poll(&wait, 1, 5000) == 1);
  CHECK(idle.is_closed());

  ::setrlimit(RLIMIT_NOFILE, &before);
  for (const int copy : fillers)
    ::close(copy);
  ::close(late);
  CHECK(answers_a_good_request(server.port));
}

TEST_CASE("attack: an address may not hold all connections") {
  HttpOptions options;
  options.limits.connections_per_address = 50;
  TestServer server(std::move(options));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 60; ++i)
    clients.push_back(std::make_unique<RawClient>(server.port));
  CHECK(status_of(clients.back()->response()) == 503);
  CHECK(server.door->load().connections == 50);
  clients.clear();
  for (int i = 0; i < 100 && server.door->load().connections > 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(answers_a_good_request(server.port));
}

TEST_CASE(
    "attack: bodies of one address may hold a quarter of the budget, then others still get in") {
  HttpOptions options;
  options.limits.inflight = 8 << 20;
  TestServer server(std::move(options));
  std::vector<std::unique_ptr<RawClient>> clients;
  const std::string part(1 << 20, ' ');
  int refused = 0;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port));
    clients.back()->send(
        "POST /v2/models/m/infer HTTP/1.1\r\nHost: h.localhost\r\nContent-Length: 2000000\r\n\r\n");
  }
  // h.localhost is no name of ours: what is refused by its head is not charged.
  for (auto& client : clients)
    client->send(part);
  for (auto& client : clients)
    CHECK(status_of(client->response()) == 403);
  clients.clear();
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port));
    clients.back()->send(
        "POST /v2/models/m/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n");
    clients.back()->send(part);
  }
  for (auto& client : clients)
    refused += status_of(client->some(300)) == 429 ? 1 : 0;
  CHECK(refused >= 4);
  CHECK(server.door->load().inflight_bytes <= 2u << 20);
  CHECK(answers_a_good_request(server.port));
}

}  // namespace
}  // namespace freshet
