#include "collect/polled_wait.h"

#include <linux/futex.h>
#include <sys/syscall.h>

#include "target/text.h"

namespace boundscope {
namespace {

// Newer than some build hosts' headers.
constexpr long kFutexWaitv = 449;
constexpr long kFutexWait = 455;
constexpr std::uint32_t kContended = 2;  // lock word with waiters: glibc, Go, Rust
constexpr std::uint32_t kContendedMusl = 0x80000000;

std::optional<std::uint64_t> parse_hex(std::string_view word) {
  if (!word.starts_with("0x")) return std::nullopt;
  return parse_number<std::uint64_t>(word.substr(2), 16);
}

// The same rule as class_of_futex() of bpf/wait_class.h, without what only probes know.
WaitClass class_of_futex(const PolledCall& call) {
  const auto operation = static_cast<std::uint32_t>(call.arguments[1]) & FUTEX_CMD_MASK;
  const auto value = static_cast<std::uint32_t>(call.arguments[2]);
  switch (operation) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
      return value == kContended || (value & kContendedMusl) != 0 ? WaitClass::lock
                                                                  : WaitClass::park;
    case FUTEX_LOCK_PI:
      return WaitClass::lock;
    default:
      return WaitClass::park;
  }
}

// A wait on a file; `on_disk` is the class if it is one of a file system.
PolledWait on_file(PolledWait wait, WaitClass on_disk) {
  if (wait.wait_class == WaitClass::disk_other) wait.wait_class = on_disk;
  return wait;
}

// None is a sleep, or for ever what arm64 has for pause(): see class_of_poll() of bpf/wait_class.h.
WaitClass class_of_poll(const PolledCall& call) {
  if (call.arguments[1] != 0) return WaitClass::poll;
  const bool forever = call.number == SYS_ppoll ? call.arguments[2] == 0
                                                : static_cast<std::int32_t>(call.arguments[2]) < 0;
  return forever ? WaitClass::other : WaitClass::timer;
}

}  // namespace

std::optional<PolledCall> parse_polled_call(std::string_view text) {
  text = trim(text);
  PolledCall call;
  const auto number = parse_number<long>(take_word(text));  // "running" is none
  if (!number) return std::nullopt;
  call.number = *number;
  if (call.number < 0) return call;
  for (std::uint64_t& argument : call.arguments) {
    const auto value = parse_hex(take_word(text));
    if (!value) return std::nullopt;
    argument = *value;
  }
  return call;
}

PolledWait classify(const PolledCall& call, const std::function<PolledWait(std::uint64_t)>& what_is,
                    const std::function<bool()>& is_uninterruptible) {
  const std::uint64_t first = call.arguments[0];
  switch (call.number) {
    case -1:
      return {is_uninterruptible() ? WaitClass::page_fault : WaitClass::other, ""};
    case SYS_futex:
      return {class_of_futex(call), ""};
    case kFutexWaitv:
    case kFutexWait:
      return {WaitClass::park, ""};
#ifdef SYS_epoll_wait
    case SYS_epoll_wait:
#endif
    case SYS_epoll_pwait:
      return {WaitClass::poll, ""};
#ifdef SYS_poll
    case SYS_poll:
#endif
    case SYS_ppoll:
      return {class_of_poll(call), ""};
#ifdef SYS_select
    case SYS_select:
#endif
    case SYS_pselect6:
      return {first == 0 ? WaitClass::timer : WaitClass::poll, ""};
    case SYS_read:
    case SYS_readv:
    case SYS_pread64:
    case SYS_preadv:
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_recvmmsg:
    case SYS_accept:
    case SYS_accept4:
    case SYS_sendfile:
      return on_file(what_is(first), WaitClass::disk_read);
    case SYS_write:
    case SYS_writev:
    case SYS_pwrite64:
    case SYS_pwritev:
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_sendmmsg:
    case SYS_connect:
      return on_file(what_is(first), WaitClass::disk_write);
    case SYS_fsync:
    case SYS_fdatasync:
    case SYS_sync:
    case SYS_syncfs:
    case SYS_msync:
      return {WaitClass::disk_sync, ""};
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
      return {WaitClass::timer, ""};
    case SYS_wait4:
    case SYS_waitid:
      return {WaitClass::child, ""};
#ifdef SYS_io_uring_enter
    case SYS_io_uring_enter:
      return {WaitClass::io_uring, ""};
#endif
    case SYS_semop:
    case SYS_semtimedop:
    case SYS_flock:
      return {WaitClass::lock, ""};
    default:
      return {is_uninterruptible() ? WaitClass::disk_other : WaitClass::other, ""};
  }
}

}  // namespace boundscope
