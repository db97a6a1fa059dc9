// Which container or pod a cgroup belongs to, from the directory's name: every runtime names it
// after the container's id.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace boundscope {

struct ContainerName {
  std::string id;
  bool is_name = false;  // chosen by a person (LXC, ctr): no prefix of it will do
};

// `directory` is a path below the mount of a hierarchy, or a part of it that has the last two
// names. Docker, containerd (CRI, nerdctl, ctr), CRI-O, Podman, LXC and systemd-nspawn, with either
// cgroup driver; pods of Kubernetes by their uid. Absent for everything else, also for the helpers
// that run beside a container (conmon).
std::optional<ContainerName> container_of(std::string_view directory);

// What people paste: "docker://4f0c..." is the id behind the scheme.
std::string_view without_scheme(std::string_view id);

}  // namespace boundscope
