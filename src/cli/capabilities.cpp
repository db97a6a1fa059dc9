#include "cli/capabilities.h"

#include <sys/capability.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

namespace boundscope {
namespace {

struct FreeHeld {
  void operator()(void* state) const noexcept { cap_free(state); }
};
using HeldCapabilities = std::unique_ptr<std::remove_pointer_t<cap_t>, FreeHeld>;

std::vector<cap_value_t> wanted(KeptRights kept) {
  if (kept == KeptRights::none) return {};
  // Kernels differ in whether a probe on a runtime's stops takes CAP_PERFMON or CAP_SYS_ADMIN. What
  // else that one allows, the filter does not.
  std::vector<cap_value_t> all{CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH,    CAP_SYSLOG,   CAP_BPF,
                               CAP_PERFMON,    CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN};
  if (kept == KeptRights::measuring_command) all.push_back(CAP_KILL);
  return all;
}

bool is_held(cap_t state, cap_value_t capability) {
  cap_flag_value_t has = CAP_CLEAR;
  return cap_get_flag(state, capability, CAP_EFFECTIVE, &has) == 0 && has == CAP_SET;
}

Error failed() {
  return {ErrorKind::environment,
          std::string("could not give up capabilities: ") + std::strerror(errno), ""};
}

}  // namespace

Result<> keep_capabilities(KeptRights kept) {
  const HeldCapabilities held(cap_get_proc());
  const HeldCapabilities less(cap_init());
  if (!held || !less) return failed();
  const std::vector<cap_value_t> keep = wanted(kept);
  for (const cap_value_t capability : keep) {
    if (!is_held(held.get(), capability)) continue;
    for (const cap_flag_t set : {CAP_PERMITTED, CAP_EFFECTIVE})
      if (cap_set_flag(less.get(), set, 1, &capability, CAP_SET) != 0) return failed();
  }
  if (cap_set_proc(less.get()) != 0) return failed();
  return Done{};
}

}  // namespace boundscope
