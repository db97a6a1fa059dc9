// What the user typed, as root processes. One function per kind of TARGET on the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "boundscope/target.h"
#include "target/process_table.h"

namespace boundscope {

// The host as it was when the target was resolved.
struct Host {
  const HostRoots& roots;
  const ProcFs& proc;
  const ProcessTable& table;
  pid_t self = 0;  // never part of a target, nor what we started; 0 if /proc does not say
};

struct Selection {
  std::string description;
  std::vector<pid_t> pids;
  bool with_descendants = true;
  std::optional<std::string> cgroup_scope;
};

Result<Selection> select_pids(const Host& host, const std::vector<pid_t>& pids);
Result<Selection> select_port(const Host& host, std::uint16_t port);
Result<Selection> select_comm(const Host& host, const std::string& comm);
Result<Selection> select_cgroup(const Host& host, const std::string& cgroup);
Result<Selection> select_unit(const Host& host, const std::string& unit);
Result<Selection> select_container(const Host& host, const std::string& container);

// A directory of the cgroup file system, with all that are below it.
Result<Selection> select_directory(const Host& host, const std::string& directory,
                                   std::string description);

// May we look at this process at all? Otherwise the error names what is missing.
Result<> check_permission(const Host& host, pid_t pid);

}  // namespace boundscope
