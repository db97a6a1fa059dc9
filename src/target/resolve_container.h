// --container ID: a target by the name that its runtime gave its cgroup.
#pragma once

#include <string>

#include "boundscope/target.h"

namespace boundscope {

// `container` is the id of a container (Docker, containerd, CRI-O, Podman), the uid of a Kubernetes
// pod, or the first digits of either; of LXC and ctr the whole name. Newcomers in its cgroup belong
// to the target. Errors (all with a hint): no such container, several, one without processes.
Result<Target> resolve_container(const std::string& container, const HostRoots& roots = {});

}  // namespace boundscope
