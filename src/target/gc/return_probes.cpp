#include "target/gc/return_probes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "target/gc/runtime_file.h"
#include "target/text.h"

namespace boundscope {
namespace {

// What stands behind "KEY:" in status; empty if it has no such line.
std::string_view line_of(std::string_view status, std::string_view key) {
  while (!status.empty()) {
    std::string_view line = take_until(status, '\n');
    if (take_until(line, ':') == key) return trim(line);
  }
  return {};
}

}  // namespace

bool seccomp_forbids_returns(std::string_view kernel_release) {
  const auto major = parse_number<std::uint32_t>(take_until(kernel_release, '.'));
  const auto digits = kernel_release.substr(0, kernel_release.find_first_not_of("0123456789"));
  const auto minor = parse_number<std::uint32_t>(digits);
  if (!major || !minor) return true;  // not known to be safe
  return *major == 6 && *minor >= 11 && *minor <= 13;
}

std::string_view return_hazard(std::string_view status, bool seccomp_forbids) {
  const std::string_view seccomp = line_of(status, "Seccomp");
  if (seccomp_forbids && seccomp != "0") {
    return "a probe where a function returns would kill a process with a seccomp filter on this "
           "kernel";
  }
  // Not every kernel corrects the shadow stack when it changes the other one.
  if (line_of(status, "x86_Thread_features").find("shstk") != std::string_view::npos)
    return "a probe where a function returns could kill a process with a shadow stack";
  return {};
}

bool switches_stacks(std::string_view library) {
  constexpr std::string_view kKnown[] = {"_greenlet.", "swoole.so", "openswoole.so", "swow.so"};
  return std::any_of(std::begin(kKnown), std::end(kKnown),
                     [&](std::string_view known) { return library.starts_with(known); });
}

std::string_view return_hazard(const ProcFs& proc, pid_t pid) {
  const FileText maps = proc.maps(pid);
  for (const MappedCode& code : parse_mapped_code(maps.text)) {
    if (switches_stacks(base_name(code.path))) {
      return "a probe where a function returns could kill a process that switches between stacks "
             "(greenlets, coroutines)";
    }
  }
  const FileText release = proc.read("sys/kernel/osrelease");
  const bool seccomp_forbids = seccomp_forbids_returns(trim(release.text));
  if (!seccomp_forbids) return return_hazard(proc.read(fmt::format("{}/status", pid)).text, false);
  std::string_view hazard;
  for (const pid_t thread : proc.threads(pid)) {
    const FileText status = proc.read(fmt::format("{}/task/{}/status", pid, thread));
    if (!status) continue;  // it has ended
    hazard = return_hazard(status.text, true);
    if (!hazard.empty()) break;
  }
  return hazard;
}

}  // namespace boundscope
