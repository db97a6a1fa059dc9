#include "target/unwind/unwinder.h"

#include <doctest/doctest.h>
#include <execinfo.h>
#include <fcntl.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "target/unwind/unwind_table.h"

using namespace boundscope;

namespace {

// Our own registers and stack, and what the C library says who called.
struct Here {
  ucontext_t context{};
  std::string stack;
  std::array<void*, 64> callers{};
  int depth = 0;

  UserStack user_stack() const {
#if defined(__aarch64__)
    const auto& registers = context.uc_mcontext;
    return {registers.pc, registers.sp, registers.regs[29], registers.regs[30], stack};
#else
    const auto& registers = context.uc_mcontext.gregs;
    return {static_cast<std::uint64_t>(registers[REG_RIP]),
            static_cast<std::uint64_t>(registers[REG_RSP]),
            static_cast<std::uint64_t>(registers[REG_RBP]), 0, stack};
#endif
  }
};

[[gnu::noinline]] void look_around(Here& here) {
  here.depth = backtrace(here.callers.data(), static_cast<int>(here.callers.size()));
  getcontext(&here.context);
  // By the file: the stack may end before the buffer does.
  const UniqueFd memory(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
  here.stack.resize(16 * 1024);
  const ssize_t got = pread(memory.get(), here.stack.data(), here.stack.size(),
                            static_cast<off_t>(here.user_stack().sp));
  here.stack.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
}

[[gnu::noinline]] int deeper(int levels, Here& here) {
  if (levels > 0) return deeper(levels - 1, here) + 1;
  look_around(here);
  return 0;
}

}  // namespace

TEST_CASE("unwinder: finds the callers that the C library finds, without being told") {
  Here here;
  CHECK(deeper(5, here) == 5);
  AddressSpaces spaces((ProcFs("/proc")));
  Unwinder unwinder(ProcFs("/proc"), spaces);

  const UnwoundStack stack = unwinder.unwind(getpid(), here.user_stack(), 64);

  REQUIRE(here.depth > 8);
  REQUIRE(stack.addresses.size() > 6);
  // The innermost frame is look_around() in both, at different places. Sanitizers put a backtrace()
  // of their own inside it.
  const auto* begin = here.callers.data();
  const auto* end = begin + here.depth;
  const auto* caller = std::find(begin, end, reinterpret_cast<void*>(stack.addresses[1]));
  REQUIRE(caller - begin <= 2);
  for (std::size_t i = 1; i < 6; ++i)
    CHECK(stack.addresses[i] == reinterpret_cast<std::uint64_t>(caller[i - 1]));
}

TEST_CASE("unwinder: a process that is not there has a stack of one frame") {
  AddressSpaces spaces((ProcFs("/nowhere")));
  Unwinder unwinder(ProcFs("/nowhere"), spaces);
  const std::string bytes(64, '\0');

  const UnwoundStack stack = unwinder.unwind(1, {0x1234, 0x5678, 0, 0, bytes}, 64);

  CHECK(stack.addresses == std::vector<std::uint64_t>{0x1234});
  CHECK(stack.cut);
}

TEST_CASE("unwinder: what is no ELF file has no tables") {
  CHECK_FALSE(UnwindTable::open(UniqueFd{}));
  CHECK_FALSE(UnwindTable::open(UniqueFd(::open("/proc/self/maps", O_RDONLY | O_CLOEXEC))));
}
