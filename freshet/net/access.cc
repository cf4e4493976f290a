#include "freshet/net/access.h"

namespace freshet {

Scope scope_of(Method method) noexcept {
  switch (method) {
    case Method::train:
    case Method::predict_train:
    case Method::feedback:
    case Method::activate:
    case Method::training:
      return Scope::train;
    case Method::checkpoint:
      return Scope::admin;
    case Method::events:
      return Scope::read;
    case Method::prometheus:
      return Scope::metrics;
    case Method::none:
    case Method::live:
    case Method::ready:
    case Method::server_metadata:
    case Method::model_ready:
    case Method::asset:
      return Scope::none;
    default:
      return Scope::predict;
  }
}

Status judge_access(const Call& call) noexcept {
  if (call.principal.is_loopback) return {};
  switch (scope_of(call.method)) {
    case Scope::train:
      return {Code::denied,
              "access: training is open to this machine only (a listener on 127.0.0.1, no proxy); "
              "train from there"};
    case Scope::admin:
      return {Code::denied,
              "access: administration is open to this machine only (a listener on 127.0.0.1, no "
              "proxy)"};
    case Scope::read:
      return {Code::denied,
              "access: events are open to this machine only (a listener on 127.0.0.1, no proxy)"};
    default:
      break;
  }
  if (call.remember) {
    return {Code::denied,
            "access: parameters.remember is open to this machine only (a listener on 127.0.0.1, no "
            "proxy); leave it out"};
  }
  return {};
}

}  // namespace freshet
