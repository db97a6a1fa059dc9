// From what the user typed to processes, on fake hosts.
#include <doctest/doctest.h>

#include "boundscope/target.h"
#include "support/proc_tree.h"
#include "target/start_command.h"

using namespace boundscope;
using boundscope::test::ProcTree;

namespace {

std::vector<pid_t> pids_of(const Result<Target>& target) {
  REQUIRE_MESSAGE(target, (target ? "" : target.error().message));
  std::vector<pid_t> pids;
  for (const TargetProcess& process : target->processes) pids.push_back(process.pid);
  return pids;
}

Error error_of(const Result<Target>& target) {
  REQUIRE_FALSE(target);
  CHECK_FALSE(target.error().hint.empty());
  return target.error();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Result<Target> by_pid(const ProcTree& tree, std::vector<pid_t> pids) {
  TargetSelector selector;
  selector.pids = std::move(pids);
  return resolve_target(selector, tree.roots());
}
Result<Target> by_port(const ProcTree& tree, std::uint16_t port) {
  TargetSelector selector;
  selector.port = port;
  return resolve_target(selector, tree.roots());
}
Result<Target> by_comm(const ProcTree& tree, const std::string& comm) {
  TargetSelector selector;
  selector.comm = comm;
  return resolve_target(selector, tree.roots());
}
Result<Target> by_cgroup(const ProcTree& tree, const std::string& cgroup) {
  TargetSelector selector;
  selector.cgroup = cgroup;
  return resolve_target(selector, tree.roots());
}
Result<Target> by_unit(const ProcTree& tree, const std::string& unit) {
  TargetSelector selector;
  selector.unit = unit;
  return resolve_target(selector, tree.roots());
}

}  // namespace

TEST_CASE("target: a pid brings its descendants and what is known of each") {
  ProcTree tree;
  tree.process({.pid = 10,
                .parent = 1,
                .comm = "master",
                .start_ticks = 77,
                .threads = 3,
                .exe = "/usr/sbin/nginx",
                .cgroup = "4:cpu,cpuacct:/web\n0::/other\n"});
  tree.process({.pid = 11, .parent = 10});
  tree.process({.pid = 12, .parent = 1});

  const auto target = by_pid(tree, {10});

  CHECK(pids_of(target) == std::vector<pid_t>{10, 11});
  CHECK(target->description == "pid 10");
  CHECK_FALSE(target->cgroup_scope);
  const TargetProcess& root = target->processes.front();
  CHECK(root.parent == 1);
  CHECK(root.comm == "master");
  CHECK(root.start_ticks == 77);
  CHECK(root.threads == 3);
  CHECK(root.exe == "/usr/sbin/nginx");
  CHECK(root.cgroup == "/web");
}

TEST_CASE("target: of several pids the ancestor is the root") {
  ProcTree tree;
  tree.process({.pid = 10, .parent = 1, .start_ticks = 5});
  tree.process({.pid = 11, .parent = 10, .start_ticks = 5});

  const auto target = by_pid(tree, {11, 10});

  CHECK(pids_of(target) == std::vector<pid_t>{10, 11});
  CHECK(target->description == "pids 11, 10");
}

TEST_CASE("target: a pid that does not exist is named with its pid namespace") {
  ProcTree tree;
  tree.process({.pid = 10});

  const Error error = error_of(by_pid(tree, {10, 4711}));

  CHECK(error.message == "pid 4711 does not exist");
  CHECK(contains(error.hint, "pid namespace"));
}

TEST_CASE("target: a thread id leads to its process") {
  ProcTree tree;
  tree.process({.pid = 10});
  // A thread answers under /proc/TID, but is not listed there.
  tree.files.write("proc/10/status", "Tgid:\t9\n");
  tree.files.remove("proc/10/stat");

  CHECK(error_of(by_pid(tree, {10})).message == "10 is a thread of process 9");
}

TEST_CASE("target: kernel threads, zombies and ourselves are refused by name") {
  ProcTree tree;
  tree.process({.pid = 2, .parent = 0, .comm = "kthreadd", .flags = test::kKernelThread});
  tree.process({.pid = 10, .parent = 7, .comm = "dead", .state = 'Z'});
  tree.process({.pid = 20, .comm = "boundscope"});
  tree.self(20);

  CHECK(contains(error_of(by_pid(tree, {2})).message, "pid 2 (kthreadd) is a kernel thread"));
  const Error zombie = error_of(by_pid(tree, {10}));
  CHECK(contains(zombie.message, "pid 10 (dead) has already exited"));
  CHECK(contains(zombie.hint, "pid 7"));
  const Error self = error_of(by_pid(tree, {20}));
  CHECK(contains(self.message, "boundscope itself"));
  CHECK(self.kind == ErrorKind::usage);
}

TEST_CASE("target: ourselves and our children are no part of the service above us") {
  ProcTree tree;
  tree.process({.pid = 1, .parent = 0, .comm = "init"});
  tree.process({.pid = 20, .parent = 1, .comm = "boundscope"});
  tree.process({.pid = 21, .parent = 20});
  tree.self(20);

  CHECK(pids_of(by_pid(tree, {1})) == std::vector<pid_t>{1});
}

TEST_CASE("target: a listener comes with its workers, the oldest holder first") {
  ProcTree tree;
  tree.self(10);
  tree.process({.pid = 10, .comm = "boundscope"});
  tree.process({.pid = 30, .start_ticks = 1, .sockets = {99, 500}});
  tree.process({.pid = 31, .parent = 30, .start_ticks = 2, .sockets = {500}});
  tree.process({.pid = 32, .parent = 31, .start_ticks = 3});
  tree.process({.pid = 40, .start_ticks = 1, .sockets = {501}});
  tree.sockets(10, {{.port = 8080, .inode = 500}, {.port = 9, .state = "01", .inode = 501}});

  const auto target = by_port(tree, 8080);

  CHECK(pids_of(target) == std::vector<pid_t>{30, 31, 32});
  CHECK(target->description == "port 8080");
}

TEST_CASE("target: an IPv6 listener is found, too") {
  ProcTree tree;
  tree.self(10);
  tree.process({.pid = 10});
  tree.process({.pid = 30, .sockets = {500}});
  tree.sockets(10, {});
  tree.files.write("proc/10/net/tcp6",
                   "heading\n   0: 00000000000000000000000000000000:1F90 "
                   "00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 "
                   "00000000     0        0 500 1 x\n");

  CHECK(pids_of(by_port(tree, 8080)) == std::vector<pid_t>{30});
}

TEST_CASE("target: a container's listener is found in its own network namespace") {
  ProcTree tree;
  tree.self(10);
  tree.process({.pid = 10});
  tree.process({.pid = 30, .network = "net:[2]", .sockets = {500}});
  tree.sockets(10, {});
  tree.sockets(30, {{.port = 8080, .inode = 500}});

  CHECK(pids_of(by_port(tree, 8080)) == std::vector<pid_t>{30});
}

TEST_CASE("target: our own network namespace goes before those of containers") {
  ProcTree tree;
  tree.self(10);
  tree.process({.pid = 10});
  tree.process({.pid = 20, .sockets = {400}});
  tree.process({.pid = 30, .network = "net:[2]", .sockets = {500}});
  tree.sockets(10, {{.port = 8080, .inode = 400}});
  tree.sockets(30, {{.port = 8080, .inode = 500}});

  CHECK(pids_of(by_port(tree, 8080)) == std::vector<pid_t>{20});
}

TEST_CASE("target: a port that only forwards to a container is no service") {
  ProcTree tree;
  tree.self(10);
  tree.process({.pid = 10});
  tree.process({.pid = 20, .comm = "docker-proxy", .sockets = {400}});
  tree.process({.pid = 21, .comm = "docker-proxy", .sockets = {401}});
  tree.process({.pid = 30, .comm = "web", .sockets = {402}});
  tree.sockets(10, {{.port = 8080, .inode = 400}, {.port = 80, .inode = 402}});
  tree.sockets(10, {{.port = 8080, .inode = 401}}, "tcp6");

  const Error error = error_of(by_port(tree, 8080));

  CHECK(error.message ==
        "TCP port 8080 is that of a container: pid 21 (docker-proxy) only holds it on this host");
  CHECK(error.hint.find("--container") != std::string::npos);
  CHECK(pids_of(by_port(tree, 80)) == std::vector<pid_t>{30});
}

TEST_CASE("target: a port that several containers use has to be narrowed down") {
  ProcTree tree;
  tree.self(10);
  tree.process({.pid = 10});
  tree.sockets(10, {});
  for (const pid_t pid : {30, 40}) {
    const auto inode = static_cast<std::uint64_t>(pid);
    tree.process({.pid = pid, .network = "net:[" + std::to_string(pid) + "]", .sockets = {inode}});
    tree.sockets(pid, {{.port = 8080, .inode = inode}});
  }

  const Error error = error_of(by_port(tree, 8080));

  CHECK(contains(error.message, "pids 30, 40"));
  CHECK(error.kind == ErrorKind::usage);
}

TEST_CASE("target: a port without a listener names a few that have one") {
  ProcTree tree;
  tree.self(10);
  tree.process({.pid = 10});
  tree.sockets(10, {{.port = 22, .inode = 1}, {.port = 5432, .inode = 2}});

  const Error error = error_of(by_port(tree, 8080));

  CHECK(error.message == "nobody listens on TCP port 8080");
  CHECK(contains(error.hint, "22, 5432"));
}

TEST_CASE("target: a listener that nobody visible holds is not called absent") {
  ProcTree tree;
  tree.self(10);
  tree.process({.pid = 10});
  tree.process({.pid = 1, .parent = 0, .comm = "systemd", .sockets = {500}});
  tree.sockets(10, {{.port = 8080, .inode = 500}});

  const Error error = error_of(by_port(tree, 8080));

  CHECK(contains(error.message, "no process that is visible here holds it"));
  CHECK(contains(error.hint, "systemd"));
}

TEST_CASE("target: damaged socket tables hold no listeners") {
  ProcTree tree;
  tree.self(10);
  tree.process({.pid = 10});
  tree.files.write("proc/10/net/tcp", "heading\n0: 00:1F90 0 0A\n\n x\n0: 1F90 a 0A b c d e f 5\n");

  CHECK(error_of(by_port(tree, 8080)).message == "nobody listens on TCP port 8080");
}

TEST_CASE("target: a name selects every process that has exactly it") {
  ProcTree tree;
  tree.process({.pid = 10, .comm = "worker", .start_ticks = 9});
  tree.process({.pid = 11, .comm = "worker", .start_ticks = 3});
  tree.process({.pid = 12, .comm = "worker2"});
  tree.process({.pid = 13, .comm = "worker"});
  tree.self(13);

  CHECK(pids_of(by_comm(tree, "worker")) == std::vector<pid_t>{11, 10});
}

TEST_CASE("target: a name longer than the kernel keeps is cut as the kernel cuts it") {
  ProcTree tree;
  tree.process({.pid = 10, .comm = "a-very-long-nam"});

  CHECK(pids_of(by_comm(tree, "a-very-long-name-indeed")) == std::vector<pid_t>{10});
}

TEST_CASE("target: an unknown name is answered with similar ones") {
  ProcTree tree;
  tree.process({.pid = 10, .comm = "nginx"});
  tree.process({.pid = 2, .comm = "kworker", .flags = test::kKernelThread});

  const Error error = error_of(by_comm(tree, "ngin"));

  CHECK(error.message == "no process is named \"ngin\"");
  CHECK(contains(error.hint, "nginx"));
  CHECK(contains(error_of(by_comm(tree, "kworker")).message, "kernel thread"));
}

TEST_CASE("target: a cgroup brings its processes and those below, and stays open for newcomers") {
  ProcTree tree;
  tree.unified();
  tree.cgroup("web", {{"cgroup.procs", "10\n"}});
  tree.cgroup("web/worker", {{"cgroup.procs", "12\n11\n0\n4711\n"}});
  for (const pid_t pid : {10, 11, 12}) tree.process({.pid = pid});
  tree.process({.pid = 13, .parent = 10});  // a child that left the cgroup

  for (const std::string& path :
       {std::string("web"), std::string("/web/"), tree.files.path("cgroup/web")}) {
    const auto target = by_cgroup(tree, path);
    CHECK(pids_of(target) == std::vector<pid_t>{10, 11, 12});
    CHECK(target->cgroup_scope == tree.files.path("cgroup/web"));
  }
}

TEST_CASE("target: in v1 the hierarchy that has the processes is taken") {
  ProcTree tree;
  for (const char* name : {"cpu,cpuacct", "memory", "systemd", "unified"}) tree.hierarchy(name);
  tree.cgroup("cpu,cpuacct/web");
  tree.cgroup("memory/web", {{"cgroup.procs", "10\n"}});
  tree.process({.pid = 10});

  for (const char* path : {"/web", "memory/web"}) {
    const auto target = by_cgroup(tree, path);
    CHECK(pids_of(target) == std::vector<pid_t>{10});
    CHECK(target->cgroup_scope == tree.files.path("cgroup/memory/web"));
  }
}

TEST_CASE("target: empty, unknown and malformed cgroups are told apart") {
  ProcTree tree;
  CHECK(contains(error_of(by_cgroup(tree, "web")).message, "no cgroup file system"));
  tree.unified();
  tree.cgroup("empty");

  CHECK(contains(error_of(by_cgroup(tree, "empty")).message, "holds no process"));
  CHECK(contains(error_of(by_cgroup(tree, "web")).message, "there is no cgroup web"));
  CHECK(error_of(by_cgroup(tree, "../../etc")).kind == ErrorKind::usage);
  CHECK(error_of(by_cgroup(tree, "")).kind == ErrorKind::usage);
}

TEST_CASE("target: a unit is its cgroup, wherever its slice is") {
  ProcTree tree;
  tree.unified();
  tree.cgroup("system.slice/nginx.service", {{"cgroup.procs", "10\n"}});
  tree.cgroup("user.slice/user-1.slice/app.scope", {{"cgroup.procs", "11\n"}});
  tree.process({.pid = 10});
  tree.process({.pid = 11});

  CHECK(pids_of(by_unit(tree, "nginx")) == std::vector<pid_t>{10});
  CHECK(pids_of(by_unit(tree, "nginx.service")) == std::vector<pid_t>{10});
  CHECK(pids_of(by_unit(tree, "app.scope")) == std::vector<pid_t>{11});
  CHECK(by_unit(tree, "nginx")->description == "unit nginx.service");
}

TEST_CASE("target: units are looked for in the systemd hierarchy of v1") {
  ProcTree tree;
  tree.hierarchy("cpu");
  tree.hierarchy("systemd");
  tree.cgroup("systemd/system.slice/nginx.service", {{"cgroup.procs", "10\n"}});
  tree.process({.pid = 10});

  CHECK(pids_of(by_unit(tree, "nginx")) == std::vector<pid_t>{10});
}

TEST_CASE("target: without systemd a unit is refused for that reason") {
  ProcTree tree;
  tree.unified();
  tree.process({.pid = 1, .parent = 0, .comm = "tini"});

  CHECK(contains(error_of(by_unit(tree, "nginx")).message,
                 "systemd does not run here (pid 1 is tini)"));
}

TEST_CASE("target: unknown and ambiguous units are told apart") {
  ProcTree tree;
  tree.unified();
  tree.cgroup("system.slice");
  for (const char* user : {"1", "2"}) {
    tree.cgroup("user.slice/user-" + std::string(user) + ".slice/db.service",
                {{"cgroup.procs", "10\n"}});
  }
  tree.process({.pid = 10});

  CHECK(contains(error_of(by_unit(tree, "nginx")).message, "has no cgroup"));
  CHECK(contains(error_of(by_unit(tree, "db")).message, "exists 2 times"));
  CHECK(error_of(by_unit(tree, "a/b")).kind == ErrorKind::usage);
}

TEST_CASE("target: no selector at all is a usage error") {
  ProcTree tree;
  CHECK(error_of(resolve_target({}, tree.roots())).kind == ErrorKind::usage);
}

TEST_CASE("target: names of any bytes survive, and do not reach messages unescaped") {
  ProcTree tree;
  tree.process({.pid = 10, .comm = "\x1b[31m) R 1\n", .exe = "/tmp/\xff\n"});
  tree.process({.pid = 11, .comm = "\x1b[31m", .state = 'Z'});

  CHECK(by_pid(tree, {10})->processes.front().comm == "\x1b[31m) R 1\n");
  CHECK(contains(error_of(by_pid(tree, {11})).message, "pid 11 (?[31m)"));
}
