#include "cli/sandbox.h"

#include <asm/termbits.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <type_traits>

#include "cli/capabilities.h"

namespace boundscope {
namespace {

// Of a stranger's code and of no other: whoever makes one of these calls is ended.
constexpr const char* kFatal[] = {
    "execve",
    "execveat",
    "ptrace",
    "process_vm_writev",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "mount",
    "move_mount",
    "umount2",
    "pivot_root",
    "chroot",
    "setns",
    "unshare",
    "reboot",
    "setuid",
    "setresuid",
    "setreuid",
    "pidfd_send_signal",
    "pidfd_getfd",
    "userfaultfd",
    "io_uring_setup",
};

// What the C and C++ libraries, memory, time and descriptors that are open already take.
constexpr const char* kAlways[] = {
    "read",
    "readv",
    "pread64",
    "preadv",
    "write",
    "writev",
    "pwrite64",
    "close",
    "lseek",
    "fstat",
    "fcntl",
    "dup",
    "ftruncate",
    "fsync",
    "fdatasync",
    "fadvise64",
    "poll",
    "ppoll",
    "munmap",
    "mremap",
    "madvise",
    "brk",
    "futex",
    "clock_gettime",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "gettimeofday",
    "time",
    "getpid",
    "gettid",
    "getppid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "uname",
    "sysinfo",
    "getrandom",
    "getrusage",
    "sched_yield",
    "sched_getaffinity",
    "getcpu",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "restart_syscall",
    "rseq",
    "set_robust_list",
    "set_tid_address",
    "exit",
    "exit_group",
    "capget",
};

// Files and folders, to look at.
constexpr const char* kReading[] = {
    "stat",      "lstat",      "newfstatat",    "fstatat64",  "statx",      "access",
    "faccessat", "faccessat2", "readlink",      "readlinkat", "getdents64", "getcwd",
    "statfs",    "fstatfs",    "epoll_create1", "epoll_ctl",  "epoll_wait", "epoll_pwait",
};

struct FilterRelease {
  void operator()(void* filter) const noexcept { seccomp_release(filter); }
};

// The filter that is being made. The first failure is kept, so that rules can be listed plainly.
class Filter {
 public:
  // Calls that nobody listed fail as on a kernel without them: libraries have another way then.
  Filter() : filter_(seccomp_init(SCMP_ACT_ERRNO(ENOSYS))) {
    if (!filter_) failure_ = ENOMEM;
    // Look-ups of calls as in a tree: reading maps makes many.
    if (filter_) seccomp_attr_set(filter_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  }

  void allow(const char* call) { add(SCMP_ACT_ALLOW, call, {}); }
  // If argument `number` with `mask` applied is `value`.
  void allow_if(const char* call, unsigned number, std::uint64_t mask, std::uint64_t value) {
    add(SCMP_ACT_ALLOW, call, {SCMP_CMP64(number, SCMP_CMP_MASKED_EQ, mask, value)});
  }
  void allow_if(const char* call, unsigned first, std::uint64_t value, unsigned second,
                std::uint64_t other) {
    add(SCMP_ACT_ALLOW, call,
        {SCMP_CMP64(first, SCMP_CMP_EQ, value), SCMP_CMP64(second, SCMP_CMP_EQ, other)});
  }
  void end_process_at(const char* call) { add(SCMP_ACT_KILL_PROCESS, call, {}); }

  // With no_new_privs, for all threads.
  Result<> apply() {
    if (filter_ && failure_ == 0) {
      seccomp_attr_set(filter_.get(), SCMP_FLTATR_CTL_TSYNC, 1);
      failure_ = -seccomp_load(filter_.get());
    }
    if (failure_ == 0) return Done{};
    return Error{ErrorKind::environment,
                 std::string("could not limit system calls (seccomp): ") + std::strerror(failure_),
                 "it needs a kernel with CONFIG_SECCOMP_FILTER"};
  }

 private:
  void add(std::uint32_t action, const char* name, const std::vector<scmp_arg_cmp>& conditions) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number < 0 || !filter_ || failure_ != 0) return;  // not on this architecture
    failure_ = -seccomp_rule_add_array(filter_.get(), action, number,
                                       static_cast<unsigned>(conditions.size()), conditions.data());
  }

  std::unique_ptr<void, FilterRelease> filter_;
  int failure_ = 0;
};

constexpr std::uint64_t kLow32 = 0xffffffff;  // an int: the upper half is not looked at

[[maybe_unused]] void allow_common(Filter& filter) {
  for (const char* call : kFatal) filter.end_process_at(call);
  for (const char* call : kAlways) filter.allow(call);
  filter.allow_if("mmap", 2, PROT_EXEC, 0);
  filter.allow_if("mprotect", 2, PROT_EXEC, 0);
  filter.allow_if("prlimit64", 2, ~std::uint64_t{0}, 0);  // to read the limits
  // Is it a terminal, and how wide? Nothing else, above all no typing into it (TIOCSTI).
  for (const std::uint64_t request :
       {std::uint64_t{TCGETS}, std::uint64_t{TCGETS2}, std::uint64_t{TIOCGWINSZ}})
    filter.allow_if("ioctl", 1, kLow32, request);
  filter.allow_if("kill", 1, kLow32, 0);                                       // does it still run?
  filter.allow_if("tgkill", 0, kLow32, static_cast<std::uint64_t>(getpid()));  // abort()
}

[[maybe_unused]] void allow_reading(Filter& filter) {
  constexpr std::uint64_t kChanging = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND;
  for (const char* call : kReading) filter.allow(call);
  filter.allow_if("open", 1, kChanging, O_RDONLY);
  filter.allow_if("openat", 2, kChanging, O_RDONLY);
}

[[maybe_unused]] void allow_stopping(Filter& filter, pid_t group) {
  const auto target = static_cast<std::uint64_t>(static_cast<std::int64_t>(-group));
  for (const int signal : {SIGTERM, SIGKILL}) {
    // The C library may pass an int with either half extended.
    filter.allow_if("kill", 0, target, 1, static_cast<std::uint64_t>(signal));
    filter.allow_if("kill", 0, target & kLow32, 1, static_cast<std::uint64_t>(signal));
  }
  for (const char* call : {"waitid", "wait4", "sendto", "recvfrom", "send", "recv"})
    filter.allow(call);
}

}  // namespace

// A sanitizer's own checks (ptrace, threads) would not survive it.
#if defined(__SANITIZE_ADDRESS__)
Result<> confine_measuring(const std::vector<NeededCall>&, std::optional<pid_t>) { return Done{}; }
Result<> confine_reporting() { return Done{}; }
#else
Result<> confine_measuring(const std::vector<NeededCall>& more, std::optional<pid_t> command) {
  Filter filter;
  allow_common(filter);
  allow_reading(filter);
  for (const NeededCall& call : more) {
    if (call.values.empty()) filter.allow(call.name.c_str());
    for (const std::uint64_t value : call.values)
      filter.allow_if(call.name.c_str(), call.argument, kLow32, value);
  }
  if (command) allow_stopping(filter, *command);
  const auto kept = command ? KeptRights::measuring_command : KeptRights::measuring;
  if (Result<> done = keep_capabilities(kept); !done) return done;
  return filter.apply();
}

Result<> confine_reporting() {
  Filter filter;
  allow_common(filter);
  if (Result<> done = keep_capabilities(KeptRights::none); !done) return done;
  return filter.apply();
}
#endif

}  // namespace boundscope
