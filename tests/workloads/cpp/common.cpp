#include "common.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace boundscope::workload {

namespace {

constexpr std::int64_t kDefaultLifetimeSeconds = 120;

sockaddr_in loopback(std::int64_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void send_without_delay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void end_quietly(int) { _exit(0); }

}  // namespace

Arguments::Arguments(int argc, char** argv) {
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (name.rfind("--", 0) != 0 || i + 1 == argc) {
      std::fprintf(stderr, "%s: expected --name value, got '%s'\n", argv[0], argv[i]);
      std::exit(2);
    }
    values_[name.substr(2)] = argv[i + 1];
  }
}

std::int64_t Arguments::number(const std::string& name, std::int64_t otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : std::stoll(found->second);
}

std::string Arguments::text(const std::string& name, const std::string& otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : found->second;
}

UniqueFd::UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) close(fd_);
}

void fail(std::string_view operation) {
  std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(operation.size()), operation.data(),
               std::strerror(errno));
  std::exit(1);
}

void limit_lifetime(const Arguments& arguments) {
  std::signal(SIGALRM, end_quietly);
  std::signal(SIGPIPE, SIG_IGN);
  alarm(static_cast<unsigned>(arguments.number("seconds", kDefaultLifetimeSeconds)));
}

UniqueFd listen_on_loopback(std::int64_t port) {
  UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!listener) fail("socket");
  const int on = 1;
  setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = loopback(port);
  if (bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fail("bind");
  if (listen(listener.get(), SOMAXCONN) != 0) fail("listen");
  return listener;
}

void announce_ready(const UniqueFd& listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    fail("getsockname");
  std::printf("ready %d\n", ntohs(address.sin_port));
  std::fflush(stdout);
}

UniqueFd accept_connection(const UniqueFd& listener) {
  UniqueFd connection(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (connection) send_without_delay(connection.get());
  return connection;
}

UniqueFd connect_to_loopback(std::int64_t port) {
  UniqueFd connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!connection) fail("socket");
  const sockaddr_in address = loopback(port);
  if (connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fail("connect");
  send_without_delay(connection.get());
  return connection;
}

void make_nonblocking(const UniqueFd& fd) {
  if (fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK) != 0) fail("fcntl");
}

bool send_all(int fd, std::string_view data) {
  while (!data.empty()) {
    const ssize_t sent = send(fd, data.data(), data.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    data.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool receive_some(int fd, std::string& buffer) {
  char chunk[16384];
  ssize_t received = 0;
  do {
    received = recv(fd, chunk, sizeof chunk, 0);
  } while (received < 0 && errno == EINTR);
  if (received <= 0) return false;
  buffer.append(chunk, static_cast<std::size_t>(received));
  return true;
}

int wait_for_events(const UniqueFd& epoll, epoll_event* events, int capacity,
                    std::chrono::steady_clock::time_point due) {
  using std::chrono::nanoseconds;
  const auto left = std::max(due - std::chrono::steady_clock::now(), nanoseconds(0));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  const timespec timeout{static_cast<time_t>(seconds.count()),
                         static_cast<long>(nanoseconds(left - seconds).count())};
  int ready = epoll_pwait2(epoll.get(), events, capacity, &timeout, nullptr);
  if (ready < 0 && errno == ENOSYS) {  // before Linux 5.11
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(left);
    ready = epoll_wait(epoll.get(), events, capacity, static_cast<int>(rounded.count()));
  }
  if (ready < 0 && errno != EINTR) fail("epoll");
  return std::max(ready, 0);
}

void watch(const UniqueFd& epoll, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
}

}  // namespace boundscope::workload
