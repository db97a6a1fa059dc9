// Load generator that measures at its sockets: from the send of a request to the arrival of the
// first and of the last byte of its answer in the kernel (SO_TIMESTAMPNS), so that its own receive
// queue does not count.
//
//   load --port N [--protocol http|resp] [--path /x] [--connections 1] [--seconds 10]
//     closed loop: [--think-ms 0] between an answer and the next request of a connection
//     open loop:   --rate R requests a second at Poisson times, on whatever connection is free; if
//                  none is, the time from when the request was due counts as latency
//   --body FILE sends that as POST instead of GET; --warm-up S leaves the first S seconds out
// SIGTERM and SIGINT end it early. Prints one JSON object (latency_log.h).
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <fstream>
#include <iterator>
#include <optional>
#include <queue>
#include <random>
#include <vector>

#include "common.h"
#include "http.h"
#include "latency_log.h"

using namespace boundscope::workload;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kLongestWait = std::chrono::milliseconds(100);

volatile std::sig_atomic_t g_stop = 0;  // a signal handler can reach nothing else
void stop(int) { g_stop = 1; }

std::int64_t now_ns() {  // the clock of SO_TIMESTAMPNS
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

struct Connection {
  UniqueFd fd;
  std::string answer;
  bool busy = false;
  std::int64_t sent_ns = 0;
  std::int64_t first_byte_ns = 0;
};

// Length of one complete simple reply: status, error, integer or bulk string.
std::optional<std::size_t> reply_length(const std::string& buffer) {
  const std::size_t end = buffer.find("\r\n");
  if (end == std::string::npos) return std::nullopt;
  std::size_t length = end + 2;
  if (buffer[0] == '$' && buffer[1] != '-') length += std::strtoul(&buffer[1], nullptr, 10) + 2;
  return buffer.size() < length ? std::nullopt : std::optional(length);
}

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("open " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Protocol {
 public:
  Protocol(const std::string& name, const std::string& path, const std::string& body_file)
      : http_(name == "http"), request_("*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n") {
    if (http_) request_ = body_file.empty() ? make_request(path) : make_post(path, read(body_file));
  }

  const std::string& request() const { return request_; }

  bool is_complete(const std::string& answer) const {
    return (http_ ? message_length(answer) : reply_length(answer)).has_value();
  }
  bool is_success(const std::string& answer) const {
    return http_ ? answer.compare(9, 1, "2") == 0 : answer[0] != '-';
  }

 private:
  bool http_;
  std::string request_;
};

struct Arrival {
  ssize_t bytes = 0;
  std::int64_t at_ns = 0;
};

Arrival receive_with_time(int fd, std::string& buffer) {
  char data[16384];
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(timespec))];
  iovec part{data, sizeof data};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  Arrival arrival{recvmsg(fd, &message, MSG_DONTWAIT), now_ns()};
  if (arrival.bytes > 0) buffer.append(data, static_cast<std::size_t>(arrival.bytes));
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (arrival.bytes > 0 && header != nullptr && header->cmsg_type == SCM_TIMESTAMPNS) {
    const auto* stamp = reinterpret_cast<const timespec*>(CMSG_DATA(header));
    arrival.at_ns = stamp->tv_sec * 1'000'000'000 + stamp->tv_nsec;
  }
  return arrival;
}

class Generator {
 public:
  explicit Generator(const Arguments& arguments)
      : epoll_(epoll_create1(EPOLL_CLOEXEC)),
        protocol_(arguments.text("protocol", "http"), arguments.text("path", "/"),
                  arguments.text("body", "")),
        port_(arguments.number("port", 0)),
        rate_(std::stod(arguments.text("rate", "0"))),
        think_(arguments.number("think-ms", 0)),
        warm_up_(arguments.number("warm-up", 0)),
        connections_(static_cast<std::size_t>(arguments.number("connections", 1))) {
    for (std::size_t i = 0; i < connections_.size(); ++i) open(i);
  }

  void run(std::chrono::seconds duration) {
    const auto start = Clock::now();
    counts_from_ns_ = now_ns() + std::chrono::nanoseconds(warm_up_).count();
    next_arrival_ = start;
    if (rate_ == 0)
      for (std::size_t i = 0; i < connections_.size(); ++i) send_request(i);
    std::array<epoll_event, 64> events{};
    while (g_stop == 0 && Clock::now() < start + duration) {
      const int ready = wait_for_events(epoll_, events.data(), events.size(), next_due());
      for (int i = 0; i < ready; ++i) receive(events[static_cast<std::size_t>(i)].data.u64);
      send_due();
    }
    const std::chrono::duration<double> elapsed = Clock::now() - start - warm_up_;
    std::puts(log_.to_json(elapsed.count()).c_str());
  }

 private:
  void open(std::size_t index) {
    Connection& connection = connections_[index];
    connection = Connection{};
    connection.fd = connect_to_loopback(port_);
    const int on = 1;
    setsockopt(connection.fd.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = index;
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connection.fd.get(), &event) != 0) fail("epoll_ctl");
    free_.push_back(index);
  }

  // `waited`: how long ago it should have been sent, had a connection been free.
  void send_request(std::size_t index, std::chrono::nanoseconds waited = {}) {
    Connection& connection = connections_[index];
    std::erase(free_, index);
    connection.busy = true;
    connection.first_byte_ns = 0;
    connection.answer.clear();
    connection.sent_ns = now_ns() - waited.count();
    if (!send_all(connection.fd.get(), protocol_.request())) reopen(index);
  }

  void receive(std::size_t index) {
    Connection& connection = connections_[index];
    const Arrival arrival = receive_with_time(connection.fd.get(), connection.answer);
    if (arrival.bytes < 0 && errno == EAGAIN) return;
    if (arrival.bytes <= 0) return reopen(index);
    if (connection.first_byte_ns == 0) connection.first_byte_ns = arrival.at_ns;
    if (!connection.busy || !protocol_.is_complete(connection.answer)) return;
    if (connection.sent_ns < counts_from_ns_) {
      // The service is not warm yet.
    } else if (protocol_.is_success(connection.answer))
      log_.add(connection.sent_ns, connection.first_byte_ns, arrival.at_ns);
    else
      log_.add_error();
    connection.busy = false;
    continue_with(index);
  }

  void continue_with(std::size_t index) {
    if (rate_ != 0) {
      if (free_.empty()) all_busy_until_ = Clock::now();
      free_.push_back(index);
    } else if (think_.count() == 0)
      send_request(index);
    else {
      thinking_.emplace_back(Clock::now() + think_, index);
    }
  }

  void reopen(std::size_t index) {
    if (connections_[index].busy) log_.add_error();
    std::erase(free_, index);
    open(index);
    if (rate_ == 0) thinking_.emplace_back(Clock::now() + think_, index);
  }

  Clock::time_point next_due() const {
    auto due = Clock::now() + kLongestWait;
    if (rate_ != 0 && !free_.empty()) due = std::min(due, next_arrival_);
    if (!thinking_.empty()) due = std::min(due, thinking_.front().first);
    return due;
  }

  void send_due() {
    const auto now = Clock::now();
    while (!thinking_.empty() && thinking_.front().first <= now) {
      const std::size_t index = thinking_.front().second;
      thinking_.pop_front();
      send_request(index);
    }
    while (rate_ != 0 && next_arrival_ <= now && !free_.empty()) {
      // Our own lateness is not the service's, but that it keeps all connections busy is.
      const bool had_to_wait = next_arrival_ < all_busy_until_;
      if (had_to_wait) log_.add_late();
      send_request(free_.front(), had_to_wait ? now - next_arrival_ : Clock::duration{});
      next_arrival_ += std::chrono::nanoseconds(
          static_cast<std::int64_t>(1e9 * std::exponential_distribution<>(rate_)(random_)));
    }
  }

  UniqueFd epoll_;
  Protocol protocol_;
  std::int64_t port_;
  double rate_;  // 0: closed loop
  std::chrono::milliseconds think_;
  std::chrono::seconds warm_up_;
  std::int64_t counts_from_ns_ = 0;
  std::vector<Connection> connections_;
  std::deque<std::size_t> free_;
  std::deque<std::pair<Clock::time_point, std::size_t>> thinking_;
  Clock::time_point next_arrival_;
  Clock::time_point all_busy_until_;  // the last time that the first connection became free
  std::mt19937_64 random_{1};         // the same arrivals in every run
  LatencyLog log_;
};

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGTERM, stop);
  std::signal(SIGINT, stop);
  std::signal(SIGPIPE, SIG_IGN);
  const Arguments arguments(argc, argv);
  Generator(arguments).run(std::chrono::seconds(arguments.number("seconds", 10)));
}
