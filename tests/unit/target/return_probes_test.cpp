// When functions may not be probed where they return.
#include "target/gc/return_probes.h"

#include <doctest/doctest.h>

#include "support/proc_tree.h"

using namespace boundscope;
using namespace boundscope::test;

TEST_CASE("return probes: kernels 6.11 to 6.13 kill what has a seccomp filter") {
  for (const char* release : {"6.11.0", "6.12.3-amd64", "6.13.0-rc1"})
    CHECK(seccomp_forbids_returns(release));
  for (const char* release : {"5.10.0-28-amd64", "6.1.0", "6.10.14", "6.14.0", "6.18.44-fc", "7.1"})
    CHECK_FALSE(seccomp_forbids_returns(release));
}

TEST_CASE("return probes: a kernel that is not known is taken for one of those") {
  for (const char* release : {"", "six", "6", "6."}) CHECK(seccomp_forbids_returns(release));
}

TEST_CASE("return probes: a filter forbids them on such a kernel only") {
  CHECK_FALSE(return_hazard("Name:\tx\nSeccomp:\t2\n", true).empty());
  CHECK(return_hazard("Name:\tx\nSeccomp:\t0\n", true).empty());
  CHECK(return_hazard("Name:\tx\nSeccomp:\t2\n", false).empty());
}

TEST_CASE("return probes: a shadow stack forbids them") {
  CHECK_FALSE(return_hazard("Seccomp:\t0\nx86_Thread_features:\tshstk wrss \n", false).empty());
  CHECK(return_hazard("Seccomp:\t0\nx86_Thread_features:\t\n", false).empty());
}

TEST_CASE("return probes: one thread's filter is enough") {
  const ProcTree tree;
  tree.files.write("proc/sys/kernel/osrelease", "6.12.3\n");
  tree.files.write("proc/7/status", "Seccomp:\t0\n");
  tree.files.write("proc/7/task/7/status", "Seccomp:\t0\n");
  const ProcFs proc(tree.roots().proc);
  CHECK(return_hazard(proc, 7).empty());
  tree.files.write("proc/7/task/8/status", "Seccomp:\t2\n");
  CHECK_FALSE(return_hazard(proc, 7).empty());
}

TEST_CASE("return probes: a library that switches between stacks forbids them") {
  for (const char* library : {"_greenlet.cpython-311-x86_64-linux-gnu.so", "swoole.so"})
    CHECK(switches_stacks(library));
  for (const char* library : {"libc.so.6", "not_greenlet.so"})
    CHECK_FALSE(switches_stacks(library));

  const ProcTree tree;
  tree.files.write("proc/sys/kernel/osrelease", "6.1.0\n");
  tree.files.write("proc/7/maps",
                   "7000-8000 r-xp 00000000 00:1f 5 /venv/greenlet/_greenlet.cpython-311.so\n");
  CHECK_FALSE(return_hazard(ProcFs(tree.roots().proc), 7).empty());
}
