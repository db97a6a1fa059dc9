// Commands that we start, for real: small programs that every system has.
#include "target/start_command.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <thread>

#include "support/proc_tree.h"
#include "target/proc_fs.h"

using namespace boundscope;
using boundscope::test::TempFolder;

namespace {

// Waits until the command has ended by itself; the test's time limit is the bound.
void wait_for(const StartedCommand& command) {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(command.pid()), &info, WEXITED | WNOWAIT) != 0 &&
         errno == EINTR) {
  }
}

// The kernel may take a moment to end what was killed; the test's time limit is the bound.
void wait_until_gone(pid_t group) {
  const ProcFs proc;
  const auto alive = [&](pid_t pid) {
    const auto stat = proc.stat(pid);
    return stat && stat->group == group && !stat->is_zombie();
  };
  bool any = true;
  while (any) {
    const auto pids = proc.pids();
    any = std::any_of(pids.begin(), pids.end(), alive);
  }
}

}  // namespace

TEST_CASE("target: a command does not run before it is released") {
  TempFolder folder;
  const std::string mark = folder.path("mark");

  auto command = start_command({"touch", mark});
  REQUIRE(command);
  CHECK_FALSE(command->has_exited());
  CHECK_FALSE(std::filesystem::exists(mark));
  REQUIRE(command->release());
  wait_for(*command);

  CHECK(command->has_exited());
  CHECK(std::filesystem::exists(mark));
}

TEST_CASE("target: a program that is nowhere is refused before anything is started") {
  const auto command = start_command({"no-such-program-anywhere"});

  REQUIRE_FALSE(command);
  CHECK(command.error().message ==
        "cannot run no-such-program-anywhere: No such file or directory");
  CHECK_FALSE(command.error().hint.empty());
}

TEST_CASE("target: a file that cannot be executed fails at release, with the reason") {
  TempFolder folder;
  folder.write("plain", "no program");

  auto command = start_command({folder.path("plain")});
  REQUIRE(command);
  const auto released = command->release();

  REQUIRE_FALSE(released);
  CHECK(released.error().message.find("Permission denied") != std::string::npos);
}

TEST_CASE("target: the whole process group ends with the handle") {
  pid_t leader = 0;
  {
    auto command = start_command({"sh", "-c", "sleep 1000 & sleep 1000"});
    REQUIRE(command);
    leader = command->pid();
    REQUIRE(command->release());
    CHECK(::getpgid(leader) == leader);
  }

  wait_until_gone(leader);
  CHECK(!ProcFs().stat(leader));
}

TEST_CASE("target: a command that ignores SIGTERM is killed") {
  TempFolder folder;
  const std::string mark = folder.path("mark");
  pid_t leader = 0;
  {
    const std::string script = "trap '' TERM; touch " + mark + "; while :; do sleep 1000; done";
    auto command = start_command({"sh", "-c", script});
    REQUIRE(command);
    leader = command->pid();
    REQUIRE(command->release());
    while (!std::filesystem::exists(mark)) std::this_thread::yield();
  }

  wait_until_gone(leader);
  CHECK(!ProcFs().stat(leader));
}

TEST_CASE("target: a command that was never released leaves nothing behind") {
  pid_t pid = 0;
  {
    auto command = start_command({"sleep", "1000"});
    REQUIRE(command);
    pid = command->pid();
  }

  CHECK(::kill(pid, 0) == -1);
}

TEST_CASE("target: a waiting command is already described as what it will be") {
  auto command = start_command({"sleep", "1000"});
  REQUIRE(command);

  const auto target = target_of(*command);

  REQUIRE(target);
  REQUIRE(target->processes.size() == 1);
  const TargetProcess& process = target->processes.front();
  CHECK(target->description == "command sleep");
  CHECK(process.pid == command->pid());
  CHECK(process.parent == ::getpid());
  CHECK(process.comm == "sleep");
  CHECK(process.start_ticks == ProcFs().stat(command->pid())->start_ticks);
  CHECK(process.runtime == Runtime::native);
}

TEST_CASE("target: a child of ours is resolved by its pid on the real /proc") {
  auto command = start_command({"sleep", "1000"});
  REQUIRE(command);
  REQUIRE(command->release());

  TargetSelector selector;
  selector.pids = {command->pid()};
  const auto target = resolve_target(selector);

  REQUIRE(target);
  CHECK(target->processes.front().comm == "sleep");
  CHECK(target->processes.front().exe.find("/") == 0);
  CHECK(target->processes.front().runtime == Runtime::native);
}

TEST_CASE("target: a process that has just ended is a zombie, and said to be one") {
  auto command = start_command({"true"});
  REQUIRE(command);
  REQUIRE(command->release());
  wait_for(*command);

  TargetSelector selector;
  selector.pids = {command->pid()};
  const auto target = resolve_target(selector);

  REQUIRE_FALSE(target);
  CHECK(target.error().message.find("has already exited") != std::string::npos);
}
