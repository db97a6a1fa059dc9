// An HTTP service with --workers threads behind one queue. The main thread finds readable
// connections and queues them; a worker reads the request, computes --work rounds, calls the
// upstream on --upstream-port (0: none) on its own connection, waits, and answers.
#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "common.h"
#include "compute.h"
#include "http.h"

using namespace boundscope::workload;

namespace {

struct Connection {
  UniqueFd fd;
  std::string buffer;
};

class Queue {
 public:
  void push(Connection* connection) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(connection);
    }
    filled_.notify_one();
  }

  Connection* pop() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return !waiting_.empty(); });
    Connection* connection = waiting_.front();
    waiting_.pop_front();
    return connection;
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Connection*> waiting_;
};

// One event per connection, until a worker arms it again: two workers never share one.
void arm(const UniqueFd& epoll, Connection* connection, int operation) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLONESHOT;
  event.data.ptr = connection;
  if (epoll_ctl(epoll.get(), operation, connection->fd.get(), &event) != 0) fail("epoll_ctl");
}

void work(const Arguments& arguments, const UniqueFd& epoll, Queue& queue) {
  const std::int64_t rounds = arguments.number("work", 0);
  const std::int64_t upstream_port = arguments.number("upstream-port", 0);
  const UniqueFd upstream = upstream_port != 0 ? connect_to_loopback(upstream_port) : UniqueFd();
  const std::string response = make_response(64);
  for (;;) {
    Connection* connection = queue.pop();
    if (!receive_request(connection->fd.get(), connection->buffer)) {
      delete connection;
      continue;
    }
    if (compute(rounds, 1) == 0) std::puts("zero");
    if (upstream && !call(upstream.get(), "/")) fail("upstream");
    send_all(connection->fd.get(), response);
    arm(epoll, connection, EPOLL_CTL_MOD);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  limit_lifetime(arguments);
  const UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  Queue queue;
  for (std::int64_t i = arguments.number("workers", 8); i > 0; --i)
    std::thread([&] { work(arguments, epoll, queue); }).detach();

  const UniqueFd listener = listen_on_loopback(arguments.number("port", 0));
  epoll_event accepting{};
  accepting.events = EPOLLIN;  // data.ptr stays null: that is how the listener is told apart
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, listener.get(), &accepting) != 0) fail("epoll_ctl");
  announce_ready(listener);
  std::array<epoll_event, 64> events{};
  for (;;) {
    const int ready = epoll_wait(epoll.get(), events.data(), events.size(), -1);
    for (int i = 0; i < ready; ++i) {
      auto* connection = static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (connection != nullptr)
        queue.push(connection);
      else if (UniqueFd accepted = accept_connection(listener))
        arm(epoll, new Connection{std::move(accepted), {}}, EPOLL_CTL_ADD);
    }
  }
}
