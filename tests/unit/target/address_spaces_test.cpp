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
    is_program("app", 0x1000);
    maps_file("old");
  }

  void is_program(const std::string& comm, int code_start, pid_t pid = kPid) const {
    tree.files.write("proc/" + std::to_string(pid) + "/stat",
                     std::to_string(pid) + " (" + comm + ") S 1 " + std::to_string(pid) +
                         " 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 500 0 10 0 " +
                         std::to_string(code_start) + "\n");
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
    processes.is_program("worker", 0x1000, pid);
    processes.maps_file("old", pid);
    CHECK(processes.mapped(pid) == "old");
    processes.maps_file("new", pid);
  }

  processes.next_window();
  processes.next_window();
  CHECK(processes.mapped(kPid) == "old");
  CHECK(processes.mapped(kPid + kMany - 1) == "old");
  processes.next_window();
  CHECK(processes.mapped(kPid) == "new");
  CHECK(processes.mapped(kPid + kMany - 1) == "new");
}

TEST_CASE("address spaces: another program is read at once") {
  Fixture process(1e9);
  CHECK(process.mapped() == "old");
  process.maps_file("new");

  SUBCASE("of another name") { process.is_program("other", 0x1000); }
  SUBCASE("at another place") { process.is_program("app", 0x5000); }

  process.next_window();
  CHECK(process.mapped() == "new");
}

TEST_CASE("address spaces: what is known of a process that is gone is kept") {
  Fixture process(0.1e6);
  CHECK(process.mapped() == "old");
  process.tree.files.remove("proc/70");

  process.next_window();
  CHECK(process.mapped() == "old");
  CHECK(process.mapped(4711).empty());
}
