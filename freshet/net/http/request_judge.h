#pragma once
/// What the head of a request decides, before its body is read: may it be asked here, what is asked, and by whom.

#include <cstdint>
#include <string>
#include <string_view>

#include "freshet/net/http/http_door.h"
#include "freshet/net/http/http_route.h"
#include "freshet/net/http/request_reader.h"
#include "freshet/net/service.h"

namespace freshet {

/// The two ends of a connection.
struct HttpEnds {
  std::string_view host_name;     // of the listener's URL, when it is a name
  std::string_view peer_address;  // for messages
  bool is_loopback = false;       // both of them
};

/// HTTP status and text; 0: go on.
struct HttpVerdict {
  uint16_t status = 0;
  std::string reason;
};

/// Host and origin (host_rule.h), route, loopback rule (net/access.h), in this order. Fills `route`, a view of head.target,
/// and what of the call the head says.
HttpVerdict judge_head(const RequestHead& head, const HttpOptions& options, const HttpEnds& ends,
                       HttpRoute& route, Call& call);

}  // namespace freshet
