#include "freshet/log/payload.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "freshet/base/coding.h"

namespace freshet {
namespace {

TEST_CASE("payload: sections come back as they were") {
  const float values[] = {0.25f, 0.75f};
  DedupId id{};
  id[15] = std::byte{1};
  PayloadBuilder builder;
  builder.begin(Tag::examples);
  builder.bytes().resize(builder.bytes().size() + 5, std::byte{7});
  builder.end();
  const auto bytes = builder.text(Tag::client, "anna")
                         .dedup(id)
                         .source({.name = "shuttle", .partition = 2, .first = 10, .last = 19})
                         .prediction({.values = values, .action = 1, .probability = 0.5f})
                         .take();
  CHECK(builder.size() == 0);
  CHECK(bytes.size() % 8 == 0);
  const auto payload = Payload::parse(bytes);
  REQUIRE_MESSAGE(payload.ok(), payload.status().text());
  CHECK(payload->section(Tag::examples).size() == 5);
  CHECK(payload->text(Tag::client) == "anna");
  CHECK(payload->dedup() == id);
  CHECK(payload->source()->name == "shuttle");
  CHECK(payload->source()->partition == 2);
  CHECK(payload->source()->first == 10);
  CHECK(payload->source()->last == 19);
  CHECK(payload->prediction()->values[1] == 0.75f);
  CHECK(payload->prediction()->action == 1);
  CHECK(payload->prediction()->probability == 0.5f);
  CHECK_FALSE(payload->has(Tag::json));
  CHECK(payload->section(Tag::json).empty());
}

TEST_CASE("payload: an empty one has no sections, and that is fine") {
  const auto payload = Payload::parse({});
  REQUIRE(payload.ok());
  CHECK_FALSE(payload->has(Tag::examples));
  CHECK_FALSE(payload->source());
}

TEST_CASE("payload: cut anywhere but between sections it is corrupt, and the text says where") {
  const auto bytes = PayloadBuilder().text(Tag::client, "anna").text(Tag::json, "{}").take();
  REQUIRE(bytes.size() == 32);
  for (std::size_t size = 1; size < bytes.size(); size++) {
    if (size == 16) continue;
    const auto payload = Payload::parse(std::span(bytes).first(size));
    CHECK(payload.status().code() == Code::corrupt);
    CHECK(payload.status().text().substr(0, 18) == "log: payload, byte");
  }
}

TEST_CASE(
    "payload: lying lengths, dirty padding, repeated tags and malformed sections are corrupt") {
  const auto good = PayloadBuilder().text(Tag::client, "anna").take();
  auto bytes = good;
  put_u32(bytes.data() + 4, 0xffffffff);
  CHECK(Payload::parse(bytes).status().code() == Code::corrupt);
  bytes = good;
  bytes[13] = std::byte{1};
  CHECK(Payload::parse(bytes).status().code() == Code::corrupt);
  bytes = good;
  bytes[2] = std::byte{1};
  CHECK(Payload::parse(bytes).status().code() == Code::corrupt);
  bytes = good;
  bytes.insert(bytes.end(), good.begin(), good.end());
  CHECK(Payload::parse(bytes).status().code() == Code::corrupt);
  CHECK(Payload::parse(PayloadBuilder().text(Tag::dedup, "short").take()).status().code() ==
        Code::corrupt);
  CHECK(Payload::parse(PayloadBuilder().text(Tag::source, std::string(24, '\0')).take())
            .status()
            .code() == Code::corrupt);
  CHECK(Payload::parse(PayloadBuilder().text(Tag::prediction, std::string(15, '\0')).take())
            .status()
            .code() == Code::corrupt);
  const SourceRange backwards{.name = "s", .partition = 0, .first = 2, .last = 1};
  CHECK(Payload::parse(PayloadBuilder().source(backwards).take()).status().code() == Code::corrupt);
}

TEST_CASE("payload: an unknown tag or kind names what is needed to read it") {
  const auto scaled = Payload::parse(PayloadBuilder().text(Tag::claim, "x").take());
  CHECK(scaled.status().code() == Code::unsupported);
  CHECK(scaled.status().text() ==
        "log: payload has a section with tag 16; reading it needs a freshet with scale-out");
  Event event{};
  event.lsn = 9;
  event.kind = EventKind::tick;
  CHECK(check_kind(event).ok());
  event.kind = EventKind::items;
  CHECK(check_kind(event).text() ==
        "log: record 9 has kind 32; learning on needs a freshet with edge stores");
  event.kind = static_cast<EventKind>(200);
  CHECK(check_kind(event).code() == Code::unsupported);
}

}  // namespace
}  // namespace freshet
