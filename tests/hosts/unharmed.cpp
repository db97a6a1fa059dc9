// Does what is easily disturbed from outside and prints what came of it: two runs print the same,
// whether somebody watches or not.
//
//   unharmed          prints "ready", waits for a line, works for some two seconds, prints "name
//   value" lines, and "# name value" for what may differ
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace {

std::map<std::string, long> results;
long median_turn_ns = 0;

void count_errno(const std::string& where, long result) {
  if (result < 0) ++results[where + "_" + strerrorname_np(errno)];
}

// Queued signals arrive all, once, in order.
volatile long queued = 0;
volatile long out_of_order = 0;
void on_queued(int, siginfo_t* info, void*) {
  if (info->si_value.sival_int != queued) out_of_order = out_of_order + 1;
  queued = queued + 1;
}

void signals() {
  struct sigaction action {};
  action.sa_sigaction = on_queued;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigaction(SIGRTMIN, &action, nullptr);
  for (int i = 0; i < 2000; ++i) {
    sigval value{};
    value.sival_int = i;
    count_errno("sigqueue", sigqueue(getpid(), SIGRTMIN, value));
  }
  results["signals"] = queued;
  results["signals_out_of_order"] = out_of_order;
}

// A blocked read is interrupted by each signal that is meant for it, and by nothing else.
void on_nothing(int) {}

bool sleeps(pid_t thread) {
  std::ifstream stat("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string text;
  std::getline(stat, text);
  const auto end = text.rfind(')');
  return end != std::string::npos && text.size() > end + 2 && text[end + 2] == 'S';
}

void interruptions() {
  struct sigaction action {};
  action.sa_handler = on_nothing;
  sigaction(SIGUSR2, &action, nullptr);
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) std::abort();
  std::atomic<long> interrupted{0};
  std::atomic<pid_t> id{0};
  std::thread reader([&] {
    id = gettid();
    char byte = 0;
    for (ssize_t n = -1; n != 1;) {
      n = read(ends[0], &byte, 1);
      if (n < 0 && errno == EINTR) ++interrupted;
    }
  });
  while (id == 0) std::this_thread::yield();
  constexpr int kRounds = 200;
  for (int i = 0; i < kRounds; ++i) {
    while (!sleeps(id)) std::this_thread::yield();
    syscall(SYS_tgkill, getpid(), id.load(), SIGUSR2);
    while (interrupted <= i) std::this_thread::yield();
  }
  while (!sleeps(id)) std::this_thread::yield();
  if (write(ends[1], "x", 1) != 1) std::abort();
  reader.join();
  results["interrupted_reads"] = interrupted;
}

// Waits that nobody ends: each lasts as long as it has to and ends in its own way.
void timeouts() {
  const timespec millisecond{0, 1'000'000};
  for (int i = 0; i < 150; ++i) {
    timespec begin{};
    timespec end{};
    clock_gettime(CLOCK_MONOTONIC, &begin);
    count_errno("nanosleep", nanosleep(&millisecond, nullptr));
    clock_gettime(CLOCK_MONOTONIC, &end);
    const long ns = (end.tv_sec - begin.tv_sec) * 1'000'000'000 + end.tv_nsec - begin.tv_nsec;
    if (ns < millisecond.tv_nsec) ++results["nanosleep_too_short"];
    std::uint32_t word = 0;
    count_errno("futex",
                syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &millisecond, nullptr, 0));
    count_errno("poll", poll(nullptr, 0, 1));
  }
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) != 0) std::abort();
  const timeval limit{0, 2000};
  setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  char byte = 0;
  for (int i = 0; i < 50; ++i) count_errno("recv", recv(pair[0], &byte, 1, 0));
  close(pair[0]);
  close(pair[1]);
}

// Each wake-up wakes one waiter, once; and two that take turns are not held up.
void futexes() {
  std::atomic<std::uint32_t> turn{0};
  constexpr std::uint32_t kTurns = 6000;
  std::vector<std::chrono::steady_clock::time_point> began;  // the first one's turns
  const auto play = [&](std::uint32_t mine) {
    for (;;) {
      const std::uint32_t now = turn;
      if (now >= kTurns) return;
      if (now % 2 != mine) {
        syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, now, nullptr, nullptr, 0);
        continue;
      }
      if (mine == 0) began.push_back(std::chrono::steady_clock::now());
      ++turn;
      syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
    }
  };
  std::thread other(play, 1);
  play(0);
  other.join();
  results["futex_turns"] = turn;
  std::vector<std::chrono::nanoseconds> took;
  for (std::size_t i = 1; i < began.size(); ++i) took.push_back(began[i] - began[i - 1]);
  const auto median = took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2);
  std::nth_element(took.begin(), median, took.end());
  median_turn_ns = median->count();
}

int listener(sockaddr_in& address) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  socklen_t length = sizeof address;
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(fd, 8) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0)
    std::abort();
  return fd;
}

// All bytes arrive, unchanged, and errors come where they belong.
void sockets() {
  sockaddr_in address{};
  const int listening = listener(address);
  std::thread server([&] {
    const int fd = accept(listening, nullptr, nullptr);
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = recv(fd, buffer.data(), buffer.size(), 0)) > 0;)
      count_errno("echo", send(fd, buffer.data(), static_cast<std::size_t>(n), MSG_NOSIGNAL));
    close(fd);
  });
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  count_errno("connect", connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address));
  std::array<char, 3000> sent{};
  std::array<char, 3000> got{};
  for (std::size_t i = 0; i < 3000; ++i) {
    sent.fill(static_cast<char>(i));
    const std::size_t size = 1 + i;
    count_errno("send", send(client, sent.data(), size, MSG_NOSIGNAL));
    const ssize_t n = recv(client, got.data(), size, MSG_WAITALL);
    count_errno("receive", n);
    results["bytes"] += n;
    if (std::memcmp(sent.data(), got.data(), size) != 0) ++results["corrupted"];
  }
  shutdown(client, SHUT_WR);
  count_errno("broken", send(client, sent.data(), 1, MSG_NOSIGNAL));
  server.join();
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &length);
  results["socket_error"] = error;
  close(client);
  close(listening);
  const int refused = socket(AF_INET, SOCK_STREAM, 0);
  count_errno("refused", connect(refused, reinterpret_cast<sockaddr*>(&address), sizeof address));
  close(refused);
}

void children() {
  for (int i = 0; i < 60; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      if (i % 10 == 0) execl("/bin/sh", "sh", "-c", "exit 7", nullptr);
      _exit(i % 50);
    }
    int status = 0;
    count_errno("waitpid", waitpid(child, &status, 0));
    if (!WIFEXITED(status)) ++results["children_killed"];
    results["exit_codes"] += WEXITSTATUS(status);
  }
}

// What a debugger or an injected agent would change.
void traces_of_others() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    for (const char* name : {"TracerPid", "SigBlk", "SigIgn", "SigCgt", "Seccomp", "NoNewPrivs"})
      if (line.starts_with(std::string(name) + ":")) {
        const std::size_t digits = line.find_first_of("0123456789abcdef", line.find(':'));
        results[name] = std::strtol(line.c_str() + digits, nullptr, 16);
      }
  std::ifstream maps("/proc/self/maps");
  std::uint64_t hash = 14695981039346656037U;
  for (std::string line; std::getline(maps, line);) {
    if (line.find(" r-xp ") == std::string::npos) continue;
    ++results["executable_mappings"];
    // Somebody else's probes may be in libraries that are shared with other programs.
    if (line.find("/unharmed") == std::string::npos) continue;
    char* rest = nullptr;
    const auto from = std::strtoull(line.c_str(), &rest, 16);
    const auto to = std::strtoull(rest + 1, nullptr, 16);
    for (auto at = from; at < to; ++at)
      hash = (hash ^ *reinterpret_cast<const unsigned char*>(at)) * 1099511628211U;
  }
  results["text"] = static_cast<long>(hash);
  cpu_set_t cpus;
  sched_getaffinity(0, sizeof cpus, &cpus);
  results["cpus"] = CPU_COUNT(&cpus);
  results["policy"] = sched_getscheduler(0);
  results["nice"] = getpriority(PRIO_PROCESS, 0);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  results["files"] = static_cast<long>(files.rlim_cur);
  results["next_descriptor"] = dup(0);
}

}  // namespace

int main() {
  std::puts("ready");
  std::fflush(stdout);
  if (std::getchar() == EOF) return 1;
  signals();
  interruptions();
  timeouts();
  futexes();
  sockets();
  children();
  traces_of_others();
  for (const auto& [name, value] : results) std::printf("%s %ld\n", name.c_str(), value);
  std::printf("# median_turn_ns %ld\n", median_turn_ns);
  return 0;
}
