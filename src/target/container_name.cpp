#include "target/container_name.h"

#include <algorithm>
#include <array>

#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::size_t kShortestBareId = 32;  // an id of 64 digits, or the hash of a static pod
constexpr std::size_t kUuid = 36;

bool is_hex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_uuid(std::string_view text) {
  return text.size() == kUuid &&
         text.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}

bool drop_front(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool drop_back(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

// kubepods-burstable-podUID.slice, where systemd wants no '-' in the uid; or podUID.
std::optional<ContainerName> pod_of(std::string_view name) {
  if (drop_back(name, ".slice")) {
    const auto at = name.rfind("-pod");
    if (name.find("kubepods") == std::string_view::npos || at == std::string_view::npos)
      return std::nullopt;
    std::string uid(name.substr(at + 4));
    std::replace(uid.begin(), uid.end(), '_', '-');
    if (uid.empty()) return std::nullopt;
    return ContainerName{.id = std::move(uid)};
  }
  if (!drop_front(name, "pod")) return std::nullopt;
  const bool is_uid = is_uuid(name) || (is_hex(name) && name.size() >= kShortestBareId);
  return is_uid ? std::optional(ContainerName{.id = std::string(name)}) : std::nullopt;
}

// Names that say which runtime made them.
std::optional<ContainerName> prefixed(std::string_view name) {
  constexpr std::array<std::string_view, 5> kById = {"docker-", "cri-containerd-", "crio-",
                                                     "libpod-", "nerdctl-"};
  const bool scope = drop_back(name, ".scope");
  for (const std::string_view prefix : kById) {
    std::string_view id = name;
    if (!drop_front(id, prefix) || id.empty() || id.starts_with("conmon-")) continue;
    // Without the suffix only Podman's and CRI-O's names have a prefix.
    if (scope || is_hex(id)) return ContainerName{.id = std::string(id)};
  }
  if (scope && drop_front(name, "machine-") && !name.empty())
    return ContainerName{.id = std::string(name), .is_name = true};
  if (!scope && drop_front(name, "lxc.payload.") && !name.empty())
    return ContainerName{.id = std::string(name), .is_name = true};
  if (drop_back(name, ".service") && drop_front(name, "systemd-nspawn@") && !name.empty())
    return ContainerName{.id = std::string(name), .is_name = true};
  return std::nullopt;
}

// Below a folder of the runtime's: /docker/ID, /lxc/NAME, /default/NAME (ctr).
bool is_folder_of_names(std::string_view parent) {
  constexpr std::array<std::string_view, 5> kFolders = {"docker", "lxc", "default", "moby",
                                                        "k8s.io"};
  return std::find(kFolders.begin(), kFolders.end(), parent) != kFolders.end();
}

}  // namespace

std::optional<ContainerName> container_of(std::string_view directory) {
  const std::string_view name = base_name(directory);
  if (auto pod = pod_of(name)) return pod;
  if (auto found = prefixed(name)) return found;
  if (is_hex(name) && name.size() >= kShortestBareId) return ContainerName{.id = std::string(name)};
  const std::string_view above = directory.substr(0, directory.size() - name.size());
  const std::string_view parent = base_name(above.substr(0, above.find_last_not_of('/') + 1));
  if (name.empty() || !is_folder_of_names(parent)) return std::nullopt;
  return ContainerName{.id = std::string(name), .is_name = !is_hex(name)};
}

std::string_view without_scheme(std::string_view id) {
  const auto at = id.find("://");
  return at == std::string_view::npos ? id : id.substr(at + 3);
}

}  // namespace boundscope
