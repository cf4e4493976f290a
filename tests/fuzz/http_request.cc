// fuzz: net/http
// Bytes of a connection to requests: however they are cut, the same requests come out, and the same refusal.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "freshet/net/http/host_rule.h"
#include "freshet/net/http/http_route.h"
#include "freshet/net/http/request_reader.h"

namespace {

using freshet::HttpRoute;
using freshet::RequestReader;
using State = RequestReader::State;

void require(bool claim) {
  if (!claim) std::abort();
}

struct Sink final : freshet::BodySink {
  std::string* out;
  bool take(std::string_view bytes) noexcept override {
    out->append(bytes);
    return out->size() < (1u << 20);
  }
};

const freshet::HttpOptions kOptions;

// The same, or one has refused already what the other still waits for more of: Beast looks at a head once it is whole,
// unless the first piece it saw was enough to tell.
bool agree(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  return a == b || (b.substr(0, a.size()) == a && b.substr(a.size(), 9) == "\nrefused ");
}

// Everything that came out, as text.
std::string read_all(std::string_view bytes, std::size_t step) {
  std::string story, waiting;
  RequestReader reader(kOptions.limits);
  Sink sink;
  sink.out = &story;
  while (true) {
    const State before = reader.state();
    const std::size_t taken = reader.feed(waiting, sink);
    require(taken <= waiting.size());
    waiting.erase(0, taken);
    if (reader.state() == State::refused)
      return story + "\nrefused " + std::to_string(reader.status());
    if (reader.state() == State::stopped) return story + "\nstopped";
    if (before == State::head && reader.state() != State::head) {
      const freshet::RequestHead& head = reader.head();
      HttpRoute route;
      route.read(head.verb, head.target, kOptions);
      require(route.model.empty() ||
              (route.model.find('/') == std::string_view::npos && route.model[0] != '.'));
      (void)route.query_value("span");
      (void)freshet::is_trusted_host(head.host, "", {});
      (void)freshet::is_trusted_origin(head.origin, head.host, {});
      story += "\nhead " + head.target + " " + head.host + " " +
               std::to_string(static_cast<int>(route.method)) + "\n";
      continue;
    }
    if (reader.state() == State::done) {
      story += "\ndone";
      reader.reset();
      continue;
    }
    if (taken != 0 && !waiting.empty()) continue;
    if (bytes.empty()) return story;
    // The buffer of a connection has an end; so has this one.
    if (waiting.size() > 20000) return story + "\nfull";
    waiting.append(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  if (size < 1 || size > 6000) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string whole = read_all(bytes, bytes.size() + 1);
  require(agree(read_all(bytes, 1), whole));
  require(agree(read_all(bytes, 1 + data[0] % 97u), whole));
  return 0;
}
