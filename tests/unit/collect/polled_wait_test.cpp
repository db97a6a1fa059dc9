// What a look at a thread's system call says about its wait.
#include "collect/polled_wait.h"

#include <doctest/doctest.h>
#include <sys/syscall.h>

using namespace boundscope;

namespace {

std::string line(long call, const std::string& arguments) {
  return std::to_string(call) + " " + arguments + " 0x0 0x0 0x0 0x7ffe 0x7fff\n";
}

WaitClass class_of(const std::string& text, PolledWait file = {WaitClass::other, ""},
                   bool uninterruptible = false) {
  const auto call = parse_polled_call(text);
  REQUIRE(call);
  return classify(
             *call, [&](std::uint64_t) { return file; }, [&] { return uninterruptible; })
      .wait_class;
}

}  // namespace

TEST_CASE("polling: a thread that runs or could run does not wait") {
  CHECK_FALSE(parse_polled_call("running\n"));
  CHECK_FALSE(parse_polled_call(""));
  CHECK_FALSE(parse_polled_call("0 3 4\n"));  // arguments are hexadecimal
}

TEST_CASE("polling: the arguments of the call are told from each other") {
  const auto call = parse_polled_call("0 0x3 0xffffffff00000004 0x5 0x0 0x0 0x0 0x7ffe 0x7fff\n");

  REQUIRE(call);
  CHECK(call->number == 0);
  CHECK(call->arguments[0] == 3);
  CHECK(call->arguments[1] == 0xffffffff00000004);
  CHECK(call->arguments[2] == 5);
}

TEST_CASE("polling: a futex is a lock where its word says that others wait") {
  CHECK(class_of(line(SYS_futex, "0x7f00 0x80 0x2")) == WaitClass::lock);
  CHECK(class_of(line(SYS_futex, "0x7f00 0x80 0x80000001")) == WaitClass::lock);
  CHECK(class_of(line(SYS_futex, "0x7f00 0x80 0x0")) == WaitClass::park);
  CHECK(class_of(line(SYS_futex, "0x7f00 0x189 0x0")) == WaitClass::park);
}

TEST_CASE("polling: waits on descriptors are what their files are") {
  const PolledWait on_disk{WaitClass::disk_other, ""};

  CHECK(class_of(line(SYS_read, "0x3 0x0 0x1"), on_disk) == WaitClass::disk_read);
  CHECK(class_of(line(SYS_write, "0x3 0x0 0x1"), on_disk) == WaitClass::disk_write);
  CHECK(class_of(line(SYS_fsync, "0x3 0x0 0x0")) == WaitClass::disk_sync);
  CHECK(class_of(line(SYS_recvfrom, "0x3 0x0 0x1"), {WaitClass::upstream, "10.0.0.7:5432"}) ==
        WaitClass::upstream);
  CHECK(class_of(line(SYS_epoll_pwait, "0x3 0x0 0x1")) == WaitClass::poll);
}

TEST_CASE("polling: to poll nothing is to sleep, or to pause") {
  CHECK(class_of(line(SYS_ppoll, "0x7f00 0x2 0x0")) == WaitClass::poll);
  CHECK(class_of(line(SYS_ppoll, "0x0 0x0 0x7ffe")) == WaitClass::timer);
  CHECK(class_of(line(SYS_ppoll, "0x0 0x0 0x0")) == WaitClass::other);
#ifdef SYS_poll
  CHECK(class_of(line(SYS_poll, "0x0 0x0 0x64")) == WaitClass::timer);
  CHECK(class_of(line(SYS_poll, "0x0 0x0 0xffffffff")) == WaitClass::other);
#endif
}

TEST_CASE("polling: outside of system calls only the state says whether it is a fault") {
  CHECK(class_of("-1 0x7ffe 0x7fff\n", {}, true) == WaitClass::page_fault);
  CHECK(class_of("-1 0x7ffe 0x7fff\n", {}, false) == WaitClass::other);
}
