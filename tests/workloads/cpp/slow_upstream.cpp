// An HTTP server that answers every request after exactly --delay-ms. One thread and many
// connections: because the delay is constant, answers fall due in the order of the requests.
#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <deque>
#include <unordered_map>

#include "common.h"
#include "http.h"

using namespace boundscope::workload;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kNothingDue = std::chrono::seconds(1);

struct Connection {
  UniqueFd fd;
  std::uint64_t serial = 0;  // descriptors are reused, serials are not
  std::string buffer;
};

struct Answer {
  Clock::time_point due;
  int fd = -1;
  std::uint64_t serial = 0;
};

class SlowUpstream {
 public:
  SlowUpstream(UniqueFd listener, std::chrono::milliseconds delay, std::size_t body_bytes)
      : listener_(std::move(listener)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        delay_(delay),
        response_(make_response(body_bytes)) {
    watch(epoll_, listener_.get(), EPOLLIN);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 64> events{};
    for (;;) {
      const auto due = answers_.empty() ? Clock::now() + kNothingDue : answers_.front().due;
      const int ready = wait_for_events(epoll_, events.data(), events.size(), due);
      const auto now = Clock::now();
      for (int i = 0; i < ready; ++i) handle(events[static_cast<std::size_t>(i)].data.fd, now);
      answer_due();
    }
  }

 private:
  void handle(int fd, Clock::time_point now) {
    if (fd == listener_.get()) {
      UniqueFd accepted = accept_connection(listener_);
      if (!accepted) return;
      const int key = accepted.get();
      watch(epoll_, key, EPOLLIN);
      connections_[key] = Connection{std::move(accepted), ++last_serial_, {}};
      return;
    }
    Connection& connection = connections_[fd];
    if (!receive_some(fd, connection.buffer)) {
      connections_.erase(fd);
      return;
    }
    while (take_request(connection.buffer))
      answers_.push_back({now + delay_, fd, connection.serial});
  }

  void answer_due() {
    while (!answers_.empty() && answers_.front().due <= Clock::now()) {
      const Answer answer = answers_.front();
      answers_.pop_front();
      const auto found = connections_.find(answer.fd);
      if (found != connections_.end() && found->second.serial == answer.serial)
        send_all(answer.fd, response_);
    }
  }

  UniqueFd listener_;
  UniqueFd epoll_;
  std::chrono::milliseconds delay_;
  std::string response_;
  std::unordered_map<int, Connection> connections_;
  std::deque<Answer> answers_;
  std::uint64_t last_serial_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  limit_lifetime(arguments);
  UniqueFd listener = listen_on_loopback(arguments.number("port", 0));
  announce_ready(listener);
  SlowUpstream(std::move(listener), std::chrono::milliseconds(arguments.number("delay-ms", 50)),
               static_cast<std::size_t>(arguments.number("body-bytes", 64)))
      .run();
}
