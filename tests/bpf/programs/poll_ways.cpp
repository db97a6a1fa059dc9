// Waits in poll and its relatives, and for the files that exist for them.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/timerfd.h>

#include <array>

#include "loopback.h"
#include "ways.h"

namespace {

std::uint64_t read_count(int fd) {
  std::uint64_t count = 0;
  if (read(fd, &count, sizeof(count)) != sizeof(count)) fail("read");
  return count;
}

void add_count(int fd) {
  const std::uint64_t one = 1;
  if (write(fd, &one, sizeof(one)) != sizeof(one)) fail("write");
}

// Waits for an eventfd in `wait`, which says when it is readable.
void wait_for_event(Stopwatch& watch, const std::function<void(int)>& wait) {
  const int event = check(eventfd(0, EFD_CLOEXEC), "eventfd");
  wait_and_be_woken(
      watch,
      [&] {
        wait(event);
        read_count(event);
      },
      [&] { add_count(event); });
}

void wait_in_epoll(int fd) {
  const int set = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create");
  epoll_event event{};
  event.events = EPOLLIN;
  check(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
  check(epoll_wait(set, &event, 1, -1), "epoll_wait");
  close(set);
}

void wait_in_poll(int fd) {
  std::array<pollfd, 2> both{pollfd{fd, POLLIN, 0}, pollfd{fd, POLLIN, 0}};
  check(poll(both.data(), both.size(), -1), "poll");
}

void wait_in_select(int fd) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET(fd, &set);
  check(select(fd + 1, &set, nullptr, nullptr, nullptr), "select");
}

// One descriptor, a connection: a wait for its peer, whatever the call is named.
void poll_upstream(Stopwatch& watch) {
  const int listener = check(listen_on_loopback(), "listen");
  report("poll_upstream_port", port_of(listener));
  const int client = check(connect_to_loopback(port_of(listener)), "connect");
  const int server = check(accept(listener, nullptr, nullptr), "accept");
  wait_and_be_woken(
      watch,
      [&] {
        pollfd one{client, POLLIN, 0};
        check(poll(&one, 1, -1), "poll");
        char byte = 0;
        if (read(client, &byte, 1) != 1) fail("read");
      },
      [&] {
        if (write(server, "x", 1) != 1) fail("write");
      });
}

void wait_for_timerfd(Stopwatch& watch) {
  const int timer = check(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), "timerfd_create");
  const itimerspec once{{}, {0, kWaitMs * 1'000'000}};
  for (int i = 0; i < kRepeats; ++i) {
    check(timerfd_settime(timer, 0, &once, nullptr), "timerfd_settime");
    watch.measure([&] { read_count(timer); });
  }
}

void wait_in_sleep(Stopwatch& watch) {
  for (int i = 0; i < kRepeats; ++i) watch.measure([] { sleep_ms(kWaitMs); });
}

}  // namespace

void add_poll_ways(std::vector<Way>& ways) {
  ways.push_back({"epoll", [](Stopwatch& watch) { wait_for_event(watch, wait_in_epoll); }});
  ways.push_back({"poll", [](Stopwatch& watch) { wait_for_event(watch, wait_in_poll); }});
  ways.push_back({"select", [](Stopwatch& watch) { wait_for_event(watch, wait_in_select); }});
  ways.push_back({"poll_upstream", poll_upstream});
  ways.push_back({"eventfd", [](Stopwatch& watch) { wait_for_event(watch, [](int) {}); }});
  ways.push_back({"timerfd", wait_for_timerfd});
  ways.push_back({"sleep", wait_in_sleep});
}
