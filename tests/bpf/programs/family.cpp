// A process that starts others in one way, each of which computes for a while, and says who they
// were.
//
//   family threads|fork|vfork|clone|exec|storm|short COUNT
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "talk.h"

extern char** environ;

namespace {

constexpr double kComputeMs = 60;

double cpu_ms(int who) {
  rusage usage{};
  getrusage(who, &usage);
  const auto ms = [](const timeval& time) {
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec);
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

void compute() {
  const double before = cpu_ms(RUSAGE_THREAD);
  while (cpu_ms(RUSAGE_THREAD) - before < kComputeMs) {
  }
}

// A process that an earlier one has started; `name` is what it reports itself under.
pid_t start_child(const std::string& how, char* program) {
  if (how == "vfork") {  // posix_spawn is vfork and exec
    char compute_only[] = "compute";
    char* arguments[] = {program, compute_only, nullptr};
    pid_t child = 0;
    if (posix_spawn(&child, program, nullptr, nullptr, arguments, environ) != 0) fail("spawn");
    return child;
  }
  const pid_t child =
      how == "clone"
          ? static_cast<pid_t>(syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, 0UL))
          : fork();
  check(child, "start a child");
  if (child == 0) {
    compute();
    _exit(0);
  }
  return child;
}

void run_children(const std::string& how, int count, char* program) {
  std::vector<pid_t> children;
  for (int i = 0; i < count; ++i) children.push_back(start_child(how, program));
  for (std::size_t i = 0; i < children.size(); ++i) {
    report(("child" + std::to_string(i)).c_str(), children[i]);
    waitpid(children[i], nullptr, 0);
  }
}

void run_threads(int count) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(compute);
  for (std::thread& thread : threads) thread.join();
}

// As many processes as come in two seconds, at most `per_second`; they end at once.
void run_storm(int per_second) {
  int forks = 0;
  const double began_ms = now_ms();
  while (now_ms() - began_ms < 2000) {
    if (forks > (now_ms() - began_ms) * per_second / 1000) {
      usleep(500);
      continue;
    }
    const pid_t child = check(fork(), "fork");
    if (child == 0) _exit(0);
    waitpid(child, nullptr, 0);
    forks += 1;
  }
  report("forks", forks);
}

void become_another_program(char* program) {
  char compute_more[] = "compute_and_tell";
  char* arguments[] = {program, compute_more, nullptr};
  compute();
  execv(program, arguments);
  fail("exec");
}

void tell() {
  report("cpu_ms", cpu_ms(RUSAGE_SELF) + cpu_ms(RUSAGE_CHILDREN));
  done_and_wait_for_end();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::string how = argv[1];
  const int count = argc > 2 ? std::atoi(argv[2]) : 1;
  if (how == "compute" || how == "compute_and_tell") {
    compute();
    if (how == "compute_and_tell") tell();
    return 0;
  }
  ready();
  report("before_ms", cpu_ms(RUSAGE_SELF));
  wait_for_go();
  if (how == "threads") {
    run_threads(count);
  } else if (how == "storm") {
    run_storm(count);
  } else if (how == "exec") {
    become_another_program(argv[0]);
  } else if (how == "short") {
    compute();
    report("cpu_ms", cpu_ms(RUSAGE_SELF));
    return 0;
  } else {
    run_children(how, count, argv[0]);
  }
  tell();
}
