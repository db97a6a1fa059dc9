// What is impossible once boundscope has confined itself. Each case does it in a child, for there
// is no way back.
#include "cli/sandbox.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/capability.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

#include "support/proc_tree.h"

using namespace boundscope;

// The sanitizers could not do their work in it: it is left out of their builds.
#if !defined(__SANITIZE_ADDRESS__)
namespace {

constexpr int kConfineFailed = 99;
constexpr std::uint64_t kAllowedValue = 7;

struct End {
  int status = -1;  // exit status of the child; -1: it was killed
  int signal = 0;
};

End confined(const std::function<Result<>()>& confine, const std::function<int()>& body) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) _exit(confine() ? body() : kConfineFailed);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status)) return {-1, WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

// errno of a call that has to fail, 0 if it did not.
int error_of(long result) { return result < 0 ? errno : 0; }

End reporting(const std::function<int()>& body) { return confined(confine_reporting, body); }

End measuring(const std::function<int()>& body, std::optional<pid_t> command = {}) {
  return confined(
      [&] {
        return confine_measuring({{"eventfd2", 0, {kAllowedValue}}}, command);
      },
      body);
}

}  // namespace

TEST_CASE("sandbox: whoever executes, traces or leaves its namespaces is ended") {
  const char* const nothing[] = {nullptr};
  const std::vector<std::function<int()>> attempts = {
      [&] { return execve("/bin/true", const_cast<char**>(nothing), const_cast<char**>(nothing)); },
      [] { return static_cast<int>(syscall(SYS_ptrace, 0, 0, 0, 0)); },
      [] { return static_cast<int>(syscall(SYS_unshare, 0)); },
      [] { return static_cast<int>(syscall(SYS_mount, 0, 0, 0, 0, 0)); },
      [] { return static_cast<int>(syscall(SYS_setuid, 0)); },
  };
  for (const auto& attempt : attempts) {
    CHECK(reporting(attempt).signal == SIGSYS);
    CHECK(measuring(attempt).signal == SIGSYS);
  }
}

TEST_CASE("sandbox: no network, no signals, no new processes, no typing into the terminal") {
  const std::vector<std::function<int()>> attempts = {
      [] { return error_of(socket(AF_INET, SOCK_STREAM, 0)); },
      [] { return error_of(socket(AF_UNIX, SOCK_STREAM, 0)); },
      [] { return error_of(kill(getppid(), SIGTERM)); },
      [] { return error_of(syscall(SYS_tgkill, getppid(), getppid(), SIGTERM)); },
      [] { return error_of(fork()); },
      [] { return error_of(ioctl(0, TIOCSTI, "x")); },
      [] { return error_of(prctl(PR_SET_DUMPABLE, 1)); },
      [] {
        return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                       MAP_FAILED
                   ? errno
                   : 0;
      },
  };
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    CAPTURE(i);
    CHECK(reporting(attempts[i]).status == ENOSYS);
    CHECK(measuring(attempts[i]).status == ENOSYS);
  }
}

TEST_CASE("sandbox: a report opens nothing; a measurement opens to read and never to write") {
  const test::TempFolder folder;
  folder.write("there", "text");
  const std::string path = folder.path("there");
  const auto opens = [&](int flags) {
    return [&path, flags] { return error_of(open(path.c_str(), flags, 0600)); };
  };
  CHECK(reporting(opens(O_RDONLY)).status == ENOSYS);
  CHECK(measuring(opens(O_RDONLY | O_CLOEXEC | O_NONBLOCK)).status == 0);
  for (const int flags :
       {O_WRONLY, O_RDWR, O_RDONLY | O_TRUNC, O_RDONLY | O_CREAT, O_WRONLY | O_APPEND})
    CHECK(measuring(opens(flags)).status == ENOSYS);
  CHECK(measuring([&] { return error_of(unlink(path.c_str())); }).status == ENOSYS);
  CHECK(measuring([&] { return error_of(rename(path.c_str(), "x")); }).status == ENOSYS);
  CHECK(measuring([&] { return error_of(chmod(path.c_str(), 0777)); }).status == ENOSYS);
}

TEST_CASE("sandbox: of calls that are limited by an argument only the given values pass") {
  const auto create = [](std::uint64_t value) {
    return [value] { return error_of(syscall(SYS_eventfd2, value, 0)); };
  };
  CHECK(measuring(create(kAllowedValue)).status == 0);
  for (const std::uint64_t other : {0, 5, 6, 8, 15})
    CHECK(measuring(create(other)).status == ENOSYS);
  CHECK(reporting(create(kAllowedValue)).status == ENOSYS);
}

TEST_CASE("sandbox: only the group of the command that was started can be ended") {
  const pid_t command = fork();
  REQUIRE(command >= 0);
  if (command == 0) {
    signal(SIGTERM, SIG_DFL);  // the test program's own handler is not for its children
    setpgid(0, 0);
    for (;;) pause();
  }
  setpgid(command, command);
  const auto signals = [&](pid_t whom, int number) {
    return measuring([whom, number] { return error_of(kill(whom, number)); }, command).status;
  };
  CHECK(signals(-command, 0) == 0);
  CHECK(signals(-command, SIGSTOP) == ENOSYS);
  CHECK(signals(getpid(), SIGTERM) == ENOSYS);
  CHECK(signals(-1, SIGTERM) == ENOSYS);
  CHECK(signals(-command, SIGTERM) == 0);
  int status = 0;
  CHECK(waitpid(command, &status, 0) == command);
  CHECK(WTERMSIG(status) == SIGTERM);
}

TEST_CASE("sandbox: rights that a measurement does not use are gone, and a report has none") {
  const auto holds = [](cap_value_t capability) {
    return [capability] {
      cap_flag_value_t effective = CAP_CLEAR;
      const cap_t own = cap_get_proc();
      if (own == nullptr || cap_get_flag(own, capability, CAP_EFFECTIVE, &effective) != 0) return 2;
      return effective == CAP_SET ? 1 : 0;
    };
  };
  for (const cap_value_t gone : {CAP_SYS_MODULE, CAP_NET_ADMIN, CAP_DAC_OVERRIDE, CAP_CHOWN,
                                 CAP_SETUID, CAP_SYS_RAWIO, CAP_SYS_RESOURCE})
    CHECK(measuring(holds(gone)).status == 0);
  for (const cap_value_t used : {CAP_SYS_PTRACE, CAP_BPF, CAP_DAC_READ_SEARCH})
    CHECK(reporting(holds(used)).status == 0);
  if (geteuid() == 0 && holds(CAP_SYS_PTRACE)() == 1)
    CHECK(measuring(holds(CAP_SYS_PTRACE)).status == 1);
}
#endif
