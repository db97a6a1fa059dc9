// Reading /proc: fakes for what is rare, the real one for our own process.
#include "target/proc_fs.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cerrno>

#include "support/proc_tree.h"
#include "target/process_table.h"

using namespace boundscope;
using boundscope::test::FakeProcess;
using boundscope::test::ProcTree;

namespace {

std::vector<pid_t> pids_of(const std::vector<const ProcStat*>& processes) {
  std::vector<pid_t> pids;
  for (const ProcStat* process : processes) pids.push_back(process->pid);
  return pids;
}

}  // namespace

TEST_CASE("target: only numbers in /proc are processes") {
  ProcTree tree;
  for (const char* name : {"7", "12", "self", "12x", "0", "-3", "99999999999"}) {
    tree.files.make_directory(std::string("proc/") + name);
  }

  CHECK(ProcFs(tree.roots().proc).pids() == std::vector<pid_t>{7, 12});
}

TEST_CASE("target: a process that vanished is absent, whatever is asked") {
  ProcTree tree;
  const ProcFs proc(tree.roots().proc);

  CHECK(!proc.stat(7));
  CHECK(!proc.status(7));
  CHECK(!proc.memory(7));
  CHECK(!proc.schedstat(7, 7));
  CHECK(!proc.exe(7));
  CHECK(!proc.open_exe(7));
  CHECK(proc.cgroups(7).empty());
  CHECK(proc.threads(7).empty());
  CHECK(proc.maps(7).error == ENOENT);
}

TEST_CASE("target: a FIFO or a directory in place of a file is an error, not a wait") {
  ProcTree tree;
  tree.files.make_directory("proc/7");
  REQUIRE(::mkfifo(tree.files.path("proc/7/stat").c_str(), 0600) == 0);
  REQUIRE(::mkfifo(tree.files.path("proc/7/exe").c_str(), 0600) == 0);
  tree.files.make_directory("proc/7/maps");
  const ProcFs proc(tree.roots().proc);

  CHECK(!proc.stat(7));
  CHECK(!proc.open_exe(7));
  CHECK(proc.maps(7).error == EINVAL);
}

TEST_CASE("target: a file larger than the bound is cut there and says so") {
  ProcTree tree;
  tree.files.write("proc/big", std::string(100'000, 'x'));
  const ProcFs proc(tree.roots().proc);

  const FileText cut = proc.read("big", 99'999);
  const FileText whole = proc.read("big", 100'000);

  CHECK(cut.truncated);
  CHECK(cut.text.size() == 99'999);
  CHECK_FALSE(whole.truncated);
  CHECK(whole.text.size() == 100'000);
}

TEST_CASE("target: stat of another process in the wrong folder is not believed") {
  ProcTree tree;
  tree.process({.pid = 8});
  std::filesystem::rename(tree.files.path("proc/8"), tree.files.path("proc/7"));

  CHECK(!ProcFs(tree.roots().proc).stat(7));
}

TEST_CASE("target: our own process is read from the real /proc") {
  const ProcFs proc;
  const pid_t self = ::getpid();

  const auto stat = proc.stat(self);
  REQUIRE(stat);
  CHECK(stat->parent == ::getppid());
  CHECK(stat->rss_pages > 0);
  CHECK_FALSE(stat->is_kernel_thread());
  CHECK(proc.self() == self);
  CHECK(proc.status(self)->process == self);
  CHECK(proc.status(self)->allowed_cpus > 0);
  CHECK(proc.exe(self)->find("unit_target") != std::string::npos);
  CHECK(proc.threads(self) == std::vector<pid_t>{self});
  CHECK(proc.schedstat(self, self)->on_cpu_ns > 0);
  CHECK(proc.maps(self).text.find("unit_target") != std::string::npos);
}

TEST_CASE("target: a tree holds every descendant once, parents first, the oldest root first") {
  ProcTree tree;
  tree.process({.pid = 50, .parent = 1, .start_ticks = 10});
  tree.process({.pid = 10, .parent = 50, .start_ticks = 20});
  tree.process({.pid = 11, .parent = 10, .start_ticks = 30});
  tree.process({.pid = 60, .parent = 1, .start_ticks = 5});
  tree.process({.pid = 70, .parent = 1, .start_ticks = 1});
  const ProcessTable table(ProcFs(tree.roots().proc));

  const std::vector<pid_t> roots = {11, 50, 60};
  CHECK(pids_of(table.trees(roots, 0)) == std::vector<pid_t>{60, 50, 10, 11});
}

TEST_CASE("target: zombies, kernel threads and ourselves are left out of a tree") {
  ProcTree tree;
  tree.process({.pid = 2, .parent = 1});
  tree.process({.pid = 3, .parent = 2, .state = 'Z'});
  tree.process({.pid = 4, .parent = 2, .flags = test::kKernelThread});
  tree.process({.pid = 5, .parent = 2});
  tree.process({.pid = 6, .parent = 5});  // started by us
  const ProcessTable table(ProcFs(tree.roots().proc));

  const std::vector<pid_t> roots = {2};
  CHECK(pids_of(table.trees(roots, 5)) == std::vector<pid_t>{2});
}

TEST_CASE("target: parents that form a circle end nowhere and hang nothing") {
  ProcTree tree;
  tree.process({.pid = 2, .parent = 3});
  tree.process({.pid = 3, .parent = 2});
  tree.process({.pid = 4, .parent = 3});
  const ProcessTable table(ProcFs(tree.roots().proc));

  const std::vector<pid_t> roots = {4};
  CHECK(pids_of(table.trees(roots, 0)) == std::vector<pid_t>{4});
}
