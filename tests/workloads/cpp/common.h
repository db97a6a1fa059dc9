// What every workload needs: arguments, sockets on loopback, a bounded life.
#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace boundscope::workload {

// "--name value" pairs. Ends the program with a message for anything else.
class Arguments {
 public:
  Arguments(int argc, char** argv);
  std::int64_t number(const std::string& name, std::int64_t otherwise) const;
  std::string text(const std::string& name, const std::string& otherwise) const;

 private:
  std::map<std::string, std::string> values_;
};

// Owns a file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept;
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd();

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// Prints the failed operation with errno and ends the program.
[[noreturn]] void fail(std::string_view operation);

// Ends the process after --seconds (default 120), so that nothing is ever left running. SIGTERM
// ends it at any time by the default action.
void limit_lifetime(const Arguments& arguments);

// A listener on 127.0.0.1; port 0 lets the kernel choose.
UniqueFd listen_on_loopback(std::int64_t port);
// Tells the parent on stdout that we listen: "ready PORT".
void announce_ready(const UniqueFd& listener);
// A connection with TCP_NODELAY.
UniqueFd accept_connection(const UniqueFd& listener);
UniqueFd connect_to_loopback(std::int64_t port);
void make_nonblocking(const UniqueFd& fd);

// Blocking; false when the peer is gone.
bool send_all(int fd, std::string_view data);
// Blocking; appends what arrived, false when the peer is gone.
bool receive_some(int fd, std::string& buffer);

// Waits for epoll events until `due`; at once if it has passed. Returns their number.
int wait_for_events(const UniqueFd& epoll, epoll_event* events, int capacity,
                    std::chrono::steady_clock::time_point due);
void watch(const UniqueFd& epoll, int fd, std::uint32_t events);

}  // namespace boundscope::workload
