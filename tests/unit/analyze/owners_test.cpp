#include "analyze/owners.h"

#include <doctest/doctest.h>

#include <ostream>

namespace boundscope {

std::ostream& operator<<(std::ostream& out, CpuOwner value) { return out << to_string(value); }

namespace {

Owned owner(std::string module, std::string symbol, Runtime runtime = Runtime::native,
            std::string_view comm = "worker") {
  Recording recording;
  Stack stack;
  stack.in_kernel = module == "[kernel]";
  stack.frames = {0};
  recording.frames.push_back({.module = std::move(module), .symbol = std::move(symbol)});
  recording.stacks.push_back(stack);
  recording.processes.push_back({.pid = 1, .runtime = runtime});
  return Owners(recording).of(1, comm, true, 0);
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

TEST_CASE("owners: what a program does at each write is gc, but no collector's work") {
  const Owned barrier = owner("libruby-3.1.so.3.1.2", "rb_gc_writebarrier", Runtime::ruby);
  CHECK(barrier.owner == CpuOwner::gc);
  CHECK(barrier.is_barrier);
  CHECK(barrier.name == "write barrier");
  CHECK_FALSE(owner("libruby-3.1.so.3.1.2", "rb_gc_mark", Runtime::ruby).is_barrier);
  CHECK(owner("node", "Builtins_RecordWriteSaveFP", Runtime::node).is_barrier);
}

TEST_CASE("owners: a name that is the JVM's says nothing in other programs") {
  CHECK(owner("api", "", Runtime::native, "GC Thread#0").owner == CpuOwner::application);
}

TEST_CASE("owners: libraries are named without their version") {
  CHECK(owner("libssl.so.3", "").owner == CpuOwner::native_library);
  CHECK(owner("libssl.so.3", "").name == "libssl (cryptography)");
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
  Recording recording;
  recording.frames = {{.module = "[kernel]", .symbol = "rep_movs_alternative"},
                      {.module = "[kernel]", .symbol = "tcp_recvmsg"}};
  stack.frames = {0, 1};

  recording.stacks = {stack};
  CHECK(Owners(recording).of(1, "worker", true, 0).name == "network");
}

// Of a stack in user space, leaf first, on the main thread unless it is said.
Owned owner_of(std::vector<Frame> frames, Runtime runtime, bool main_thread = true) {
  Recording recording;
  Stack stack;
  for (std::uint32_t i = 0; i < frames.size(); ++i) stack.frames.push_back(i);
  recording.frames = std::move(frames);
  recording.stacks = {stack};
  recording.processes.push_back({.pid = 1, .runtime = runtime});
  return Owners(recording).of(1, "worker", main_thread, 0);
}

const Frame kPythonLoop{.module = "python3.11", .symbol = "_PyEval_EvalFrameDefault"};

TEST_CASE("owners: a library called from the language is native, and so is what it calls") {
  const Owned deflate = owner_of(
      {{.module = "libz.so.1"}, {.module = "zlib.cpython-311-x86_64-linux-gnu.so"}, kPythonLoop},
      Runtime::cpython);
  const Owned copy = owner_of({{.module = "libc.so.6", .symbol = "memcpy"},
                               {.module = "libz.so.1"},
                               {.module = "zlib.so"},
                               {.module = "libruby-3.1.so", .symbol = "rb_vm_exec"}},
                              Runtime::ruby);

  CHECK(deflate.owner == CpuOwner::native_library);
  CHECK(deflate.name == "libz (compression)");
  CHECK(copy.owner == CpuOwner::native_library);
  CHECK(copy.name == "libz (compression)");
}

TEST_CASE("owners: memory is the allocator's under a library too") {
  const Owned owned =
      owner_of({{.module = "libc.so.6", .symbol = "malloc"}, {.module = "libz.so.1"}, kPythonLoop},
               Runtime::cpython);

  CHECK(owned.owner == CpuOwner::allocator);
}

TEST_CASE("owners: what a built-in calls is its own, up to the loop that called it") {
  const Frame unnamed{.module = "python3.11"};
  const Frame search{.module = "python3.11", .symbol = "py:re.Pattern.search"};

  CHECK(owner_of({unnamed, search, kPythonLoop}, Runtime::cpython).name == "re");
  CHECK(owner_of({unnamed, kPythonLoop, search, kPythonLoop}, Runtime::cpython).owner ==
        CpuOwner::interpreter);
}

TEST_CASE("owners: without a loop in the stack what looks like a caller decides nothing") {
  const Frame unnamed{.module = "python3.11"};
  const Frame search{.module = "python3.11", .symbol = "py:re.Pattern.search"};

  CHECK(owner_of({unnamed, search}, Runtime::cpython).owner == CpuOwner::interpreter);
}

TEST_CASE("owners: methods of Python are built-ins, operators are the language at work") {
  const auto owner_under = [](std::string symbol) {
    return owner_of(
               {{.module = "python3.11"}, {.module = "python3.11", .symbol = symbol}, kPythonLoop},
               Runtime::cpython)
        .owner;
  };
  CHECK(owner_under("py:str.join") == CpuOwner::builtin);
  CHECK(owner_under("py:list.sort") == CpuOwner::builtin);
  CHECK(owner_under("py:set.nb_and") == CpuOwner::builtin);
  CHECK(owner_under("py:dict.mp_subscript") == CpuOwner::interpreter);
  CHECK(owner_under("py:int.nb_add") == CpuOwner::interpreter);
  CHECK(owner_under("py:list.tp_dealloc") == CpuOwner::interpreter);
  CHECK(owner_under("py:dict.tp_traverse") == CpuOwner::gc);
}

TEST_CASE("owners: extension modules are built-ins only if Python brings them") {
  CHECK(owner("_struct.cpython-311-x86_64-linux-gnu.so", "", Runtime::cpython).owner ==
        CpuOwner::builtin);
  CHECK(owner("_multiarray_umath.cpython-311-x86_64-linux-gnu.so", "", Runtime::cpython).owner ==
        CpuOwner::native_library);
}

TEST_CASE("owners: collection on the main thread and on others are two names") {
  const Frame mark{.module = "node", .symbol = "v8::internal::Scavenger::Process"};

  CHECK(owner_of({mark}, Runtime::node, true).name == "main thread");
  CHECK(owner_of({mark}, Runtime::node, false).name == "workers");
}

TEST_CASE("owners: what JavaScript called is a built-in, JavaScript it calls back is not") {
  const Frame sort{.module = "node", .symbol = "v8::internal::Runtime_TypedArraySortFast"};
  const Frame helper{.module = "node", .symbol = "std::__introsort_loop<int*, long>"};
  const Frame script{.module = "[jit]"};

  CHECK(owner_of({helper, sort, script}, Runtime::node).name == "sort");
  CHECK(owner_of({script, script, sort, script}, Runtime::node).owner == CpuOwner::application);
}

TEST_CASE("owners: what could not be resolved is unknown") {
  CHECK(owner("", "").owner == CpuOwner::unknown);
  Recording recording;
  recording.stacks.resize(1);
  CHECK(Owners(recording).of(1, "worker", true, 0).owner == CpuOwner::unknown);
  CHECK(Owners(recording).of(1, "worker", true, 1).owner == CpuOwner::unknown);
}

}  // namespace
}  // namespace boundscope
