#include "bench/http_bench.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/http_echo.h"
#include "bench/load.h"
#include "bench/measure.h"
#include "freshet/base/failure.h"

namespace freshet {
namespace {

// The body of one answer, for the echo to send.
Result<std::string> ask_once(uint16_t port, const std::string& request) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string got;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 &&
      ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(request.size())) {
    ::shutdown(socket, SHUT_WR);
    char bytes[4096];
    for (ssize_t size = 1; size > 0;) {
      size = ::recv(socket, bytes, sizeof bytes, 0);
      if (size > 0) got.append(bytes, static_cast<std::size_t>(size));
    }
  }
  ::close(socket);
  const std::size_t head = got.find("\r\n\r\n");
  if (got.compare(0, 12, "HTTP/1.1 200") != 0 || head == std::string::npos) {
    return failure(Code::unavailable,
                   "bench: the server does not answer this request: " + got.substr(0, 200));
  }
  return got.substr(head + 4);
}

}  // namespace

std::string http_request(const std::string& path, const std::string& body) {
  return "POST " + path +
         " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

Result<std::vector<Figure>> bench_http(const HttpBenchOptions& options) noexcept {
  LoadOptions load{.port = options.port,
                   .request = http_request(options.path, options.body),
                   .seconds = options.seconds,
                   .connections = options.connections};
  FRESHET_TRY_ASSIGN(std::string answer, ask_once(options.port, load.request));
  FRESHET_TRY_ASSIGN(const std::unique_ptr<HttpEcho> echo,
                     HttpEcho::start(std::move(answer), options.threads));
  std::vector<double> ours, theirs, shares;
  for (uint32_t round = 0; round < options.rounds; ++round) {
    load.port = options.port;
    FRESHET_TRY_ASSIGN(const LoadResult mine, run_load(load));
    load.port = echo->port();
    FRESHET_TRY_ASSIGN(const LoadResult peer, run_load(load));
    if (mine.failed + peer.failed != 0)
      return {Code::internal, "bench: a request was not answered with 200"};
    ours.push_back(mine.requests_per_s);
    theirs.push_back(peer.requests_per_s);
    shares.push_back(mine.requests_per_s / peer.requests_per_s);
  }
  std::vector<Figure> figures;
  figures.push_back(
      {.name = "HTTP predict of one example", .value = median(ours), .unit = "requests/s"});
  figures.push_back(
      {.name = "Beast echo of the same answer", .value = median(theirs), .unit = "requests/s"});
  figures.push_back({.name = "HTTP predict, share of the echo",
                     .value = median(shares),
                     .unit = "",
                     .gate = 0.7});
  return figures;
}

}  // namespace freshet
