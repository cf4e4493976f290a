#include "freshet/net/http/request_judge.h"

#include "freshet/net/access.h"
#include "freshet/net/http/host_rule.h"

namespace freshet {
namespace {

// Probes and scrapers ask by whatever name they were given, and learn nothing that a page could use.
bool is_exempt(Method method) noexcept {
  return method == Method::live || method == Method::ready || method == Method::prometheus;
}

Call call_of(const RequestHead& head, const HttpEnds& ends, const HttpRoute& route) {
  Call call;
  call.method = route.method;
  call.model = route.model;
  call.version = route.version;
  call.principal.address = ends.peer_address;
  call.principal.is_loopback = ends.is_loopback && !head.came_through_proxy;
  call.last_event_id = head.last_event_id;
  if (route.query.empty()) return call;
  call.for_training = route.method == Method::ready && route.query_value("for") == "train";
  const std::string span =
      route.method == Method::history ? route.query_value("span") : std::string();
  call.span_s = span == "300" ? 300 : span == "3600" ? 3600 : span == "86400" ? 86400 : 0;
  return call;
}

}  // namespace

HttpVerdict judge_head(const RequestHead& head, const HttpOptions& options, const HttpEnds& ends,
                       HttpRoute& route, Call& call) {
  route.read(head.verb, head.target, options);
  if (!is_exempt(route.method)) {
    if (!is_trusted_host(head.host, ends.host_name, options.allowed_hosts))
      return {403,
              "host: this name is not mine; ask by IP address, or start the server with "
              "--allow-host"};
    if (!is_trusted_origin(head.origin, head.host, options.allowed_origins))
      return {403,
              "origin: pages of other sites may not ask; start the server with "
              "--allow-origin"};
  }
  if (head.verb == HttpRoute::Verb::options) return {};
  if (route.refused != 0) return {route.refused, route.reason};
  call = call_of(head, ends, route);
  const Status access = judge_access(call);
  return access.ok() ? HttpVerdict() : HttpVerdict{403, std::string(access.text())};
}

}  // namespace freshet
