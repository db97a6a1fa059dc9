#include "collect/recording_header.h"

#include <sys/utsname.h>

#include <array>
#include <ctime>

#include "target/limits.h"

namespace boundscope {
namespace {

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm fields{};
  gmtime_r(&now, &fields);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &fields);
  return text.data();
}

}  // namespace

RecordingHeader recording_header(const Target& target, const CollectOptions& options,
                                 const std::vector<Capability>& capabilities) {
  RecordingHeader header;
  utsname system{};
  uname(&system);
  const TargetLimits limits = target_limits(target, options.roots);
  header.tool_version = BOUNDSCOPE_VERSION;
  header.started = utc_now();
  header.kernel = system.release;
  header.architecture = system.machine;
  header.cpus = limits.online_cpus;
  header.cpu_limit = limits.cpu_limit;
  header.cpu_quota = limits.cpu_quota;
  header.memory_limit_bytes = limits.memory_limit_bytes;
  header.host_memory_bytes = limits.host_memory_bytes;
  header.frequency_hz = options.frequency_hz;
  header.budget_share = options.budget_share;
  header.seed = static_cast<std::uint64_t>(std::time(nullptr));
  header.target = target.description;
  header.capabilities = capabilities;
  return header;
}

}  // namespace boundscope
