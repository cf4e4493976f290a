#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/net/http/host_rule.h"
#include "freshet/net/http/http_route.h"
#include "freshet/net/http/request_body.h"
#include "freshet/net/http/request_reader.h"

namespace freshet {
namespace {

struct Kept final : BodySink {
  std::string bytes;
  bool take(std::string_view more) noexcept override {
    bytes.append(more);
    return true;
  }
};

// Feeds `text` in pieces of `step` bytes; the state it ends in.
RequestReader::State feed(RequestReader& reader, std::string_view text, std::size_t step,
                          Kept& body) {
  std::string waiting;
  while (!text.empty() || !waiting.empty()) {
    waiting.append(text.substr(0, step));
    const bool was_last = text.size() <= step;
    text.remove_prefix(std::min(step, text.size()));
    while (true) {
      const RequestReader::State before = reader.state();
      const std::size_t taken = reader.feed(waiting, body);
      waiting.erase(0, taken);
      if (taken == 0 && reader.state() == before) break;
      if (reader.state() == RequestReader::State::refused ||
          reader.state() == RequestReader::State::done)
        return reader.state();
    }
    if (was_last) break;
  }
  return reader.state();
}

TEST_CASE("request: one and the same, however it is cut") {
  const HttpLimits limits;
  const std::string text =
      "POST /v2/models/m/infer?a=1 HTTP/1.1\r\nHost: h:1\r\ncontent-type: x\r\nTransfer-Encoding: "
      "Chunked\r\n"
      "Origin: http://h:1\r\nLast-Event-ID: 7\r\nInference-Header-Content-Length: "
      "12\r\nAccept-Encoding: deflate, gzip;q=0.5\r\n\r\n"
      "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nFoo: bar\r\n\r\n";
  for (const std::size_t step : {1, 2, 3, 7, 64, 1000}) {
    CAPTURE(step);
    RequestReader reader(limits);
    Kept body;
    REQUIRE(feed(reader, text, step, body) == RequestReader::State::done);
    CHECK(body.bytes == "abc0123456789");
    CHECK(reader.head().target == "/v2/models/m/infer?a=1");
    CHECK(reader.head().host == "h:1");
    CHECK(reader.head().origin == "http://h:1");
    CHECK(reader.head().last_event_id == 7);
    CHECK(reader.head().json_length == 12);
    CHECK(reader.head().takes_gzip);
    CHECK(reader.head().keeps_alive);
  }
}

TEST_CASE("request: an empty chunked body may come byte by byte") {  // aborted in Beast 1.81
  const HttpLimits limits;
  RequestReader reader(limits);
  Kept body;
  const std::string text =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  CHECK(feed(reader, text, 1, body) == RequestReader::State::done);
  CHECK(body.bytes.empty());
}

TEST_CASE("request: what two servers could read differently is refused") {
  const HttpLimits limits;
  const std::string post = "POST /x HTTP/1.1\r\nHost: h\r\n";
  const std::vector<std::string> bad = {
      post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
      post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\na",
      post + "Content-Length: 1, 1\r\n\r\na",
      post + "Content-Length: -1\r\n\r\n",
      post + "Content-Length: +1\r\n\r\na",
      post + "Content-Length: 0x1\r\n\r\na",
      post + "Content-Length: 1a\r\n\r\na",
      post + "Content-Length:\r\n\r\n",
      post + "Content-Length: 18446744073709551616\r\n\r\n",
      post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding: identity\r\n\r\n",
      post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
      post + "X: a\r\n b\r\n\r\n",
      post + "X: a\r\n\tb\r\n\r\n",
      post + "Content-Length: 1\nX: y\r\n\r\na",
      "POST /x HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "GET /x HTTP/1.1\r\n\r\n",
      "GET /x HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
      "GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
      "GET /x\r\n\r\n",
      "GET  /x HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /x HTTP/2.0\r\nHost: a\r\n\r\n",
      "GET /x HTTP/1.1 \r\nHost: a\r\n\r\n",
      "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n",
      "\x16\x03\x01\x02\r\n\r\n",
      post + "Transfer-Encoding: chunked\r\n\r\n1x\r\na\r\n0\r\n\r\n",
      post + "Transfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
      post + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\na\r\n0\r\n\r\n",
      post + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
  };
  for (const std::string& text : bad) {
    for (const std::size_t step : {std::size_t{1}, text.size()}) {
      CAPTURE(text);
      CAPTURE(step);
      RequestReader reader(limits);
      Kept body;
      CHECK(feed(reader, text, step, body) == RequestReader::State::refused);
      CHECK(reader.status() == 400);
      CHECK_FALSE(reader.reason().empty());
    }
  }
}

TEST_CASE("request: heads that are too long, and chunks that are too many") {
  HttpLimits limits;
  Kept body;
  RequestReader line(limits);
  CHECK(feed(line, "GET /" + std::string(5000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 4096, body) ==
        RequestReader::State::refused);
  CHECK(line.status() == 431);
  RequestReader header(limits);
  CHECK(feed(header, "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(20000, 'a') + "\r\n\r\n",
             4096, body) == RequestReader::State::refused);
  CHECK(header.status() == 431);
  CHECK(header.reason() ==
        "header: too long; the request line may have 4096 bytes, the header 8192");
  RequestReader many(limits);
  std::string fields = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 2000; ++i)
    fields += "A: bcdefg\r\n";
  CHECK(feed(many, fields + "\r\n", 100, body) == RequestReader::State::refused);
  CHECK(many.status() == 431);
  limits.chunks = 10;
  RequestReader chunks(limits);
  std::string text = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 11; ++i)
    text += "1\r\na\r\n";
  CHECK(feed(chunks, text, 50, body) == RequestReader::State::refused);
  CHECK(chunks.status() == 413);
}

TEST_CASE("request: a reader is as good as new after reset") {
  const HttpLimits limits;
  RequestReader reader(limits);
  Kept body;
  for (int i = 0; i < 3; ++i) {
    REQUIRE(feed(reader, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi", 5, body) ==
            RequestReader::State::done);
    reader.reset();
    CHECK(reader.head().content_length == 0);
  }
  CHECK(body.bytes == "hihihi");
}

TEST_CASE("host: addresses, localhost and what is allowed; nothing else") {
  const std::vector<std::string> allowed = {"ml.example"};
  for (const char* good :
       {"", "127.0.0.1", "127.0.0.1:8000", "10.1.2.3:1", "[::1]", "[::1]:8000", "localhost",
        "LOCALHOST:80", "ml.example", "ML.example:443", "own.name"}) {
    CAPTURE(good);
    CHECK(is_trusted_host(good, "own.name", allowed));
  }
  for (const char* bad : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example",
                          "ml.example.evil", "127.0.0.1:x", "[::1]x", "[::1", "[evil]",
                          "127.0.0.1@evil", "127.0.0.1:80:80", "xlocalhost"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_trusted_host(bad, "own.name", allowed));
  }
}

TEST_CASE("origin: none, our own, or allowed") {
  const std::vector<std::string> allowed = {"https://page.example"};
  CHECK(is_trusted_origin("", "localhost:8000", allowed));
  CHECK(is_trusted_origin("http://localhost:8000", "localhost:8000", allowed));
  CHECK(is_trusted_origin("https://page.example", "localhost:8000", allowed));
  for (const char* bad :
       {"null", "http://evil.example", "http://localhost:8001", "http://localhost",
        "https://page.example.evil", "http://page.example", "localhost:8000"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_trusted_origin(bad, "localhost:8000", allowed));
  }
}

struct Routed {
  Method method;
  std::string model, version;
  uint16_t refused;
};

Routed route(std::string_view verb, std::string_view target) {
  const HttpOptions options;
  HttpRoute r;
  r.read(http_verb(verb), target, options);
  return {r.method, std::string(r.model), std::string(r.version), r.refused};
}

TEST_CASE("route: what each path means") {
  struct Case {
    const char *verb, *target;
    Method method;
    const char *model, *version;
  };
  for (const Case& c : {Case{"GET", "/v2", Method::server_metadata, "", ""},
                        {"GET", "/v2/health/live", Method::live, "", ""},
                        {"HEAD", "/v2/health/ready?for=train", Method::ready, "", ""},
                        {"GET", "/v2/models/a.b-c_d", Method::model_metadata, "a.b-c_d", ""},
                        {"GET", "/v2/models/m/versions/7", Method::model_metadata, "m", "7"},
                        {"POST", "/v2/models/m/versions/7/infer", Method::infer, "m", "7"},
                        {"POST", "/v2/models/m%5fx/infer", Method::infer, "m_x", ""},
                        {"GET", "/v2/models/m/ready", Method::model_ready, "m", ""},
                        {"GET", "/v2/models/m/config", Method::model_config, "m", ""},
                        {"POST", "/v2/models/m/train", Method::train, "m", ""},
                        {"POST", "/v2/models/m/predict_train", Method::predict_train, "m", ""},
                        {"POST", "/v2/models/m/feedback", Method::feedback, "m", ""},
                        {"POST", "/v2/models/m/activate", Method::activate, "m", ""},
                        {"GET", "/v2/models/m/metrics", Method::metrics, "m", ""},
                        {"GET", "/v2/models/m/history?span=300", Method::history, "m", ""},
                        {"GET", "/v2/models/m/events", Method::events, "m", ""},
                        {"GET", "/v2/events", Method::events, "", ""},
                        {"POST", "/v2/models/m/checkpoint", Method::checkpoint, "m", ""},
                        {"POST", "/v2/repository/index", Method::index, "", ""},
                        {"POST", "/inference", Method::inference, "", ""},
                        {"POST", "/training", Method::training, "", ""}}) {
    CAPTURE(c.target);
    const Routed r = route(c.verb, c.target);
    CHECK(r.refused == 0);
    CHECK(r.method == c.method);
    CHECK(r.model == c.model);
    CHECK(r.version == c.version);
  }
}

TEST_CASE("route: names that are paths, encoded or not, never get through") {
  for (const char* target :
       {"/v2/models/..", "/v2/models/%2e%2e", "/v2/models/a%2fb",
        "/v2/models/%2Fetc%2Fpasswd/infer", "/v2/models/.hidden", "/v2/models/-a",
        "/v2/models/a%00b", "/v2/models/stats", "/v2/models/a%zz", "/v2/models/a%2",
        "/v2/models/a%252e", "/v2/models/a b", "/v2/models/caf\xc3\xa9",
        "/v2/models/m/versions/../infer", "/v2/models/m/versions/%2e/infer", "http://h/v2", "*",
        ""}) {
    CAPTURE(target);
    CHECK(route("GET", target).refused == 400);
  }
  CHECK(route("GET", "/v2/models/" + std::string(128, 'a')).refused == 0);
  CHECK(route("GET", "/v2/models/" + std::string(129, 'a')).refused == 400);
  for (const char* target :
       {"/", "/v2/", "/v3", "/v2/models/", "/v2/models/m/", "/v2/models/m/nothing",
        "/v2/models/m/infer/x", "/v2//models/m", "/v2/models/m/versions",
        "/v2/models/m/versions/7/train", "/metrics", "/../v2", "/v2/models/m/train/../infer"}) {
    CAPTURE(target);
    CHECK(route("GET", target).refused == 404);
  }
  CHECK(route("PUT", "/v2").refused == 405);
  CHECK(route("GET", "/v2/models/m/train").refused == 405);
}

// {"a":1}, made by Python's gzip.
constexpr unsigned char kGzip[] = {0x1f, 0x8b, 0x8,  0x0,  0x0,  0x0,  0x0,  0x0,  0x2,
                                   0x3,  0xab, 0x56, 0x4a, 0x54, 0xb2, 0x32, 0xac, 0x5,
                                   0x0,  0xaf, 0xac, 0x1b, 0x56, 0x7,  0x0,  0x0,  0x0};

TEST_CASE("request body: compressed bodies come out, broken ones don't") {
  HttpLimits limits;
  RequestBudget budget;
  RequestBody body(limits, budget);
  RequestHead head;
  head.encoding = RequestHead::Encoding::gzip;
  const std::string zipped(reinterpret_cast<const char*>(kGzip), sizeof kGzip);
  body.begin(head);
  for (const char byte : zipped)
    REQUIRE(body.take({&byte, 1}));
  CHECK(body.finish());
  CHECK(body.bytes() == R"({"a":1})");
  body.begin(head);
  REQUIRE(body.take(zipped.substr(0, 20)));
  CHECK_FALSE(body.finish());
  CHECK(body.status() == 400);
  body.begin(head);
  CHECK_FALSE(body.take("not gzip at all"));
  CHECK(std::string_view(body.reason()) == "body: broken compressed data");
  body.begin(head);
  CHECK_FALSE(body.take(zipped + "more"));
}

TEST_CASE("request body: limits of size and of what all requests hold") {
  HttpLimits limits;
  limits.body = 100;
  InflightCounter all, mine;
  mine.limit = RequestBudget::kFree + 1000;
  {
    RequestBudget budget;
    budget.set(&all, &mine);
    RequestBody body(limits, budget);
    RequestHead head;
    head.content_length = 101;
    body.begin(head);
    CHECK(body.status() == 413);
    head.content_length = 0;
    body.begin(head);
    CHECK(body.take(std::string(100, 'a')));
    CHECK_FALSE(body.take("a"));
    CHECK(body.status() == 413);
    CHECK(budget.charge(20000));
    CHECK(all.bytes == mine.bytes);
    CHECK(all.bytes > 0);
    CHECK_FALSE(budget.charge(100000));
  }
  CHECK(all.bytes == 0);
  CHECK(mine.bytes == 0);
}

}  // namespace
}  // namespace freshet
