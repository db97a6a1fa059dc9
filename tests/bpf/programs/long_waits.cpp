// Two threads that wait for longer than a window: one for an upstream, one in poll.
//
//   long_waits MILLISECONDS
#include <poll.h>
#include <pthread.h>

#include <array>
#include <thread>

#include "loopback.h"
#include "talk.h"

namespace {

constexpr timeval to_timeval(long ms) { return {ms / 1000, ms % 1000 * 1000}; }

void wait_for_upstream(long ms) {
  const int listener = check(listen_on_loopback(), "listen");
  const int client = check(connect_to_loopback(port_of(listener)), "connect");
  const timeval patience = to_timeval(ms);
  check(setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), "setsockopt");
  char byte = 0;
  const double began_ms = now_ms();
  (void)!read(client, &byte, 1);
  report("upstream_ms", now_ms() - began_ms);
}

void wait_in_poll(long ms) {
  std::array<int, 2> ends{};
  check(pipe(ends.data()), "pipe");
  std::array<pollfd, 2> both{pollfd{ends[0], POLLIN, 0}, pollfd{ends[0], POLLIN, 0}};
  const double began_ms = now_ms();
  poll(both.data(), both.size(), static_cast<int>(ms));
  report("poll_ms", now_ms() - began_ms);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const long ms = std::atol(argv[1]);
  ready();
  wait_for_go();
  std::thread upstream([=] {
    pthread_setname_np(pthread_self(), "upstream");
    wait_for_upstream(ms);
  });
  std::thread poller([=] {
    pthread_setname_np(pthread_self(), "poller");
    wait_in_poll(ms);
  });
  upstream.join();
  poller.join();
  done_and_wait_for_end();
}
