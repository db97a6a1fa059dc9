// Target: the service to look at, as a set of processes.
//
// resolve_target() turns what the user typed into processes that exist now. Processes and threads
// that appear later are followed by the collector. Pids are those of the caller's pid namespace.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "boundscope/result.h"

namespace boundscope {

// Languages and their runtimes; enumerators are spelled as in JSON and on the command line.
enum class Runtime {
  unknown,
  go,
  jvm,
  node,
  cpython,
  ruby,
  php,
  beam,
  dotnet,
  native,
  deno,
  bun,
  lua
};

// What programs for a runtime are written in, as far as the runtime tells; empty if that is open.
constexpr std::string_view language_of(Runtime runtime) {
  switch (runtime) {
    case Runtime::go:
      return "go";
    case Runtime::jvm:
      return "java";
    case Runtime::node:
    case Runtime::deno:
    case Runtime::bun:
      return "javascript";
    case Runtime::cpython:
      return "python";
    case Runtime::ruby:
      return "ruby";
    case Runtime::php:
      return "php";
    case Runtime::beam:
      return "erlang";
    case Runtime::dotnet:
      return "c#";
    case Runtime::lua:
      return "lua";
    case Runtime::native:
    case Runtime::unknown:
      break;
  }
  return "";
}

// What the user asked for. Exactly one member is set; `pids` may name several processes.
struct TargetSelector {
  std::vector<pid_t> pids;            // -p/--pid, with all their descendants
  std::optional<std::string> cgroup;  // --cgroup: a path, absolute or below the cgroup mount
  std::optional<std::string> unit;    // --unit: a systemd unit
  std::optional<std::uint16_t> port;  // --port: every process that holds a listener on it
  std::optional<std::string> comm;    // --comm: exact process name (comm, at most 15 bytes)
  std::vector<std::string>
      command;  // -- COMMAND ARGS: started by us, stopped at the latest with us
};

struct TargetProcess {
  pid_t pid = 0;     // in the caller's pid namespace
  pid_t parent = 0;  // same; 0 if outside
  std::uint64_t start_ticks =
      0;                    // field 22 of /proc/PID/stat; with pid it names a process for ever
  std::string comm = {};    // as the kernel gives it, at most 15 bytes; may hold any byte
  std::string exe = {};     // link target of /proc/PID/exe; empty if unreadable
  std::string cgroup = {};  // path in the cpu or unified hierarchy, without mount point
  Runtime runtime = Runtime::unknown;
  std::string runtime_version = {};  // empty if not known
  std::uint32_t threads = 0;
  // Who built the runtime or put it there: "Debian", "Eclipse Adoptium", "pyenv", "LuaJIT"; empty:
  // not known.
  std::string runtime_vendor = {};
  std::string collector = {};  // of a JVM: g1 serial parallel z shenandoah epsilon cms; else empty
  // Where the runtime leaves the choice (Ruby, Lua): yjit, mjit, luajit, or none; empty: not known
  // or no choice.
  std::string jit = {};
  // What the program is written in: go java javascript python ruby php erlang elixir lua c c++
  // rust ... Empty where the marks do not tell.
  std::string language = {};
  // Other languages and runtimes in the process, sorted: what its extensions are written in (rust,
  // c++, c), how they are bound (cgo, jni), interpreters it carries (python, lua).
  std::vector<std::string> embedded = {};
};

struct Target {
  std::string description;               // what was asked for, for people: "port 8080", "pid 17"
  std::vector<TargetProcess> processes;  // never empty; the first one is the root of the service
  // Set for --cgroup and --unit: newcomers there belong to the target. The cgroup's directory,
  // mount point included (its inode is the kernel's cgroup id).
  std::optional<std::string> cgroup_scope;
};

// Errors (all with a hint): no such pid, kernel thread, zombie, nobody listens on the port, no such
// cgroup, unit or name, processes of another user that we may not look at.
// The roots are injectable for tests. `command` is not resolved here but started
// (src/target/start_command.h).
struct HostRoots {
  std::string proc = "/proc";
  std::string cgroup = "/sys/fs/cgroup";
  std::string sys = "/sys";
};
Result<Target> resolve_target(const TargetSelector& selector, const HostRoots& roots = {});

}  // namespace boundscope
