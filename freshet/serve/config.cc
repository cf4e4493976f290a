#include "freshet/serve/config.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <boost/json.hpp>

#include "freshet/base/failure.h"
#include "freshet/base/text.h"
#include "freshet/log/file.h"

namespace freshet {
namespace {

namespace json = boost::json;

std::string_view view(const json::string& s) noexcept {
  return {s.data(), s.size()};
}

Status bad(const std::string& path, const std::string& what) {
  return failure(Code::invalid_argument, path + ": " + what);
}

Status unknown(const std::string& path, const std::string& place, std::string_view name,
               std::span<const std::string_view> known) {
  std::string message = place + ": no member \"" + std::string(name) + "\"";
  if (const std::string_view nearest = nearest_name(name, known); !nearest.empty())
    message += "; did you mean \"" + std::string(nearest) + "\"?";
  return bad(path, message);
}

constexpr std::array<std::string_view, 9> kModelMembers{
    "spec",          "file",           "publish", "ack",        "ttl_s",
    "reward_wait_s", "default_reward", "target",  "class_names"};

Status set_member(const std::string& path, const std::string& place, std::string_view name,
                  const json::value& value, HostedOptions& model) {
  const auto* text = value.if_string();
  const auto wrong = [&](const char* expected) {
    return bad(path, place + "." + std::string(name) + ": expected " + expected);
  };
  if (name == "spec") {
    if (text == nullptr) return wrong("a spec as text");
    if (model.served.spec.empty()) model.served.spec = view(*text);
  } else if (name == "file") {
    if (text == nullptr || text->empty()) return wrong("the path of a model file");
    if (model.file.empty()) model.file = view(*text);
  } else if (name == "target") {
    if (text == nullptr || text->empty()) return wrong("a name");
    model.target = view(*text);
  } else if (name == "publish") {
    if (text == nullptr || (*text != "live" && *text != "snapshot"))
      return wrong("\"live\" or \"snapshot\"");
    model.served.publication = Publication{.mode = *text == "live" ? Publication::Mode::live
                                                                   : Publication::Mode::snapshot};
  } else if (name == "ack") {
    if (text == nullptr || (*text != "queued" && *text != "applied" && *text != "durable"))
      return wrong("\"queued\", \"applied\" or \"durable\"");
    model.ack = *text == "queued" ? Ack::queued : *text == "applied" ? Ack::applied : Ack::durable;
    model.has_ack = true;
  } else if (name == "ttl_s") {
    const auto* seconds = value.if_int64();
    if (seconds == nullptr || *seconds < 1 || *seconds > 31'536'000)
      return wrong("1 to 31,536,000");
    model.served.pending.ttl_us = *seconds * 1'000'000;
    model.has_ttl = true;
  } else if (name == "reward_wait_s") {
    const auto* seconds = value.if_int64();
    if (seconds == nullptr || *seconds < 1 || *seconds > 31'536'000)
      return wrong("1 to 31,536,000");
    model.served.silence.after_us = *seconds * 1'000'000;
  } else if (name == "default_reward") {
    json::error_code error;
    const auto reward = value.to_number<double>(error);
    if (error || !(reward >= -1e30 && reward <= 1e30)) return wrong("a number");
    model.served.silence.cost = static_cast<float>(0 - reward);
    model.has_default_reward = true;
  } else if (name == "class_names") {
    const auto* names = value.if_object();
    if (names == nullptr) return wrong("an object such as {\"0\": \"normal\"}");
    for (const auto& member : *names) {
      if (!member.value().is_string()) return wrong("texts");
      model.class_names.emplace_back(std::string(member.key()),
                                     std::string(view(member.value().get_string())));
    }
  } else {
    return unknown(path, place, name, kModelMembers);
  }
  return {};
}

}  // namespace

Status read_config(const std::string& path, std::vector<HostedOptions>& models) noexcept {
  FRESHET_TRY_ASSIGN(const auto bytes, read_file(path, uint64_t{1} << 20u));
  json::error_code error;
  const json::value root =
      json::parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, error);
  if (error || !root.is_object())
    return bad(path, "expected a JSON object such as {\"models\": {...}}");
  for (const auto& member : root.get_object()) {
    constexpr std::array<std::string_view, 1> kMembers{"models"};
    if (member.key() != "models")
      return unknown(path, "the file", std::string_view(member.key().data(), member.key().size()),
                     kMembers);
    if (!member.value().is_object()) return bad(path, "models: expected an object");
    for (const auto& entry : member.value().get_object()) {
      const std::string name(entry.key());
      const std::string place = "models." + name;
      if (!entry.value().is_object()) return bad(path, place + ": expected an object");
      auto model = std::find_if(models.begin(), models.end(),
                                [&](const HostedOptions& m) { return m.name == name; });
      if (model == models.end()) {
        model = models.insert(model, HostedOptions());
        model->name = name;
      }
      for (const auto& option : entry.value().get_object())
        FRESHET_TRY(set_member(path, place,
                               std::string_view(option.key().data(), option.key().size()),
                               option.value(), *model));
      if (model->served.spec.empty() == model->file.empty())
        return bad(path, place + ": needs a spec or a file, not both");
    }
  }
  return {};
}

}  // namespace freshet
