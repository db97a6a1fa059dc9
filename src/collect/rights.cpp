#include "collect/rights.h"

#include <array>
#include <string>

namespace boundscope {
namespace {

constexpr std::uint64_t bit(Right right) { return std::uint64_t{1} << static_cast<int>(right); }

struct Optional {
  Right right;
  const char* name;
  const char* subject;  // of the caveat
  const char* without;
};
constexpr std::array<Optional, 5> kOptional = {{
    {Right::sys_ptrace, "cap_sys_ptrace", "processes of other users",
     "programs, mappings, descriptors and memory of other users' processes stay hidden"},
    {Right::dac_read_search, "cap_dac_read_search", "files of other users",
     "programs and perf maps that only their owner may read give no function names"},
    {Right::checkpoint_restore, "cap_checkpoint_restore", "replaced files",
     "programs and libraries that were replaced or deleted since they were started give no "
     "function names"},
    {Right::syslog, "cap_syslog", "functions of the kernel",
     "functions of the kernel have no names unless kernel.kptr_restrict is 0"},
    {Right::sys_admin, "cap_sys_admin", "cost of events",
     "what an event costs here is assumed, not measured, when probes are kept within the budget"},
}};

constexpr const char* kGrant =
    "sudo boundscope ..., or once: sudo setcap "
    "cap_bpf,cap_perfmon,cap_sys_ptrace,cap_dac_read_search,cap_checkpoint_restore,cap_syslog=ep "
    "$(command -v boundscope)";

std::string upper(std::string name) {
  for (char& letter : name)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  return name;
}

}  // namespace

bool holds(std::uint64_t held, Right right) {
  const bool in_sys_admin =
      right == Right::bpf || right == Right::perfmon || right == Right::checkpoint_restore;
  return (held & bit(right)) != 0 || (in_sys_admin && (held & bit(Right::sys_admin)) != 0);
}

std::vector<HostCheck> check_optional_rights(std::uint64_t held) {
  std::vector<HostCheck> checks;
  for (const Optional& one : kOptional) {
    if (holds(held, one.right))
      checks.push_back({one.name, CapabilityState::available, "held", ""});
    else
      checks.push_back({one.name, CapabilityState::degraded,
                        std::string("not held: ") + one.without,
                        one.right == Right::sys_admin ? "sudo boundscope ..." : kGrant});
  }
  return checks;
}

std::vector<Capability> missing_rights(std::uint64_t held, bool kernel_names) {
  std::vector<Capability> missing;
  for (const Optional& one : kOptional) {
    const bool missed = !holds(held, one.right) && !(one.right == Right::syslog && kernel_names);
    if (missed)
      missing.push_back({one.subject, CapabilityState::degraded, "",
                         "without " + upper(one.name) + ", " + one.without});
  }
  return missing;
}

}  // namespace boundscope
