// Targets that end, targets in another pid namespace, and a collector that is killed.
#include <bpf/bpf.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <thread>

#include "measurement.h"
#include "program.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

using Ids = std::set<std::uint32_t>;

// Runs `body` in a child of ours; its result becomes the exit status.
pid_t start_child(const std::function<int()>& body) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    _exit(body());
  }
  return child;
}

int exit_status_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// The BPF programs that a process holds open, as the kernel lists them.
Ids programs_of(pid_t pid) {
  Ids ids;
  std::error_code gone;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fdinfo", gone)) {
    std::ifstream file(entry.path());
    std::string name;
    for (std::uint32_t id = 0; file >> name;)
      if (name == "prog_id:" && file >> id) ids.insert(id);
  }
  return ids;
}

bool still_exists(std::uint32_t id) {
  const UniqueFd fd(bpf_prog_get_fd_by_id(id));
  return static_cast<bool>(fd);
}

// Looks until `done`, for at most a minute.
bool comes_true(const std::function<bool()>& done) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::seconds(60);
  while (!done()) {
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

enum Outcome { as_expected, no_mount, no_program, no_target, not_recorded, wrong_pid, no_time };

// As process 1 of a new pid namespace, with a /proc that shows it.
int measure_inside_namespace() {
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("proc", "/proc", "proc", 0, nullptr) != 0)
    return no_mount;
  const std::string path = std::string(BOUNDSCOPE_BPF_PROGRAMS) + "/ping_pong";
  std::array<int, 2> input{};
  if (pipe(input.data()) != 0) return no_program;
  const pid_t inside = fork();
  if (inside == 0) {
    dup2(input[0], STDIN_FILENO);
    execl(path.c_str(), path.c_str(), "20000", nullptr);
    _exit(127);
  }
  if (write(input[1], "g", 1) != 1) return no_program;
  TargetSelector selector;
  selector.pids = {inside};
  const auto target = resolve_target(selector);
  if (!target) return no_target;
  CollectOptions options = watch_everything();
  options.duration_s = 1;
  RecordingBuilder sink;
  const std::atomic<bool> stop = false;
  if (!record(*target, options, sink, stop)) return not_recorded;
  ::kill(inside, SIGKILL);

  for (const Window& window : sink.recording().windows)
    for (const ProcessWindow& process : window.processes)
      if (process.pid != inside) return wrong_pid;
  return process_totals(sink.recording(), inside).on_cpu_ns > 0 ? as_expected : no_time;
}

int enter_namespace_and_measure() {
  if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) return no_mount;
  return exit_status_of(start_child(measure_inside_namespace));
}

int record_until_killed(pid_t pid) {
  TargetSelector selector;
  selector.pids = {pid};
  const auto target = resolve_target(selector);
  if (!target) return no_target;
  RecordingBuilder sink;
  const std::atomic<bool> stop = false;
  return record(*target, watch_everything(), sink, stop) ? as_expected : not_recorded;
}

}  // namespace

TEST_CASE("collect: a target that ends in the middle ends the recording, and what was seen stays") {
  Program program("family", {"short"});
  Measurement measurement({program.pid()});
  program.go();
  const Recording& recording = measurement.wait();

  CHECK(recording.end == RecordingEnd::target_exited);
  CHECK(ms(process_totals(recording, program.pid()).on_cpu_ns) >= 40);
  CHECK(recording.processes.size() == 1);
}

TEST_CASE("collect: a target that is gone before the measurement begins is an error with a hint") {
  Program program("family", {"short"});
  TargetSelector selector;
  selector.pids = {program.pid()};
  const auto target = resolve_target(selector);
  REQUIRE(target);
  program.kill();

  RecordingBuilder sink;
  const std::atomic<bool> stop = false;
  const auto recorded = record(*target, watch_everything(), sink, stop);

  REQUIRE_FALSE(recorded);
  CHECK_FALSE(recorded.error().message.empty());
  CHECK_FALSE(recorded.error().hint.empty());
  CHECK(sink.recording().windows.empty());
}

TEST_CASE("collect: stopping ends the recording as interrupted") {
  Program program("spin", {"user", "1"});
  Measurement measurement({program.pid()});
  const Recording& recording = measurement.stop();

  CHECK(recording.end == RecordingEnd::interrupted);
  CHECK_FALSE(recording.windows.empty());
}

TEST_CASE("collect: pids inside a pid namespace are those that a user sees there") {
  CHECK(exit_status_of(start_child(enter_namespace_and_measure)) == as_expected);
}

TEST_CASE("collect: SIGKILL of the collector leaves no BPF program behind") {
  Program program("ping_pong", {"20000"});
  program.go();
  const pid_t collector = start_child([&] { return record_until_killed(program.pid()); });
  Ids loaded;
  // Load, life cycle, sampling and events: all attached when no more of them come.
  REQUIRE(comes_true([&] {
    const Ids now = programs_of(collector);
    const bool complete = now.size() >= 10 && now == loaded;
    loaded = now;
    return complete;
  }));

  ::kill(collector, SIGKILL);
  exit_status_of(collector);

  CHECK(comes_true([&] {
    for (const std::uint32_t id : loaded)
      if (still_exists(id)) return false;
    return true;
  }));
}
