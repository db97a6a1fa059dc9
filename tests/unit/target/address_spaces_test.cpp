// When the mappings of processes are read again.
#include "target/address_spaces.h"

#include <doctest/doctest.h>

#include <string>

#include "support/proc_tree.h"

using namespace boundscope;
using boundscope::test::ProcTree;

namespace {

constexpr pid_t kPid = 70;

// Both clocks stand still but for what the test says. A reading takes `reading_ns`.
struct FakeTime {
  static inline double now_ns;
  static inline double cpu_ns;
  static inline double reading_ns;

  static double now() { return now_ns; }
  static double cpu() { return cpu_ns += reading_ns; }
};

struct Fixture {
  explicit Fixture(double reading_ns) {
    FakeTime::now_ns = FakeTime::cpu_ns = 0;
    FakeTime::reading_ns = reading_ns;
    is_program({});
    maps_file("old");
  }

  struct Program {
    std::string comm = "app";
    int start_ticks = 500;
    int code_start = 0x1000;
    int stack_start = 0x8000;
  };
  void is_program(const Program& program, pid_t pid = kPid) const {
    const std::string id = std::to_string(pid);
    tree.files.write("proc/" + id + "/task/" + id + "/stat",
                     id + " (" + program.comm + ") S 1 " + id +
                         " 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 " + std::to_string(program.start_ticks) +
                         " 0 10 0 " + std::to_string(program.code_start) + " 0 " +
                         std::to_string(program.stack_start) + "\n");
  }
  void maps_file(const std::string& name, pid_t pid = kPid) const {
    tree.files.write("proc/" + std::to_string(pid) + "/maps",
                     "1000-2000 r-xp 00000000 08:01 11 /" + name + "\n");
  }
  std::string mapped(pid_t pid = kPid) { return spaces.of(pid).space.resolve(0x1000).module; }
  void next_window() {
    FakeTime::now_ns += 1e9;
    spaces.forget();
  }

  ProcTree tree;
  AddressSpaces spaces{ProcFs(tree.roots().proc), {FakeTime::now, FakeTime::cpu}};
};

}  // namespace

TEST_CASE("address spaces: read once a window") {
  Fixture process(0.1e6);
  CHECK(process.mapped() == "old");
  process.maps_file("new");
  CHECK(process.mapped() == "old");

  process.next_window();
  CHECK(process.mapped() == "new");
}

TEST_CASE("address spaces: what takes long is read less often, for a thousandth of a CPU") {
  Fixture process(3e6);
  CHECK(process.mapped() == "old");
  process.maps_file("new");

  process.next_window();
  CHECK(process.mapped() == "old");
  process.next_window();
  CHECK(process.mapped() == "old");
  process.next_window();
  CHECK(process.mapped() == "new");
}

TEST_CASE("address spaces: many processes take as long as one large one") {
  Fixture processes(0.1e6);
  constexpr int kMany = 25;  // 2.5 ms together
  for (pid_t pid = kPid; pid < kPid + kMany; ++pid) {
    processes.is_program({}, pid);
    processes.maps_file("old", pid);
    CHECK(processes.mapped(pid) == "old");
    processes.maps_file("new", pid);
  }

  for (int window = 0; window < 2; ++window) {
    processes.next_window();
    for (pid_t pid = kPid; pid < kPid + kMany; ++pid) CHECK(processes.mapped(pid) == "old");
  }
  processes.next_window();
  CHECK(processes.mapped(kPid) == "new");
  CHECK(processes.mapped(kPid + kMany - 1) == "new");
}

TEST_CASE("address spaces: another program is read at once") {
  Fixture process(1e9);
  CHECK(process.mapped() == "old");
  process.maps_file("new");

  SUBCASE("after exec") { process.is_program({.code_start = 0x5000}); }
  SUBCASE("after exec, at a place that is always the same") {
    process.is_program({.stack_start = 0x9000});
  }
  SUBCASE("of another process with the same pid") { process.is_program({.start_ticks = 600}); }

  process.next_window();
  CHECK(process.mapped() == "new");
}

TEST_CASE("address spaces: a name that changes is no other program") {
  Fixture process(1e9);
  CHECK(process.mapped() == "old");
  process.maps_file("new");
  process.is_program({.comm = "renamed"});

  process.next_window();
  CHECK(process.mapped() == "old");
}

TEST_CASE(
    "address spaces: however long reading takes, what is known is no older than ten seconds") {
  Fixture process(1e9);
  CHECK(process.mapped() == "old");
  process.maps_file("new");

  for (int window = 0; window < 9; ++window) process.next_window();
  CHECK(process.mapped() == "old");
  process.next_window();
  CHECK(process.mapped() == "new");
}

TEST_CASE("address spaces: processes that were not asked for lately cost nothing") {
  Fixture processes(0.1e6);
  for (pid_t pid = 1000; pid < 2000; ++pid) CHECK(processes.mapped(pid).empty());
  CHECK(processes.mapped() == "old");

  processes.next_window();
  processes.next_window();
  CHECK(processes.mapped() == "old");
  processes.maps_file("new");
  processes.next_window();
  CHECK(processes.mapped() == "new");
}

TEST_CASE("address spaces: what is known of a process that is gone is kept") {
  Fixture process(0.1e6);
  CHECK(process.mapped() == "old");
  process.tree.files.remove("proc/70");

  process.next_window();
  CHECK(process.mapped() == "old");
  CHECK(process.mapped(4711).empty());
}
