// resolve_target(): from what the user typed to the processes that exist now.
#include <cassert>

#include "boundscope/target.h"
#include "target/describe_process.h"
#include "target/resolve_container.h"
#include "target/select.h"

namespace boundscope {
namespace {

Result<Selection> select(const Host& host, const TargetSelector& wanted) {
  if (!wanted.pids.empty()) return select_pids(host, wanted.pids);
  if (wanted.port) return select_port(host, *wanted.port);
  if (wanted.comm) return select_comm(host, *wanted.comm);
  if (wanted.cgroup) return select_cgroup(host, *wanted.cgroup);
  if (wanted.unit) return select_unit(host, *wanted.unit);
  return Error{ErrorKind::usage, "no target was named",
               "name one with --pid, --port, --comm, --unit, --cgroup, or -- COMMAND"};
}

struct Snapshot {
  explicit Snapshot(const HostRoots& roots)
      : proc(roots.proc), table(proc), host{roots, proc, table, proc.self().value_or(0)} {}

  ProcFs proc;
  ProcessTable table;
  Host host;
};

Result<Target> described(const Host& host, Result<Selection> selection) {
  if (!selection) return selection.error();
  const auto processes = selection->with_descendants ? host.table.trees(selection->pids, host.self)
                                                     : host.table.only(selection->pids, host.self);

  Target target{.description = std::move(selection->description),
                .processes = {},
                .cgroup_scope = std::move(selection->cgroup_scope)};
  RuntimeDetector runtimes(host.proc);
  for (const ProcStat* process : processes) {
    target.processes.push_back(describe_process(host.proc, *process, runtimes));
  }
  if (target.processes.empty()) {
    return Error{ErrorKind::environment, target.description + " has no process to measure",
                 "boundscope itself and what it started do not count"};
  }
  return target;
}

}  // namespace

Result<Target> resolve_target(const TargetSelector& selector, const HostRoots& roots) {
  assert(selector.command.empty() && "commands are started by start_command()");
  const Snapshot now(roots);
  return described(now.host, select(now.host, selector));
}

Result<Target> resolve_container(const std::string& container, const HostRoots& roots) {
  const Snapshot now(roots);
  return described(now.host, select_container(now.host, container));
}

}  // namespace boundscope
