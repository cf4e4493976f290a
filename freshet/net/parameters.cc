#include "freshet/net/parameters.h"

#include <limits>
#include <string>

#include "freshet/base/chars.h"
#include "freshet/base/failure.h"

namespace freshet {
namespace {

using Kind = Parameter::Kind;

std::string shown(const Parameter& p) {
  switch (p.kind) {
    case Kind::boolean:
      return p.boolean ? "true" : "false";
    case Kind::integer:
      return std::string(Digits(p.integer).text());
    case Kind::unsigned_integer:
      return std::string(Digits(p.unsigned_integer).text());
    case Kind::number:
      return std::string(Digits(p.number).text());
    case Kind::text:
      break;
  }
  return "\"" + std::string(p.text.substr(0, 40)) + "\"";
}

Status wrong(const Parameter& p, std::string_view expected) {
  return failure(Code::invalid_argument, "parameters." + std::string(p.name) + ": expected " +
                                             std::string(expected) + ", found " + shown(p));
}

Status read_bool(const Parameter& p, bool& value) {
  if (p.kind != Kind::boolean) return wrong(p, "true or false");
  value = p.boolean;
  return {};
}

Status read_integer(const Parameter& p, int64_t low, int64_t high, std::string_view expected,
                    int64_t& value) {
  if (p.kind != Kind::integer || p.integer < low || p.integer > high) return wrong(p, expected);
  value = p.integer;
  return {};
}

Status read_text(const Parameter& p, std::size_t most, std::string_view expected,
                 std::string_view& value) {
  if (p.kind != Kind::text || p.text.empty() || p.text.size() > most) return wrong(p, expected);
  value = p.text;
  return {};
}

Status read_ack(const Parameter& p, Call& call) {
  constexpr std::string_view kExpected = R"("queued", "applied" or "durable")";
  constexpr std::string_view kNames[] = {"queued", "applied", "durable"};
  if (p.kind == Kind::integer && p.integer >= 0 && p.integer <= 3) {
    call.has_ack = p.integer > 0;
    if (call.has_ack) call.ack = static_cast<Ack>(p.integer - 1);
    return {};
  }
  for (uint8_t i = 0; i < 3 && p.kind == Kind::text; ++i) {
    if (p.text != kNames[i]) continue;
    call.has_ack = true;
    call.ack = static_cast<Ack>(i);
    return {};
  }
  return wrong(p, kExpected);
}

Status read_timeout(const Parameter& p, int64_t now_us, Call& call) {
  if (p.kind == Kind::unsigned_integer) return {};  // over 292,000 years
  int64_t timeout_us = 0;
  FRESHET_TRY(read_integer(p, 1, INT64_MAX, "microseconds, at least 1", timeout_us));
  call.deadline_us = timeout_us > INT64_MAX - now_us ? 0 : now_us + timeout_us;
  return {};
}

Status read_one(const Parameter& p, int64_t now_us, Call& call) {
  if (p.name == "ack") return read_ack(p, call);
  if (p.name == "timeout") return read_timeout(p, now_us, call);
  if (p.name == "remember") return read_bool(p, call.remember);
  if (p.name == "contributions") return read_bool(p, call.contributions);
  if (p.name == "allow_nonfinite") return read_bool(p, call.allow_nonfinite);
  if (p.name == "defer") return read_bool(p, call.defer);
  if (p.name == "overwrite") return read_bool(p, call.overwrite);
  if (p.name == "dedup_id") return read_text(p, 64, "text of 1 to 64 bytes", call.dedup_id);
  if (p.name == "source") return read_text(p, 128, "text of 1 to 128 bytes", call.source.name);
  constexpr std::string_view kNatural = "an integer, at least 0";
  int64_t value = 0;
  if (p.name == "min_lsn") {
    if (p.kind == Kind::unsigned_integer) call.min_lsn = p.unsigned_integer;
    if (p.kind == Kind::unsigned_integer) return {};
    FRESHET_TRY(read_integer(p, 0, INT64_MAX, kNatural, value));
    call.min_lsn = static_cast<Lsn>(value);
  } else if (p.name == "partition") {
    FRESHET_TRY(read_integer(p, 0, INT32_MAX, kNatural, value));
    call.source.partition = static_cast<int32_t>(value);
  } else if (p.name == "first_offset") {
    return read_integer(p, 0, INT64_MAX, kNatural, call.source.first_offset);
  } else if (p.name == "last_offset") {
    return read_integer(p, 0, INT64_MAX, kNatural, call.source.last_offset);
  }
  return {};
}

}  // namespace

Status read_parameters(Call& call, int64_t now_us) noexcept {
  for (const Parameter& p : call.parameters)
    FRESHET_TRY(read_one(p, now_us, call));
  if (!call.source.name.empty() && call.source.last_offset < call.source.first_offset) {
    return {Code::invalid_argument,
            "parameters.last_offset: smaller than first_offset; both are inclusive"};
  }
  return {};
}

}  // namespace freshet
