#include "analyze/owners.h"

#include <doctest/doctest.h>

#include <ostream>

namespace boundscope {

std::ostream& operator<<(std::ostream& out, CpuOwner value) { return out << to_string(value); }

namespace {

Owned owner(std::string module, std::string symbol, Runtime runtime = Runtime::native,
            std::string_view comm = "worker") {
  Stack stack;
  stack.in_kernel = module == "[kernel]";
  stack.frames.push_back({std::move(module), std::move(symbol), 0});
  return owner_of(stack, comm, runtime);
}

TEST_CASE("owners: the executable of a compiled program is application code") {
  CHECK(owner("api", "main.handle", Runtime::go).owner == CpuOwner::application);
  CHECK(owner("nginx", "").owner == CpuOwner::application);
  CHECK(owner("thing", "", Runtime::unknown).owner == CpuOwner::application);
}

TEST_CASE("owners: the executable of an interpreter is the interpreter") {
  CHECK(owner("python3.11", "", Runtime::cpython).owner == CpuOwner::interpreter);
  CHECK(owner("libpython3.11.so.1.0", "", Runtime::cpython).owner == CpuOwner::interpreter);
  CHECK(owner("ruby3.1", "", Runtime::ruby).owner == CpuOwner::interpreter);
  CHECK(owner("php-fpm8.2", "", Runtime::php).owner == CpuOwner::interpreter);
}

TEST_CASE("owners: compiled JavaScript is application code, the engine is runtime") {
  CHECK(owner("[jit]", "", Runtime::node).owner == CpuOwner::application);
  CHECK(owner("node", "v8::Call", Runtime::node).owner == CpuOwner::runtime);
}

TEST_CASE("owners: threads of the JVM are told apart by name") {
  CHECK(owner("libjvm.so", "", Runtime::jvm, "GC Thread#0").owner == CpuOwner::gc);
  CHECK(owner("libjvm.so", "", Runtime::jvm, "G1 Main Marker").owner == CpuOwner::gc);
  CHECK(owner("libjvm.so", "", Runtime::jvm, "C2 CompilerThre").owner == CpuOwner::jit_compiler);
  CHECK(owner("libjvm.so", "", Runtime::jvm, "http-nio-1").owner == CpuOwner::runtime);
  CHECK(owner("[jit]", "", Runtime::jvm, "http-nio-1").owner == CpuOwner::application);
}

TEST_CASE("owners: a name that is the JVM's says nothing in other programs") {
  CHECK(owner("api", "", Runtime::native, "GC Thread#0").owner == CpuOwner::application);
}

TEST_CASE("owners: libraries are named without their version") {
  CHECK(owner("libssl.so.3", "").owner == CpuOwner::native_library);
  CHECK(owner("libssl.so.3", "").name == "libssl");
  CHECK(owner("libc-2.31.so", "memcpy").name == "libc");
  CHECK(owner("_json.cpython-311-x86_64-linux-gnu.so", "").name == "_json");
}

TEST_CASE("owners: allocation is told from the rest of its library") {
  CHECK(owner("libc.so.6", "malloc").owner == CpuOwner::allocator);
  CHECK(owner("libc.so.6", "_int_free").owner == CpuOwner::allocator);
  CHECK(owner("libc.so.6", "__libc_malloc").owner == CpuOwner::allocator);
  CHECK(owner("libstdc++.so.6", "operator new(unsigned long)").owner == CpuOwner::allocator);
  CHECK(owner("libjemalloc.so.2", "").owner == CpuOwner::allocator);
  CHECK(owner("libc.so.6", "memcpy").owner == CpuOwner::native_library);
}

TEST_CASE("owners: kernel time is grouped by what the kernel does") {
  CHECK(owner("[kernel]", "tcp_sendmsg").owner == CpuOwner::kernel);
  CHECK(owner("[kernel]", "tcp_sendmsg").name == "network");
  CHECK(owner("[kernel]", "ext4_write_iter").name == "files");
  CHECK(owner("[kernel]", "clear_page_erms").name == "memory");
  CHECK(owner("[kernel]", "do_epoll_wait").name == "scheduling");
  CHECK(owner("[kernel]", "entry_SYSCALL_64").name == "other");
}

TEST_CASE("owners: a helper in the kernel belongs to whoever called it") {
  Stack stack;
  stack.in_kernel = true;
  stack.frames = {{"[kernel]", "rep_movs_alternative", 0}, {"[kernel]", "tcp_recvmsg", 0}};

  CHECK(owner_of(stack, "worker", Runtime::native).name == "network");
}

TEST_CASE("owners: what could not be resolved is unknown") {
  CHECK(owner("", "").owner == CpuOwner::unknown);
  CHECK(owner_of(Stack{}, "worker", Runtime::go).owner == CpuOwner::unknown);
}

}  // namespace
}  // namespace boundscope
