#include "target/runtime_jvm.h"

#include <sys/stat.h>

#include <array>

#include "target/runtime_maps.h"
#include "target/runtime_options.h"
#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::size_t kPerfDataLimit = 1024 * 1024;  // 32 KB unless somebody asked for more

struct CollectorName {
  std::string_view text;
  std::string_view collector;
};

// How the names of collectors and of the policy start in the JVM's counters, from 8 to 25.
constexpr CollectorName kCounterNames[] = {
    {"GarbageFirst", "g1"},
    {"G1", "g1"},
    {"Shenandoah", "shenandoah"},
    {"Z", "z"},
    {"Epsilon", "epsilon"},
    {"ParNew", "cms"},
    {"CMS", "cms"},
    {"ParScav", "parallel"},
    {"Parallel", "parallel"},
    {"PS", "parallel"},
    {"Serial", "serial"},
    {"Copy", "serial"},
};

constexpr CollectorName kOptions[] = {
    {"-XX:+UseG1GC", "g1"},
    {"-XX:+UseSerialGC", "serial"},
    {"-XX:+UseParallelGC", "parallel"},
    {"-XX:+UseParallelOldGC", "parallel"},
    {"-XX:+UseZGC", "z"},
    {"-XX:+UseShenandoahGC", "shenandoah"},
    {"-XX:+UseEpsilonGC", "epsilon"},
    {"-XX:+UseConcMarkSweepGC", "cms"},
};

constexpr std::array<std::string_view, 5> kCollectorCounters = {
    "sun.gc.policy.name", "sun.gc.collector.0.name", "sun.gc.collector.1.name",
    "sun.gc.collector.2.name", "sun.gc.collector.3.name"};

std::string value_of(const JvmStrings& counters, const std::string& name) {
  const auto found = counters.find(name);
  return found == counters.end() ? "" : printable(found->second);
}

std::string collector_of_counters(const JvmStrings& counters) {
  for (const std::string_view counter : kCollectorCounters) {
    const std::string name = value_of(counters, std::string(counter));
    for (const CollectorName& known : kCounterNames) {
      if (name.starts_with(known.text)) return std::string(known.collector);
    }
  }
  return collector_of_options(value_of(counters, "java.rt.vmArgs"));
}

std::string_view parent(std::string_view path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

// KEY="VALUE" of the release file.
std::string release_value(std::string_view release, std::string_view key) {
  while (!release.empty()) {
    std::string_view line = take_until(release, '\n');
    if (line.size() <= key.size() || !line.starts_with(key) || line[key.size()] != '=') continue;
    line.remove_prefix(key.size() + 1);
    if (line.starts_with('"')) line.remove_prefix(1);
    return printable(line.substr(0, line.find_first_of("\"\r")).substr(0, 128));
  }
  return "";
}

// What the process shares of its own accord. It must be its own file, not one that another user
// has put there.
std::optional<JvmStrings> published(const ProcFs& proc, pid_t pid, const ProcessRoot& root,
                                    std::string_view maps) {
  const std::string_view path = mapped_path_with(maps, "/hsperfdata_");
  if (path.empty()) return std::nullopt;
  const UniqueFd file = root.open(path);
  const auto status = proc.status(pid);
  struct stat info {};
  if (!file || !status || ::fstat(file.get(), &info) != 0) return std::nullopt;
  if (status->uid && *status->uid != info.st_uid) return std::nullopt;
  return parse_hsperfdata(read_start(file, kPerfDataLimit));
}

void fill(std::string& value, std::string other) {
  if (value.empty()) value = std::move(other);
}

std::string started_collector(const ProcFs& proc, pid_t pid) {
  // In the order in which the JVM reads them: later ones win.
  return collector_of_options(environment_variable(proc, pid, "JAVA_TOOL_OPTIONS") + " " +
                              environment_variable(proc, pid, "JDK_JAVA_OPTIONS") + " " +
                              command_line(proc, pid) + " " +
                              environment_variable(proc, pid, "_JAVA_OPTIONS"));
}

}  // namespace

std::string_view java_home(std::string_view libjvm) {
  for (std::string_view folder = parent(libjvm); !folder.empty(); folder = parent(folder)) {
    const std::string_view name = base_name(folder);
    if (name == "lib" || name == "jre") return parent(folder);
  }
  return parent(libjvm);
}

std::string collector_of_options(std::string_view options) {
  std::string collector;
  std::size_t last = 0;
  for (const CollectorName& option : kOptions) {
    const auto at = options.rfind(option.text);
    if (at == std::string_view::npos || (!collector.empty() && at < last)) continue;
    collector = option.collector;
    last = at;
  }
  return collector;
}

JvmDetails jvm_details_of(const JvmStrings& counters) {
  JvmDetails details;
  details.version = value_of(counters, "java.property.java.version");
  details.vendor = value_of(counters, "java.property.java.vm.vendor");
  details.collector = collector_of_counters(counters);
  return details;
}

JvmDetails jvm_details_of_release(std::string_view release) {
  JvmDetails details;
  details.version = release_value(release, "JAVA_VERSION");
  details.vendor = release_value(release, "IMPLEMENTOR");
  return details;
}

JvmDetails jvm_details(const ProcFs& proc, pid_t pid, const ProcessRoot& root,
                       std::string_view maps, std::string_view libjvm) {
  JvmDetails details;
  if (const auto counters = published(proc, pid, root, maps)) details = jvm_details_of(*counters);
  if (details.version.empty() || details.vendor.empty()) {
    std::string path(java_home(libjvm));
    std::string release = root.read(path + "/release");
    if (release.empty()) release = root.read(std::string(parent(path)) + "/release");  // 8: jre/
    JvmDetails installed = jvm_details_of_release(release);
    fill(details.version, std::move(installed.version));
    fill(details.vendor, std::move(installed.vendor));
  }
  if (details.collector.empty()) details.collector = started_collector(proc, pid);
  return details;
}

}  // namespace boundscope
