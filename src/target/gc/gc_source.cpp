#include "target/gc/gc_source.h"

#include <string_view>

#include "target/gc/go_source.h"
#include "target/gc/jvm_source.h"
#include "target/proc_fs.h"

namespace boundscope {
namespace {

// Why a runtime has no source; "" if it has one. docs/gc.md has the reasons at length.
std::string_view missing_source(Runtime runtime) {
  switch (runtime) {
    case Runtime::go:
    case Runtime::jvm:
      return "";
    case Runtime::node:
    case Runtime::deno:
      return "V8 keeps no counters of its collections where they can be found from outside";
    case Runtime::bun:
      return "JavaScriptCore keeps no counters of its collections where they can be found from "
             "outside";
    case Runtime::cpython:
      return "CPython counts collections but not how long they take";
    case Runtime::ruby:
    case Runtime::php:
    case Runtime::beam:
    case Runtime::dotnet:
    case Runtime::lua:
      return "this runtime's counters cannot be found from outside";
    case Runtime::native:
      return "a native program has no garbage collector";
    case Runtime::unknown:
      return "the process's runtime was not recognised";
  }
  return "the process's runtime was not recognised";
}

}  // namespace

Result<std::unique_ptr<GcSource>> open_gc_source(pid_t pid, Runtime runtime,
                                                 const HostRoots& roots) {
  const ProcFs proc(roots.proc);
  if (runtime == Runtime::go) return open_go_source(proc, pid);
  if (runtime == Runtime::jvm) return open_jvm_source(proc, pid);
  return Error{.kind = ErrorKind::environment,
               .message = std::string(missing_source(runtime)),
               .hint = "CPU time of the collector still comes from samples"};
}

}  // namespace boundscope
