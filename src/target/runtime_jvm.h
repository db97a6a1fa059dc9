// Vendor, version and collector of a JVM.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "target/proc_fs.h"
#include "target/runtime_hsperfdata.h"
#include "target/runtime_root.h"

namespace boundscope {

struct JvmDetails {
  std::string version;  // each empty if not known
  std::string vendor;
  std::string collector;
};

// From what the JVM publishes itself; where it does not, from the file `release` of its
// installation and its command line. `libjvm` is the mapped library.
JvmDetails jvm_details(const ProcFs& proc, pid_t pid, const ProcessRoot& root,
                       std::string_view maps, std::string_view libjvm);

// The parts, exposed for tests.
JvmDetails jvm_details_of(const JvmStrings& counters);
JvmDetails jvm_details_of_release(std::string_view release);
// The collector that options ask for, whatever they are separated by; the last one counts.
std::string collector_of_options(std::string_view options);
// The folder that `libjvm` belongs to: a mapped file below it is the JVM's own.
std::string_view java_home(std::string_view libjvm);

}  // namespace boundscope
