// Containers and pods by the names that runtimes give their cgroups.
#include <doctest/doctest.h>

#include "support/proc_tree.h"
#include "target/container_name.h"
#include "target/resolve_container.h"

using namespace boundscope;
using boundscope::test::FakeProcess;
using boundscope::test::ProcTree;

namespace {

const std::string kId = "4f0c8e2ab1d39c7f6e5d4c3b2a190807f6e5d4c3b2a1908070605040302010ff";
const std::string kOther = "4f0c8e2ab1d3000000000000000000000000000000000000000000000000000a";
const std::string kPod = "1b2c3d4e-5f60-4718-9a0b-c1d2e3f40516";

std::string id_of(const std::string& directory) {
  const auto name = container_of(directory);
  return name ? name->id : "none";
}

Result<Target> resolved(const ProcTree& tree, const std::string& container) {
  return resolve_container(container, tree.roots());
}

// A cgroup that holds one process of its own.
void container(const ProcTree& tree, const std::string& path, pid_t pid) {
  tree.process(FakeProcess{.pid = pid});
  tree.cgroup(path, {{"cgroup.procs", std::to_string(pid) + "\n"}});
}

}  // namespace

TEST_CASE("target: the cgroup of a container tells its id, whoever runs it") {
  for (const std::string& path : {
           "/system.slice/docker-" + kId + ".scope",
           "/docker/" + kId,
           "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + kPod +
               ".slice/cri-containerd-" + kId + ".scope",
           "/kubepods/burstable/pod" + kPod + "/" + kId,
           "/kubepods.slice/crio-" + kId + ".scope",
           "/machine.slice/libpod-" + kId + ".scope",
           "/libpod_parent/libpod-" + kId,
           "/system.slice/nerdctl-" + kId + ".scope",
           "/k8s.io/" + kId,
       }) {
    CAPTURE(path);
    CHECK(id_of(path) == kId);
  }
  CHECK(id_of("/kubepods/burstable/pod" + kPod) == kPod);
  CHECK(id_of("/kubepods.slice/kubepods-besteffort.slice/"
              "kubepods-besteffort-pod1b2c3d4e_5f60_4718_9a0b_c1d2e3f40516.slice") == kPod);
  CHECK(id_of("/lxc.payload.web") == "web");
  CHECK(id_of("/machine.slice/machine-web.scope") == "web");
  CHECK(id_of("/default/web") == "web");
}

TEST_CASE("target: what is no container has no id") {
  for (const std::string& path :
       {std::string(""), std::string("/"), std::string("/system.slice/nginx.service"),
        std::string("/system.slice/docker.service"), std::string("/user.slice/session-1.scope"),
        "/machine.slice/libpod-conmon-" + kId + ".scope", "/crio-conmon-" + kId + ".scope",
        std::string("/lxc.monitor.web"), std::string("/kubepods.slice"),
        std::string("/kubepods/podium"), std::string("/docker-.scope"),
        std::string("/kubepods-pod.slice"), std::string("docker/")}) {
    CAPTURE(path);
    CHECK(id_of(path) == "none");
  }
}

TEST_CASE("target: a container is found by its id or the first digits, with v2 and systemd") {
  ProcTree tree;
  tree.unified();
  container(tree, "system.slice/docker-" + kId + ".scope", 100);
  container(tree, "system.slice/docker-" + kId + ".scope/init", 101);
  container(tree, "system.slice/web.service", 102);

  for (const std::string& asked : {kId, kId.substr(0, 12), std::string("4f"), "docker://" + kId}) {
    const auto target = resolved(tree, asked);
    REQUIRE_MESSAGE(target, target.error().message);
    CHECK(target->processes.size() == 2);
    CHECK(target->description == "container 4f0c8e2ab1d3");
    CHECK(target->cgroup_scope == tree.roots().cgroup + "/system.slice/docker-" + kId + ".scope");
  }
}

TEST_CASE("target: a container is found with v1 and cgroupfs, where the processes are") {
  ProcTree tree;
  for (const char* name : {"unified", "cpu", "memory"}) tree.hierarchy(name);
  tree.process(FakeProcess{.pid = 100});
  tree.cgroup("unified/docker/" + kId);
  tree.cgroup("cpu/docker/" + kId, {{"cgroup.procs", "100\n"}});
  tree.cgroup("memory/docker/" + kId, {{"cgroup.procs", "100\n"}});

  const auto target = resolved(tree, "4f0c8e");

  REQUIRE_MESSAGE(target, target.error().message);
  CHECK(target->processes.front().pid == 100);
  CHECK(target->cgroup_scope == tree.roots().cgroup + "/cpu/docker/" + kId);
}

TEST_CASE("target: digits that begin two containers are refused with both, the whole id is not") {
  ProcTree tree;
  tree.unified();
  container(tree, "docker/" + kId, 100);
  container(tree, "docker/" + kOther, 101);

  const auto two = resolved(tree, "4f0c8e2ab1d3");
  REQUIRE_FALSE(two);
  CHECK(two.error().kind == ErrorKind::usage);
  CHECK(two.error().message.find("2 containers") != std::string::npos);
  const auto one = resolved(tree, kOther);
  REQUIRE(one);
  CHECK(one->processes.front().pid == 101);
}

TEST_CASE("target: a pod is all of its containers") {
  ProcTree tree;
  tree.unified();
  const std::string pod =
      "kubepods.slice/kubepods-burstable.slice/"
      "kubepods-burstable-pod1b2c3d4e_5f60_4718_9a0b_c1d2e3f40516.slice";
  tree.cgroup(pod);
  container(tree, pod + "/cri-containerd-" + kId + ".scope", 100);
  container(tree, pod + "/cri-containerd-" + kOther + ".scope", 101);

  for (const std::string& asked : {kPod, kPod.substr(0, 8)}) {
    const auto target = resolved(tree, asked);
    REQUIRE_MESSAGE(target, target.error().message);
    CHECK(target->processes.size() == 2);
  }
}

TEST_CASE("target: a container that is not there says how to find its id") {
  ProcTree tree;
  tree.unified();
  container(tree, "lxc.payload.web", 100);

  const auto by_name = resolved(tree, "shop");
  REQUIRE_FALSE(by_name);
  CHECK(by_name.error().hint.find("docker inspect -f '{{.Id}}' shop") != std::string::npos);
  CHECK_FALSE(resolved(tree, "we"));  // names are given whole
  CHECK(resolved(tree, "web"));
  for (const char* bad : {"", "a/b", "docker://"}) {
    const auto refused = resolved(tree, bad);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::usage);
  }
}

TEST_CASE("target: a container without processes is named, and so is one that only we cannot see") {
  ProcTree tree;
  tree.unified(true);
  tree.cgroup("docker/" + kId);
  const auto empty = resolved(tree, kId);
  REQUIRE_FALSE(empty);
  CHECK(empty.error().message.find("holds no process") != std::string::npos);
  const auto unseen = resolved(tree, kOther);
  REQUIRE_FALSE(unseen);
  CHECK(unseen.error().hint.find("run boundscope on the host") != std::string::npos);
}
