// Memory limits and what happened at them, from fake cgroup trees of all layouts.
#include "target/memory_cgroups.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/proc_tree.h"

using namespace boundscope;
using boundscope::test::ProcTree;

namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

MemoryCgroups cgroups_of(const ProcTree& tree, const std::vector<pid_t>& pids,
                         const std::string& scope = "") {
  Target target;
  for (const pid_t member : pids) {
    target.processes.emplace_back();
    target.processes.back().pid = member;
  }
  if (!scope.empty()) target.cgroup_scope = tree.files.path("cgroup/" + scope);
  return {target, CgroupFs(tree.roots().cgroup), ProcFs(tree.roots().proc)};
}

}  // namespace

TEST_CASE("memory cgroups: the nearest limit is the one with least room, not the smallest") {
  ProcTree tree;
  tree.unified();
  tree.cgroup("a", {{"memory.max", "536870912\n"},  // 512 MiB, 12 left: others live there, too
                    {"memory.high", "max\n"},
                    {"memory.current", "524288000\n"},
                    {"memory.stat", "file 1000\nshmem 400\n"}});
  tree.cgroup("a/b", {{"memory.max", "268435456\n"},
                      {"memory.high", "max\n"},
                      {"memory.current", "104857600\n"},
                      {"memory.stat", "file 7\nworkingset_refault_file 3\n"}});
  tree.process({.pid = 7, .cgroup = "0::/a/b\n"});

  const MemoryCgroups cgroups = cgroups_of(tree, {7});

  CHECK(cgroups.levels().limit_bytes == 512 * kMiB);
  CHECK(cgroups.levels().usage_bytes == 500 * kMiB);
  CHECK(cgroups.levels().page_cache_bytes == 600);
  CHECK(cgroups.events().refaults == 3);  // of its own
}

TEST_CASE("memory cgroups: v2: each ancestor tells where its own limit was met") {
  ProcTree tree;
  tree.unified();
  tree.cgroup("a", {{"memory.events.local", "low 0\nhigh 2\nmax 5\noom 0\noom_kill 0\n"},
                    {"memory.events", "high 9\nmax 90\noom_kill 4\n"}});
  tree.cgroup("a/b", {{"memory.events", "low 0\nhigh 1\nmax 0\noom 1\noom_kill 1\n"},
                      {"memory.stat",
                       "workingset_refault_anon 4\nworkingset_refault_file 10\n"
                       "workingset_activate_anon 1\nworkingset_activate_file 2\n"}});
  tree.process({.pid = 7, .cgroup = "0::/a/b\n"});

  const MemoryEvents events = cgroups_of(tree, {7}).events();

  CHECK(events.limit_hits == 1 + 2 + 5);
  CHECK(events.oom_kills == 1);
  CHECK(events.refaults == 14);
  CHECK(events.refaults_anonymous == 4);
  CHECK(events.refaults_active == 3);
}

TEST_CASE("memory cgroups: v1 beside a v2 without controllers") {
  ProcTree tree;
  tree.hierarchy("memory");
  tree.hierarchy("unified");
  tree.cgroup("memory/pod", {{"memory.limit_in_bytes", "67108864\n"},
                             {"memory.usage_in_bytes", "67104768\n"},
                             {"memory.failcnt", "12\n"},
                             {"memory.stat", "cache 1\ntotal_cache 4096\ntotal_shmem 96\n"}});
  tree.cgroup("memory/pod/web", {{"memory.limit_in_bytes", "9223372036854771712\n"},
                                 {"memory.failcnt", "0\n"},
                                 {"memory.oom_control",
                                  "oom_kill_disable 0\nunder_oom 0\n"
                                  "oom_kill 2\n"}});
  tree.cgroup("unified/pod/web", {{"memory.pressure", "full avg10=0.00 total=1\n"}});
  tree.process({.pid = 7, .cgroup = "4:memory:/pod/web\n0::/pod/web\n"});

  const MemoryCgroups cgroups = cgroups_of(tree, {7});

  CHECK(cgroups.levels().limit_bytes == 64 * kMiB);
  CHECK(cgroups.levels().page_cache_bytes == 4000);
  CHECK(cgroups.events().limit_hits == 12);
  CHECK(cgroups.events().oom_kills == 2);
  CHECK_FALSE(cgroups.events().refaults.has_value());
}

TEST_CASE("memory cgroups: the service's own cgroup counts, not the one it put a worker into") {
  ProcTree tree;
  tree.unified();
  tree.cgroup("web", {{"memory.stat", "workingset_refault_file 50\n"},
                      {"memory.events", "oom_kill 3\nmax 0\nhigh 0\n"}});
  tree.cgroup("web/main", {{"memory.stat", "workingset_refault_file 1\n"},
                           {"memory.events", "oom_kill 0\nmax 0\nhigh 0\n"}});
  tree.process({.pid = 7, .cgroup = "0::/web/main\n"});

  CHECK(cgroups_of(tree, {7}).events().refaults == 1);
  CHECK(cgroups_of(tree, {7}, "web").events().refaults == 50);
  CHECK(cgroups_of(tree, {7}, "web").events().oom_kills == 3);
}

TEST_CASE("memory cgroups: what is gone is not taken from its parents, who have much of it") {
  ProcTree tree;
  tree.unified();
  tree.cgroup("slice", {{"memory.events", "oom_kill 17\nmax 900\nhigh 0\n"},
                        {"memory.events.local", "oom_kill 0\nmax 0\nhigh 0\n"},
                        {"memory.max", "536870912\n"},
                        {"memory.high", "max\n"},
                        {"memory.current", "530000000\n"},
                        {"memory.stat", "workingset_refault_file 5000000\n"}});
  tree.cgroup("slice/backup", {{"memory.events", "oom_kill 0\nmax 0\nhigh 0\n"},
                               {"memory.events.local", "oom_kill 0\nmax 0\nhigh 0\n"},
                               {"memory.max", "max\n"},
                               {"memory.high", "max\n"},
                               {"memory.current", "1000\n"},
                               {"memory.stat", "workingset_refault_file 3\n"}});
  tree.process({.pid = 7, .cgroup = "0::/slice/backup\n"});
  const MemoryCgroups cgroups = cgroups_of(tree, {7});
  REQUIRE(cgroups.events().refaults == 3);
  REQUIRE(cgroups.levels().limit_bytes == 512 * kMiB);

  tree.files.remove("cgroup/slice/backup");

  CHECK_FALSE(cgroups.events().refaults.has_value());
  CHECK_FALSE(cgroups.events().oom_kills.has_value());
  CHECK_FALSE(cgroups.levels().usage_bytes.has_value());
  CHECK_FALSE(cgroups.levels().limit_bytes.has_value());
}

TEST_CASE("memory cgroups: a pod has the limits of its containers") {
  ProcTree tree;
  tree.unified();
  tree.cgroup("pod", {{"memory.max", "max\n"},
                      {"memory.high", "max\n"},
                      {"memory.current", "600000000\n"},
                      {"memory.events", "oom_kill 1\nmax 40\nhigh 0\n"},
                      {"memory.events.local", "oom_kill 0\nmax 0\nhigh 0\n"},
                      {"memory.stat", "workingset_refault_file 30\n"}});
  tree.cgroup("pod/pause", {{"memory.max", "max\n"}, {"memory.current", "1000\n"}});
  tree.cgroup("pod/app", {{"memory.max", "536870912\n"},
                          {"memory.high", "max\n"},
                          {"memory.current", "530000000\n"},
                          {"memory.events.local", "oom_kill 1\nmax 40\nhigh 0\n"}});
  tree.process({.pid = 7, .cgroup = "0::/pod/pause\n"});
  tree.process({.pid = 8, .cgroup = "0::/pod/app\n"});

  const MemoryCgroups cgroups = cgroups_of(tree, {7, 8}, "pod");

  CHECK(cgroups.levels().limit_bytes == 512 * kMiB);
  CHECK(cgroups.levels().usage_bytes == 530'000'000);
  CHECK(cgroups.events().limit_hits == 40);
  CHECK(cgroups.events().oom_kills == 1);
  CHECK(cgroups.events().refaults == 30);
}

TEST_CASE("memory cgroups: no limit, no cgroup and damage are no values") {
  ProcTree tree;
  tree.unified();
  tree.cgroup("a", {{"memory.max", "max\n"}, {"memory.high", "max\n"}, {"memory.current", "5\n"}});
  tree.cgroup("b", {{"memory.max", "-3\n"},
                    {"memory.current", "x\n"},
                    {"memory.stat", "file\n"},
                    {"memory.events", "max 99999999999999999999999\n"}});
  tree.process({.pid = 7, .cgroup = "0::/a\n"});
  tree.process({.pid = 8, .cgroup = "0::/b\n"});
  tree.process({.pid = 9, .cgroup = "0::/\n"});

  CHECK_FALSE(cgroups_of(tree, {7}).levels().limit_bytes.has_value());
  CHECK(cgroups_of(tree, {7}).levels().usage_bytes == 5);
  for (const pid_t pid : {8, 9}) {
    const MemoryCgroups cgroups = cgroups_of(tree, {pid});
    CHECK_FALSE(cgroups.levels().limit_bytes.has_value());
    CHECK_FALSE(cgroups.levels().usage_bytes.has_value());
    CHECK_FALSE(cgroups.levels().page_cache_bytes.has_value());
    CHECK_FALSE(cgroups.events().limit_hits.has_value());
    CHECK_FALSE(cgroups.events().refaults.has_value());
  }
}
