#include "bench/load.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <deque>
#include <random>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "freshet/runtime/clock.h"

namespace freshet {
namespace {

struct Client {
  int socket = -1;
  int64_t planned_ns = 0;  // of the request that is out; 0: none
  std::string got;
  std::size_t to_send = 0;  // bytes of the request not sent yet
};

class Load {
 public:
  explicit Load(const LoadOptions& options) : options_(options), random_(options.seed) {}

  ~Load() {
    for (Client& client : clients_) {
      if (client.socket >= 0) ::close(client.socket);
    }
    if (epoll_ >= 0) ::close(epoll_);
  }

  Status open();
  LoadResult run();

 private:
  bool connect(Client& client);
  void begin(std::size_t client, int64_t planned_ns);
  void send_rest(Client& client);
  void read(std::size_t client);
  bool take_answer(Client& client);
  void fail(std::size_t client);
  void release(std::size_t client);
  int64_t next_gap_ns() { return static_cast<int64_t>(1e9 * gap_(random_) / options_.rate_hz); }
  void wait(int64_t until_ns);
  LoadResult result(int64_t begun_ns);

  const LoadOptions& options_;
  std::mt19937_64 random_;
  std::exponential_distribution<double> gap_{1.0};
  int epoll_ = -1;
  std::vector<Client> clients_;
  std::vector<std::size_t> free_;
  std::deque<int64_t> waiting_;  // planned starts without a free connection
  std::vector<int64_t> latencies_ns_;
  uint64_t failed_ = 0;
  bool is_over_ = false;
};

bool Load::connect(Client& client) {
  client = {};
  client.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(options_.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(client.socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    return false;
  const int one = 1;
  ::setsockopt(client.socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  ::fcntl(client.socket, F_SETFL, O_NONBLOCK);
  epoll_event event{.events = EPOLLIN,
                    .data = {.u64 = static_cast<uint64_t>(&client - clients_.data())}};
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.socket, &event) == 0;
}

Status Load::open() {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  ::prctl(PR_SET_TIMERSLACK, 1);
  clients_.resize(options_.connections);
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    if (!connect(clients_[i]))
      return {Code::unavailable,
              "load: cannot connect; is the server up, and are there enough descriptors?"};
    free_.push_back(i);
  }
  latencies_ns_.reserve(1 << 20);
  return {};
}

void Load::begin(std::size_t at, int64_t planned_ns) {
  Client& client = clients_[at];
  client.planned_ns = planned_ns;
  client.to_send = options_.request.size();
  send_rest(client);
}

void Load::send_rest(Client& client) {
  while (client.to_send > 0) {
    const char* from = options_.request.data() + options_.request.size() - client.to_send;
    const ssize_t sent = ::send(client.socket, from, client.to_send, MSG_NOSIGNAL);
    if (sent <= 0)
      return;  // requests are small: a full socket means a broken server, seen as a failure in the end
    client.to_send -= static_cast<std::size_t>(sent);
  }
}

// One answer by Content-Length; false: not whole yet.
bool Load::take_answer(Client& client) {
  const std::size_t head = client.got.find("\r\n\r\n");
  if (head == std::string::npos) return false;
  const std::size_t length = client.got.find("Content-Length: ");
  const std::size_t size =
      head + 4 + (length < head ? std::strtoul(client.got.c_str() + length + 16, nullptr, 10) : 0);
  if (client.got.size() < size) return false;
  const bool is_good = client.got.compare(0, 12, "HTTP/1.1 200") == 0;
  is_good ? latencies_ns_.push_back(steady_ns() - client.planned_ns) : void(++failed_);
  client.got.erase(0, size);
  return true;
}

void Load::fail(std::size_t at) {
  Client& client = clients_[at];
  failed_ += client.planned_ns != 0 ? 1 : 0;
  ::close(client.socket);
  if (connect(client)) release(at);
}

void Load::release(std::size_t at) {
  clients_[at].planned_ns = 0;
  if (is_over_) return;
  if (options_.rate_hz <= 0) return begin(at, steady_ns());
  if (waiting_.empty()) {
    free_.push_back(at);
  } else {
    begin(at, waiting_.front());
    waiting_.pop_front();
  }
}

void Load::read(std::size_t at) {
  Client& client = clients_[at];
  char bytes[16384];
  const ssize_t size = ::recv(client.socket, bytes, sizeof bytes, 0);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) return fail(at);
  client.got.append(bytes, static_cast<std::size_t>(size));
  if (take_answer(client)) release(at);
}

void Load::wait(int64_t until_ns) {
  const int64_t left_ns = std::max<int64_t>(until_ns - steady_ns(), 0);
  const timespec timeout{.tv_sec = left_ns / 1'000'000'000, .tv_nsec = left_ns % 1'000'000'000};
  epoll_event events[64];
  const int count = ::epoll_pwait2(epoll_, events, 64, &timeout, nullptr);
  for (int i = 0; i < count; ++i)
    read(static_cast<std::size_t>(events[i].data.u64));
}

LoadResult Load::run() {
  const int64_t begun_ns = steady_ns();
  const int64_t end_ns = begun_ns + static_cast<int64_t>(options_.seconds * 1e9);
  if (options_.rate_hz <= 0) {
    const std::vector<std::size_t> all = std::move(free_);
    for (const std::size_t client : all)
      begin(client, steady_ns());
    while (steady_ns() < end_ns)
      wait(end_ns);
  } else {
    int64_t planned_ns = begun_ns + next_gap_ns();
    while (planned_ns < end_ns) {
      wait(planned_ns);
      for (const int64_t now_ns = steady_ns(); planned_ns <= now_ns && planned_ns < end_ns;
           planned_ns += next_gap_ns()) {
        if (free_.empty()) {
          waiting_.push_back(planned_ns);
        } else {
          const std::size_t client = free_.back();
          free_.pop_back();
          begin(client, planned_ns);
        }
      }
    }
    // What was planned is waited for: dropping it would flatter the server.
    const auto is_out = [](const Client& client) { return client.planned_ns != 0; };
    while (steady_ns() < end_ns + 10'000'000'000 &&
           std::any_of(clients_.begin(), clients_.end(), is_out))
      wait(steady_ns() + 1'000'000);
    failed_ += waiting_.size() +
               static_cast<uint64_t>(std::count_if(clients_.begin(), clients_.end(), is_out));
  }
  is_over_ = true;
  return result(begun_ns);
}

LoadResult Load::result(int64_t begun_ns) {
  LoadResult result;
  result.answered = latencies_ns_.size();
  result.failed = failed_;
  result.requests_per_s =
      static_cast<double>(result.answered) * 1e9 / static_cast<double>(steady_ns() - begun_ns);
  if (latencies_ns_.empty()) return result;
  std::sort(latencies_ns_.begin(), latencies_ns_.end());
  const auto quantile = [&](double q) {
    const auto last = static_cast<double>(latencies_ns_.size() - 1);
    return static_cast<double>(latencies_ns_[static_cast<std::size_t>(std::ceil(q * last))]) / 1000;
  };
  result.p50_us = quantile(0.5);
  result.p99_us = quantile(0.99);
  result.p999_us = quantile(0.999);
  result.max_us = quantile(1);
  return result;
}

}  // namespace

Result<LoadResult> run_load(const LoadOptions& options) noexcept {
  Load load(options);
  FRESHET_TRY(load.open());
  return load.run();
}

}  // namespace freshet
