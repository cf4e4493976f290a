#include "freshet/net/http/http_route.h"

#include <array>

#include "freshet/net/model_name.h"

namespace freshet {
namespace {

int hex(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

struct Leaf {
  std::string_view name;
  Method method;
  bool is_post;
};

// Behind M or M/versions/{v}.
constexpr Leaf kVersionLeaves[] = {{"infer", Method::infer, true},
                                   {"ready", Method::model_ready, false},
                                   {"config", Method::model_config, false}};
// Behind M alone: they concern the model that learns.
constexpr Leaf kModelLeaves[] = {
    {"train", Method::train, true},       {"predict_train", Method::predict_train, true},
    {"feedback", Method::feedback, true}, {"activate", Method::activate, true},
    {"metrics", Method::metrics, false},  {"history", Method::history, false},
    {"events", Method::events, false},    {"checkpoint", Method::checkpoint, true}};
// Whole paths.
constexpr Leaf kPaths[] = {
    {"/v2", Method::server_metadata, false},       {"/v2/health/live", Method::live, false},
    {"/v2/health/ready", Method::ready, false},    {"/v2/events", Method::events, false},
    {"/v2/repository/index", Method::index, true}, {"/inference", Method::inference, true},
    {"/training", Method::training, true}};

const Leaf* find(std::span<const Leaf> leaves, std::string_view name) noexcept {
  for (const Leaf& leaf : leaves) {
    if (leaf.name == name) return &leaf;
  }
  return nullptr;
}

void refuse(HttpRoute& route, uint16_t status, const char* reason) {
  route.refused = status;
  route.reason = reason;
}

void settle(HttpRoute& route, HttpRoute::Verb verb, const Leaf* leaf) {
  if (leaf == nullptr) return refuse(route, 404, "Not Found");
  route.method = leaf->method;
  const bool is_get = verb == HttpRoute::Verb::get || verb == HttpRoute::Verb::head;
  if (leaf->is_post ? verb == HttpRoute::Verb::post : is_get) return;
  route.allow = leaf->is_post ? "POST" : "GET, HEAD";
  refuse(route, 405, "Method Not Allowed");
}

// The part up to the next slash; moves `rest` behind it.
std::string_view next_part(std::string_view& rest) noexcept {
  const std::size_t slash = rest.find('/');
  const std::string_view part = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  return part;
}

void read_model_path(HttpRoute& route, HttpRoute::Verb verb, std::string_view rest) {
  constexpr std::size_t kParts = 5;
  std::array<std::string_view, kParts> parts;
  std::size_t count = 0;
  const bool is_open = !rest.empty() && rest.back() == '/';
  while (!rest.empty()) {
    if (count == kParts) return refuse(route, 404, "Not Found");
    parts[count++] = next_part(rest);
  }
  if (count == 0 || is_open) return refuse(route, 404, "Not Found");
  route.decoded.reserve(parts[0].size() + parts[2].size());  // views into it stay
  const auto decode = [&](std::string_view part, std::string_view& out) {
    if (part.find('%') == std::string_view::npos) {
      out = part;
      return true;
    }
    const std::size_t from = route.decoded.size();
    std::string plain;
    if (!percent_decode(part, plain)) return false;
    route.decoded.append(plain);
    out = std::string_view(route.decoded).substr(from);
    return true;
  };
  if (!decode(parts[0], route.model)) return refuse(route, 400, "path: a broken percent escape");
  if (!is_model_name(route.model)) {
    route.model = {};
    return refuse(
        route, 400,
        "path: not a model's name; it has letters, digits, _ . - (no . or - first), at most 128");
  }
  std::size_t at = 1;
  if (count >= 3 && parts[1] == "versions") {
    if (!decode(parts[2], route.version) || !is_model_name(route.version)) {
      route.version = {};
      return refuse(route, 400, "path: not a version; digits, or the name of an alias");
    }
    at = 3;
  }
  constexpr Leaf kModel{"", Method::model_metadata, false};
  if (count == at) return settle(route, verb, &kModel);
  if (count > at + 1) return refuse(route, 404, "Not Found");
  const Leaf* leaf = find(kVersionLeaves, parts[at]);
  if (leaf == nullptr && at == 1) leaf = find(kModelLeaves, parts[at]);
  settle(route, verb, leaf);
}

}  // namespace

bool percent_decode(std::string_view text, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 1 < text.size() ? hex(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex(text[i + 2]) : -1;
    if (high < 0 || low < 0) return false;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return true;
}

HttpRoute::Verb http_verb(std::string_view name) noexcept {
  if (name == "GET") return HttpRoute::Verb::get;
  if (name == "POST") return HttpRoute::Verb::post;
  if (name == "HEAD") return HttpRoute::Verb::head;
  return name == "OPTIONS" ? HttpRoute::Verb::options : HttpRoute::Verb::other;
}

void HttpRoute::read(Verb verb, std::string_view target, const HttpOptions& options) {
  method = Method::none;
  model = version = query = allow = {};
  asset = nullptr;
  refused = 0;
  decoded.clear();
  if (target.empty() || target[0] != '/')
    return refuse(*this, 400, "path: expected one that begins with /");
  const std::size_t mark = target.find('?');
  const std::string_view path = target.substr(0, mark);
  if (mark != std::string_view::npos) query = target.substr(mark + 1);
  if (options.metrics_only) {
    constexpr Leaf kMetrics{"/metrics", Method::prometheus, false};
    const Leaf* leaf = path == kMetrics.name ? &kMetrics : find(kPaths, path);
    const bool is_here =
        leaf == &kMetrics ||
        (leaf != nullptr && (leaf->method == Method::live || leaf->method == Method::ready));
    return settle(*this, verb, is_here ? leaf : nullptr);
  }
  constexpr std::string_view kModels = "/v2/models/";
  if (path.substr(0, kModels.size()) == kModels)
    return read_model_path(*this, verb, path.substr(kModels.size()));
  for (const Asset& each : options.assets) {
    if (each.path != path) continue;
    asset = &each;
    constexpr Leaf kAsset{"", Method::asset, false};
    return settle(*this, verb, &kAsset);
  }
  settle(*this, verb, find(kPaths, path));
}

std::string HttpRoute::query_value(std::string_view name) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    const std::size_t end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    const std::size_t equals = pair.find('=');
    std::string value;
    if (pair.substr(0, equals) != name || equals == std::string_view::npos) continue;
    if (percent_decode(pair.substr(equals + 1), value)) return value;
  }
  return {};
}

}  // namespace freshet
