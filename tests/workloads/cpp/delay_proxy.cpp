// A TCP proxy that holds back every byte of the server's answers for --delay-ms: a far-away server
// out of a near one. One thread; the delay is constant, so bytes fall due in the order they came.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <unordered_map>

#include "common.h"

using namespace boundscope::workload;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kNothingDue = std::chrono::seconds(1);

struct Pair {
  UniqueFd client;
  UniqueFd server;
};

struct Chunk {
  Clock::time_point due;
  std::weak_ptr<Pair> pair;
  std::string data;
};

class DelayProxy {
 public:
  DelayProxy(UniqueFd listener, std::int64_t upstream_port, std::chrono::milliseconds delay)
      : listener_(std::move(listener)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        upstream_port_(upstream_port),
        delay_(delay) {
    watch(epoll_, listener_.get(), EPOLLIN);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 64> events{};
    for (;;) {
      const auto due = chunks_.empty() ? Clock::now() + kNothingDue : chunks_.front().due;
      const int ready = wait_for_events(epoll_, events.data(), events.size(), due);
      const auto now = Clock::now();
      for (int i = 0; i < ready; ++i) handle(events[static_cast<std::size_t>(i)].data.fd, now);
      deliver_due();
    }
  }

 private:
  void handle(int fd, Clock::time_point now) {
    if (fd == listener_.get()) return open_pair();
    const auto found = pairs_.find(fd);
    if (found == pairs_.end()) return;
    const std::shared_ptr<Pair> pair = found->second;  // outlives its entries in pairs_
    forward(fd, pair, now);
  }

  void open_pair() {
    auto pair = std::make_shared<Pair>();
    pair->client = accept_connection(listener_);
    if (!pair->client) return;
    pair->server = connect_to_loopback(upstream_port_);
    for (const int fd : {pair->client.get(), pair->server.get()}) {
      watch(epoll_, fd, EPOLLIN);
      pairs_[fd] = pair;
    }
  }

  void forward(int fd, const std::shared_ptr<Pair>& pair, Clock::time_point now) {
    std::string data;
    if (!receive_some(fd, data)) {
      pairs_.erase(pair->client.get());
      pairs_.erase(pair->server.get());
    } else if (fd == pair->client.get()) {
      send_all(pair->server.get(), data);
    } else {
      chunks_.push_back({now + delay_, pair, std::move(data)});
    }
  }

  void deliver_due() {
    while (!chunks_.empty() && chunks_.front().due <= Clock::now()) {
      if (const auto pair = chunks_.front().pair.lock())
        send_all(pair->client.get(), chunks_.front().data);
      chunks_.pop_front();
    }
  }

  UniqueFd listener_;
  UniqueFd epoll_;
  std::int64_t upstream_port_;
  std::chrono::milliseconds delay_;
  std::unordered_map<int, std::shared_ptr<Pair>> pairs_;  // both descriptors lead to the pair
  std::deque<Chunk> chunks_;
};

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  limit_lifetime(arguments);
  UniqueFd listener = listen_on_loopback(arguments.number("port", 0));
  announce_ready(listener);
  DelayProxy(std::move(listener), arguments.number("upstream-port", 6379),
             std::chrono::milliseconds(arguments.number("delay-ms", 5)))
      .run();
}
