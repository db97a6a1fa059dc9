// Which runtime hosts a process's program, what else is in it, and what finding that out costs.
#include "target/runtime.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "runtime_elf.h"
#include "support/proc_tree.h"
#include "target/describe_process.h"
#include "target/runtime_ruby.h"

using namespace boundscope;
using namespace boundscope::test;
using namespace std::string_literals;

namespace {

using Names = std::vector<std::string>;

// A process whose files can be made up one by one; all of them are below its own root.
struct FakeProgram {
  explicit FakeProgram(const FakeElf& exe, const std::string& name = "service") {
    tree.files.write(name, make_elf(exe));
    tree.process({.pid = 7, .exe = tree.files.path(name)});
  }

  // A library or extension that the process has mapped as code.
  void maps_file(const std::string& path, const FakeElf& content = {}) {
    tree.files.write("proc/7/root" + path, make_elf(content));
    maps +=
        "00500000-00501000 r-xp 00000000 08:01 " + std::to_string(++inode) + "   " + path + "\n";
  }
  void maps_line(const std::string& line) { maps += line + "\n"; }
  void command(const std::string& line) { tree.files.write("proc/7/cmdline", line); }

  RuntimeGuess guess() {
    tree.files.write("proc/7/maps", maps);
    const ProcFs proc(tree.roots().proc);
    return RuntimeDetector(proc).of_process(7);
  }

  ProcTree tree;
  std::string maps;
  int inode = 10;
};

const FakeElf kLauncher{.needed = {"libc.so.6"}, .code_bytes = 4096};
const FakeElf kLargeProgram{.needed = {"libstdc++.so.6", "libc.so.6"}, .code_bytes = 8 << 20};
const FakeElf kRustLibrary{.sections = {{".comment", "rustc version 1.75.0"}}};
const FakeElf kCppLibrary{.needed = {"libstdc++.so.6"}};
const FakeElf kCLibrary{.needed = {"libc.so.6"}};

constexpr const char* kLibjvm = "/opt/jdk-21/lib/server/libjvm.so";
constexpr const char* kLibpython = "/usr/lib/libpython3.11.so.1.0";

}  // namespace

TEST_CASE("runtime: a launcher hands its process over to the runtime that it loads") {
  FakeProgram java(kLauncher, "java");
  java.maps_file(kLibjvm);

  CHECK(java.guess().runtime == Runtime::jvm);
  CHECK(java.guess().version == "21");
  CHECK(java.guess().language == "java");
  CHECK(java.guess().embedded.empty());
}

TEST_CASE("runtime: a server made for it hosts Python, a database only embeds it") {
  FakeProgram server(kLargeProgram, "uwsgi-core");
  server.maps_file(kLibpython);
  FakeProgram database(kLargeProgram, "postgres");
  database.maps_file(kLibpython);

  CHECK(server.guess().runtime == Runtime::cpython);
  CHECK(server.guess().version == "3.11");
  CHECK(server.guess().language == "python");
  CHECK(database.guess().runtime == Runtime::native);
  CHECK(database.guess().language == "c++");
  CHECK(database.guess().embedded == Names{"python"});
}

TEST_CASE("runtime: Python that is a part of the executable is seen") {
  FakeElf parts = kLargeProgram;
  parts.sections = {{".PyRuntime", "x"}};
  FakeProgram server(parts, "uwsgi");
  FakeProgram other(parts, "blender");

  CHECK(server.guess().runtime == Runtime::cpython);
  CHECK(other.guess().runtime == Runtime::native);
  CHECK(other.guess().embedded == Names{"python"});
}

TEST_CASE("runtime: an executable that is a runtime hosts, and what it loads is embedded") {
  FakeProgram python({.sections = {{".dynstr", "\0Py_BytesMain\0"s}}}, "python3.11");
  python.maps_file(kLibjvm);

  CHECK(python.guess().runtime == Runtime::cpython);
  CHECK(python.guess().embedded == Names{"java"});
}

TEST_CASE("runtime: extensions tell what they are written in, the standard library's do not") {
  FakeProgram python({.sections = {{".text", "x"}}}, "python3.11");
  python.maps_file("/usr/lib/python3.11/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so",
                   kCLibrary);
  python.maps_file("/usr/lib/x86_64-linux-gnu/libicu.so", kCppLibrary);
  CHECK(python.guess().embedded.empty());

  python.maps_file("/usr/lib/python3/dist-packages/x/_rust.abi3.so", kRustLibrary);
  python.maps_file("/srv/venv/lib/python3.11/site-packages/fast.so", kCppLibrary);
  CHECK(python.guess().embedded == Names{"c++", "rust"});
}

TEST_CASE("runtime: native addons of Node and libraries bound to Java are seen") {
  FakeProgram node({.sections = {{".dynstr", "\0napi_module_register\0"s}}}, "node");
  node.maps_file("/srv/app/node_modules/x/build/Release/x.node", kCppLibrary);
  FakeProgram java(kLauncher, "java");
  java.maps_file(kLibjvm);
  java.maps_file("/opt/jdk-21/lib/libnio.so", {.sections = {{".dynstr", "\0JNI_OnLoad\0"s}}});
  FakeElf library = kRustLibrary;
  library.sections.push_back({".dynstr", "\0JNI_OnLoad\0"s});
  CHECK(java.guess().embedded.empty());
  java.maps_file("/tmp/libstore123.so", library);

  CHECK(node.guess().embedded == Names{"c++"});
  CHECK(java.guess().embedded == Names{"jni", "rust"});
}

TEST_CASE("runtime: an extension that is mapped is read even if its name leads elsewhere") {
  FakeProgram python({.sections = {{".text", "x"}}}, "python3.11");
  python.maps_file("/srv/site-packages/x.abi3.so", kCLibrary);
  python.tree.files.write("upgraded", make_elf(kRustLibrary));
  python.tree.files.link("proc/7/map_files/00500000-00501000", python.tree.files.path("upgraded"));

  CHECK(python.guess().embedded == Names{"rust"});
}

TEST_CASE("runtime: extensions that are no regular files are left alone") {
  FakeProgram python({.sections = {{".text", "x"}}}, "python3.11");
  python.maps_line("00500000-00501000 r-xp 00000000 08:01 5 /srv/site-packages/x.abi3.so");
  python.tree.files.make_directory("proc/7/root/srv/site-packages/x.abi3.so");
  python.maps_line("00500000-00501000 r-xp 00000000 08:01 6 /srv/site-packages/out.abi3.so");
  python.tree.files.write("outside", make_elf(kRustLibrary));
  python.tree.files.link("proc/7/root/srv/site-packages/out.abi3.so", "../../../../../../outside");

  CHECK(python.guess().runtime == Runtime::cpython);
  CHECK(python.guess().embedded.empty());
}

TEST_CASE("runtime: Erlang and Elixir are told apart by what the emulator was started with") {
  FakeProgram program({.sections = {{".text", "x"}}}, "beam.smp");
  program.command("beam.smp\0--\0-noshell\0-s\0main\0"s);
  CHECK(program.guess().language == "erlang");

  program.command("beam.smp\0--\0-noshell\0-s\0elixir\0start_cli\0"s);
  CHECK(program.guess().language == "elixir");
}

TEST_CASE("runtime: Lua says whether it compiles") {
  FakeProgram plain({.sections = {{".text", "x"}}}, "lua5.4");
  FakeProgram compiling({.sections = {{".text", "x"}}}, "luajit-2.1.0-beta3");

  CHECK(plain.guess().jit == "none");
  CHECK(compiling.guess().jit == "luajit");
  CHECK(compiling.guess().runtime == Runtime::lua);
}

TEST_CASE("runtime: Ruby's compiler is known by options, environment or the code it has made") {
  CHECK(ruby_jit({.command_line = "ruby\0--yjit\0app.rb\0"s, .maps_known = true}) == "yjit");
  CHECK(ruby_jit({.command_line = "ruby\0--yjit-exec-mem-size=64\0x\0"s}) == "yjit");
  CHECK(ruby_jit({.command_line = "ruby\0app.rb\0--yjit\0"s, .maps_known = true}) == "none");
  CHECK(ruby_jit({.options = "-W0 --yjit", .maps_known = true}) == "yjit");
  CHECK(ruby_jit({.yjit_enable = "1", .maps_known = true}) == "yjit");
  CHECK(ruby_jit({.command_line = "ruby\0--mjit\0x\0"s, .maps_known = true}) == "mjit");
  CHECK(ruby_jit({.maps_known = true, .anonymous_code = true}) == "yjit");
  CHECK(ruby_jit({.maps_known = true}) == "none");
}

TEST_CASE("runtime: whether Ruby compiles is unknown where nothing tells") {
  CHECK(ruby_jit({}) == "");
  CHECK(ruby_jit({.command_line = "ruby\0--jit\0x\0"s, .maps_known = true}) == "");
}

TEST_CASE("runtime: code that no file holds marks a Ruby that compiles") {
  FakeProgram ruby({.sections = {{".text", "x"}}}, "ruby3.1");
  ruby.maps_file("/usr/lib/x86_64-linux-gnu/libruby-3.1.so.3.1.2");
  CHECK(ruby.guess().jit == "none");
  CHECK(ruby.guess().version == "3.1.2");

  ruby.maps_line("7f00-8f00 r-xp 00000000 00:00 0 ");
  CHECK(ruby.guess().jit == "yjit");
}

TEST_CASE("runtime: an executable that cannot be opened leaves the runtime unknown") {
  const ProcTree tree;
  const ProcFs proc(tree.roots().proc);

  CHECK(RuntimeDetector(proc).of_process(9).runtime == Runtime::unknown);
}

TEST_CASE("runtime: broken lists of mappings are survived") {
  FakeProgram python({.sections = {{".text", "x"}}}, "python3.11");
  python.maps = "\n\n x\n1-2 r-xp\n1-2 r-xp 0 0 0\n1-2 r-xp 0 0 0 relative\n1-2 rwxp 0 0 0 /\n" +
                std::string(10'000, '/') + "\n" + std::string(10, '\0');

  CHECK(python.guess().runtime == Runtime::cpython);
  CHECK(python.guess().embedded.empty());
}

TEST_CASE("runtime: 500 processes of one executable cost as much as eight") {
  ProcTree tree;
  tree.files.write("python3.11", make_elf({.sections = {{".text", "x"}}}));
  for (pid_t pid = 1000; pid < 1500; ++pid) {
    tree.process({.pid = pid, .exe = tree.files.path("python3.11")});
    const std::string at = "proc/" + std::to_string(pid);
    tree.files.write(at + "/cmdline", "gunicorn\0app\0"s);
    tree.files.write(at + "/maps", "1-2 r-xp 0 08:01 5 /srv/site-packages/x.abi3.so\n");
    if (pid == 1000) {
      tree.files.write(at + "/root/srv/site-packages/x.abi3.so", make_elf(kRustLibrary));
    }
  }
  const ProcFs proc(tree.roots().proc);
  RuntimeDetector detector(proc);

  for (pid_t pid = 1000; pid < 1500; ++pid) {
    CHECK(detector.of_process(pid).embedded == Names{"rust"});
  }
  CHECK(detector.files_read() == 2);
  CHECK(detector.processes_read() == 8);
}

TEST_CASE("runtime: processes of one executable with other arguments are looked at again") {
  ProcTree tree;
  tree.files.write("beam.smp", make_elf({.sections = {{".text", "x"}}}));
  tree.process({.pid = 7, .exe = tree.files.path("beam.smp")});
  tree.process({.pid = 8, .exe = tree.files.path("beam.smp")});
  tree.files.write("proc/7/cmdline", "beam.smp\0"s);
  tree.files.write("proc/8/cmdline", "beam.smp\0-s\0elixir\0"s);
  const ProcFs proc(tree.roots().proc);
  RuntimeDetector detector(proc);

  CHECK(detector.of_process(7).language == "erlang");
  CHECK(detector.of_process(8).language == "elixir");
  CHECK(detector.files_read() == 1);
}

TEST_CASE("runtime: a process that executes another program is seen in its new runtime") {
  ProcTree tree;
  tree.files.write("sh", make_elf(kLauncher));
  tree.files.write("server", make_elf(go_program("go1.22.3")));
  tree.process({.pid = 7, .exe = tree.files.path("sh")});
  const ProcFs proc(tree.roots().proc);
  RuntimeDetector detector(proc);
  CHECK(detector.of_process(7).runtime == Runtime::native);

  tree.process({.pid = 7, .exe = tree.files.path("server")});

  CHECK(detector.of_process(7).runtime == Runtime::go);
}

TEST_CASE("runtime: a description takes over all that was found, and forgets what was not") {
  TargetProcess process;
  process.collector = "g1";
  process.embedded = {"jni"};
  RuntimeGuess guess;
  guess.runtime = Runtime::ruby;
  guess.version = "3.3";
  guess.vendor = "rbenv";
  guess.jit = "yjit";
  guess.language = "ruby";
  guess.embedded = {"rust"};

  set_runtime(process, guess);

  CHECK(process.runtime == Runtime::ruby);
  CHECK(process.runtime_version == "3.3");
  CHECK(process.runtime_vendor == "rbenv");
  CHECK(process.collector == "");
  CHECK(process.jit == "yjit");
  CHECK(process.language == "ruby");
  CHECK(process.embedded == Names{"rust"});
}

TEST_CASE("runtime: this test itself is native and written in C++") {
  const ProcFs proc;
  const RuntimeGuess guess = RuntimeDetector(proc).of_process(::getpid());

  CHECK(guess.runtime == Runtime::native);
  CHECK(guess.language == "c++");
}
