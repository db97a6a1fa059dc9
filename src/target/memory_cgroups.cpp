#include "target/memory_cgroups.h"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "target/limits.h"
#include "target/text.h"

namespace boundscope {
namespace {

using Bytes = std::optional<std::uint64_t>;

Bytes sum(Bytes a, Bytes b) {
  if (!a) return b;
  return *a + b.value_or(0);
}

// v1 counts without descendants, and with them under "total_"; v2 always counts them in.
Bytes value_with_descendants(const FileText& statistics, const std::string& key) {
  if (const Bytes total = find_value(statistics.text, "total_" + key)) return total;
  return find_value(statistics.text, key);
}

// One counter for files alone was all there was before Linux 5.9.
void set_refaults(MemoryEvents& events, const FileText& statistics) {
  const auto value = [&](const char* key) { return value_with_descendants(statistics, key); };
  const Bytes files = value("workingset_refault_file");
  events.refaults_anonymous = value("workingset_refault_anon");
  events.refaults = sum(files, events.refaults_anonymous);
  if (!events.refaults) events.refaults = value("workingset_refault");
  events.refaults_active =
      sum(value("workingset_activate_file"), value("workingset_activate_anon"));
  if (!events.refaults_active) events.refaults_active = value("workingset_activate");
}

// Where its own limit was met: v1 counts nothing else; v2 has a file without the descendants, which
// came with Linux 5.2.
Bytes limit_hits(const CgroupDirectory& cgroup) {
  if (!cgroup.hierarchy.unified) {
    return parse_number<std::uint64_t>(trim(read_file(cgroup.file("memory.failcnt")).text));
  }
  FileText events = read_file(cgroup.file("memory.events.local"));
  if (!events) events = read_file(cgroup.file("memory.events"));
  return sum(find_value(events.text, "high"), find_value(events.text, "max"));
}

// v1 counts them where the killed process was.
Bytes oom_kills(const CgroupDirectory& cgroup) {
  const char* file = cgroup.hierarchy.unified ? "memory.events" : "memory.oom_control";
  return find_value(read_file(cgroup.file(file)).text, "oom_kill");
}

Bytes usage_of(const CgroupDirectory& cgroup) {
  const char* file = cgroup.hierarchy.unified ? "memory.current" : "memory.usage_in_bytes";
  return parse_number<std::uint64_t>(trim(read_file(cgroup.file(file)).text));
}

Bytes page_cache_of(const CgroupDirectory& cgroup) {
  const FileText statistics = read_file(cgroup.file("memory.stat"));
  const Bytes files =
      value_with_descendants(statistics, cgroup.hierarchy.unified ? "file" : "cache");
  if (!files) return std::nullopt;
  const Bytes shared = value_with_descendants(statistics, "shmem");
  return *files - std::min(*files, shared.value_or(0));
}

}  // namespace

MemoryCgroups::MemoryCgroups(const Target& target, const CgroupFs& cgroups, const ProcFs& proc)
    : host_bytes_(host_memory_bytes(proc)) {
  const auto entries = proc.cgroups(target.processes.front().pid);
  const auto own = cgroups.controlling(entries, "memory");
  if (!own) return;
  line_ = cgroups.with_ancestors(*own);
  if (target.cgroup_scope) add_below_scope(target, cgroups, proc);
  const auto first = [&](auto tells) -> std::optional<CgroupDirectory> {
    const auto found = std::find_if(line_.begin(), line_.end(), tells);
    return found == line_.end() ? std::nullopt : std::optional(*found);
  };
  statistics_ =
      first([](const CgroupDirectory& cgroup) { return path_exists(cgroup.file("memory.stat")); });
  kills_ = first([](const CgroupDirectory& cgroup) { return oom_kills(cgroup).has_value(); });
  usage_ = first([](const CgroupDirectory& cgroup) { return usage_of(cgroup).has_value(); });
}

// The service may have divided its cgroup further; what counts is the whole of it, and the limits
// of its parts besides.
void MemoryCgroups::add_below_scope(const Target& target, const CgroupFs& cgroups,
                                    const ProcFs& proc) {
  line_ = from_scope(std::move(line_), target.cgroup_scope);
  std::set<std::string> seen;
  for (const TargetProcess& process : target.processes) {
    const auto own = cgroups.controlling(proc.cgroups(process.pid), "memory");
    if (!own || seen.contains(own->path)) continue;
    const auto line = cgroups.with_ancestors(*own);
    const auto above = from_scope(line, target.cgroup_scope).size();
    for (const CgroupDirectory& below : std::span(line).first(line.size() - above)) {
      if (seen.insert(below.path).second) below_.push_back(below);
    }
  }
}

// "max", and the huge number that v1 writes for no limit, are none.
Bytes MemoryCgroups::limit_of(const CgroupDirectory& cgroup) const {
  const Bytes limit = memory_limit(cgroup);
  return limit && (host_bytes_ == 0 || *limit < host_bytes_) ? limit : std::nullopt;
}

MemoryEvents MemoryCgroups::events() const {
  MemoryEvents events;
  for (const auto* cgroups : {&below_, &line_}) {
    for (const CgroupDirectory& cgroup : *cgroups)
      events.limit_hits = sum(events.limit_hits, limit_hits(cgroup));
  }
  if (kills_) {
    events.oom_kills = oom_kills(*kills_);
    if (!kills_->hierarchy.unified) {
      for (const CgroupDirectory& cgroup : below_)
        events.oom_kills = sum(events.oom_kills, oom_kills(cgroup));
    }
  }
  if (statistics_) set_refaults(events, read_file(statistics_->file("memory.stat")));
  return events;
}

MemoryLevels MemoryCgroups::levels() const {
  MemoryLevels levels;
  const CgroupDirectory* nearest = nullptr;
  std::uint64_t least_room = 0;
  for (const auto* cgroups : {&below_, &line_}) {
    for (const CgroupDirectory& cgroup : *cgroups) {
      const Bytes limit = limit_of(cgroup);
      const Bytes usage = limit ? usage_of(cgroup) : std::nullopt;
      if (!usage) continue;
      const std::uint64_t room = *limit - std::min(*usage, *limit);
      if (nearest != nullptr && room >= least_room) continue;
      nearest = &cgroup;
      least_room = room;
      levels.limit_bytes = limit;
      levels.usage_bytes = usage;
    }
  }
  if (nearest == nullptr && usage_) {
    nearest = &*usage_;
    levels.usage_bytes = usage_of(*usage_);
  }
  if (nearest != nullptr && levels.usage_bytes) levels.page_cache_bytes = page_cache_of(*nearest);
  // With the target's own the nearest limit may have gone; the next one is not about the target.
  const bool is_gone = line_.empty() || !path_exists(line_.front().file("cgroup.procs"));
  return is_gone ? MemoryLevels{} : levels;
}

}  // namespace boundscope
