#include "target/start_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include "target/describe_process.h"
#include "target/process_table.h"
#include "target/text.h"

namespace boundscope {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kCommLength = 15;
constexpr auto kGrace = 2s;  // between SIGTERM and SIGKILL
constexpr auto kPollEvery = 10ms;

bool is_program(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

// Where the shell would find it; empty if nowhere.
std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* variable = std::getenv("PATH");
  std::string_view directories = variable ? variable : "/usr/local/bin:/usr/bin:/bin";
  while (!directories.empty()) {
    const std::string_view directory = take_until(directories, ':');
    std::string path = std::string(directory.empty() ? "." : directory) + "/" + name;
    if (is_program(path)) return path;
  }
  return "";
}

Error cannot_start(std::string_view name, int error) {
  return {ErrorKind::environment,
          fmt::format("cannot run {}: {}", printable(name), std::strerror(error)),
          error == EACCES || error == ENOEXEC
              ? "is it an executable file? give scripts an interpreter: -- sh SCRIPT"
              : "check the name, or give the full path"};
}

// Our handlers would run in the child until exec, and keep SIGTERM from ending it. What our caller
// ignores (nohup) stays ignored, but SIGPIPE, which only we do.
void reset_signals() {
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action {};
    const bool known = ::sigaction(number, nullptr, &action) == 0;
    if (known && (action.sa_handler != SIG_IGN || number == SIGPIPE)) ::signal(number, SIG_DFL);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// In the child, between fork and exec: nothing but plain system calls. Never returns.
[[noreturn]] void run_when_released(int control, pid_t parent, const char* path,
                                    char* const* argv) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);  // the parent was gone before the line above
  reset_signals();

  char go = 0;
  if (::recv(control, &go, 1, 0) != 1) ::_exit(127);  // never released
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  if (nothing > STDERR_FILENO) ::close(nothing);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  ::execvp(path, argv);
  const int error = errno;
  ::send(control, &error, sizeof error, MSG_NOSIGNAL);
  ::_exit(127);
}

bool group_is_alive(const ProcFs& proc, pid_t group) {
  for (const pid_t pid : proc.pids()) {
    const auto stat = proc.stat(pid);
    if (stat && stat->group == group && !stat->is_zombie()) return true;
  }
  return false;
}

}  // namespace

Result<StartedCommand> start_command(const std::vector<std::string>& argv) {
  assert(!argv.empty());
  std::string path = find_program(argv.front());
  if (path.empty()) return cannot_start(argv.front(), ENOENT);

  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return cannot_start(argv.front(), errno);
  }
  UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);
  std::vector<char*> arguments;  // made before the fork: the child must not allocate
  arguments.reserve(argv.size() + 1);
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);

  const pid_t parent = ::getpid();
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all,
                &before);  // the child unblocks them when it has no handlers left
  const pid_t pid = ::fork();
  const int error = errno;
  if (pid != 0) ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return cannot_start(argv.front(), error);
  if (pid == 0) {
    ::close(ours.get());  // or the child would never see the end of the stream
    run_when_released(theirs.get(), parent, path.c_str(), arguments.data());
  }
  ::setpgid(pid, pid);  // here too: whoever comes first
  return StartedCommand(pid, std::move(path), std::move(ours));
}

StartedCommand::StartedCommand(StartedCommand&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      path_(std::move(other.path_)),
      control_(std::move(other.control_)) {}

Result<> StartedCommand::release() {
  const char go = 1;
  int error = 0;
  ssize_t got = -1;
  if (::send(control_.get(), &go, 1, MSG_NOSIGNAL) == 1) {
    do {
      got = ::recv(control_.get(), &error, sizeof error, 0);
    } while (got < 0 && errno == EINTR);
  }
  if (got == 0) return Done{};  // exec closed the child's end
  if (got == static_cast<ssize_t>(sizeof error)) return cannot_start(path_, error);
  return Error{ErrorKind::environment,
               fmt::format("{} was stopped before it could run", printable(path_)), "try again"};
}

bool StartedCommand::has_exited() const {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid_;
}

StartedCommand::~StartedCommand() {
  if (pid_ == 0) return;
  // The leader is reaped last: until then nobody else can get its number as a process group.
  const ProcFs proc;
  ::kill(-pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + kGrace;
  while (!has_exited() || group_is_alive(proc, pid_)) {
    if (std::chrono::steady_clock::now() >= deadline) {
      ::kill(-pid_, SIGKILL);
      break;
    }
    std::this_thread::sleep_for(kPollEvery);
  }
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<Target> target_of(const StartedCommand& command, const HostRoots& roots) {
  const ProcFs proc(roots.proc);
  const auto stat = proc.stat(command.pid());
  if (!stat) {
    return Error{ErrorKind::environment,
                 fmt::format("{} is gone before it was measured", printable(command.path())),
                 "try again"};
  }
  RuntimeDetector runtimes(proc);
  TargetProcess process = describe_process(proc, *stat, runtimes);
  std::error_code error;  // "python3" is a link to "python3.11"
  const auto file = std::filesystem::canonical(command.path(), error);
  RuntimeGuess guess = runtime_of_file(error ? command.path() : file.string());
  process.comm = std::string(base_name(command.path()).substr(0, kCommLength));
  process.exe = error ? command.path() : file.string();
  process.runtime = guess.runtime;
  process.runtime_version = std::move(guess.version);
  return Target{.description = "command " + printable(base_name(command.path())),
                .processes = {std::move(process)},
                .cgroup_scope = {}};
}

}  // namespace boundscope
