// Very many threads, processes or connections that mostly wait, and a few that do something.
//
//   crowd threads|processes|sockets COUNT
// Reports how many it has (the host's limits may forbid more), then lets 23 of them work.
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <climits>
#include <cstring>
#include <string>
#include <vector>

#include "loopback.h"
#include "talk.h"

namespace {

constexpr int kWorkers = 23;
constexpr std::size_t kStack = 32 * 1024;  // where the C library takes so little

// What the others wait for: every byte lets one go on. The write end closed lets all of them go.
std::array<int, 2> gate{};
std::array<int, 2> answers{};

bool wait_at_gate() {
  char byte = 0;
  return read(gate[0], &byte, 1) == 1;
}

void work() {
  while (wait_at_gate()) {
    if (write(answers[1], "x", 1) != 1) return;
  }
}

void* thread_body(void*) {
  work();
  return nullptr;
}

int make_threads(int wanted) {
  pthread_attr_t small{};
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, std::max(kStack, static_cast<std::size_t>(PTHREAD_STACK_MIN)));
  pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
  int made = 0;
  pthread_t thread{};
  while (made < wanted && pthread_create(&thread, &small, thread_body, nullptr) == 0) ++made;
  return made;
}

int make_processes(int wanted) {
  int made = 0;
  for (; made < wanted; ++made) {
    const pid_t child = fork();
    if (child < 0) break;
    if (child > 0) continue;
    close(gate[1]);
    work();
    _exit(0);
  }
  return made;
}

int make_sockets(int wanted, std::vector<int>& clients) {
  const auto limit = static_cast<rlim_t>(wanted + 100);
  const rlimit files{limit, limit};
  setrlimit(RLIMIT_NOFILE, &files);
  const int listener = check(listen_on_loopback(), "listen");
  int made = 0;
  for (; made + 2 <= wanted; made += 2) {
    const int client = connect_to_loopback(port_of(listener));
    if (client < 0) break;
    const int server = accept(listener, nullptr, nullptr);
    if (server < 0) break;
    clients.push_back(client);
    clients.push_back(server);
  }
  return made;
}

// A request and its answer on some of the connections.
void use_sockets(const std::vector<int>& ends) {
  char byte = 'x';
  for (int i = 0; i < kWorkers; ++i) {
    const auto client = static_cast<std::size_t>(i) * 2;
    if (write(ends[client], &byte, 1) != 1 || read(ends[client + 1], &byte, 1) != 1 ||
        write(ends[client + 1], &byte, 1) != 1 || read(ends[client], &byte, 1) != 1)
      fail("use a connection");
  }
}

void use_workers() {
  char byte = 'x';
  for (int i = 0; i < kWorkers; ++i)
    if (write(gate[1], &byte, 1) != 1 || read(answers[0], &byte, 1) != 1) fail("let work");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string kind = argv[1];
  const int wanted = std::atoi(argv[2]);
  check(pipe(gate.data()), "pipe");
  check(pipe(answers.data()), "pipe");
  std::vector<int> ends;
  const int made = kind == "threads"     ? make_threads(wanted)
                   : kind == "processes" ? make_processes(wanted)
                                         : make_sockets(wanted, ends);
  report("made", made);
  ready();
  wait_for_go();
  kind == "sockets" ? use_sockets(ends) : use_workers();
  done_and_wait_for_end();
  std::_Exit(0);
}
