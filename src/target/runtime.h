// In which language runtime a process runs, told by its executable and what it has mapped.
//
// Never by thread or process names: those are the target's to choose.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "boundscope/target.h"
#include "target/proc_fs.h"

namespace boundscope {

struct RuntimeGuess {
  Runtime runtime = Runtime::unknown;
  std::string version;  // empty if not known
};

// Remembers what it found per executable file, so that 500 workers cost as much as one.
class RuntimeDetector {
 public:
  explicit RuntimeDetector(const ProcFs& proc) : proc_(proc) {}

  // `unknown` if the executable cannot be opened, `native` if no runtime was recognised.
  RuntimeGuess of_process(pid_t pid);

 private:
  const ProcFs& proc_;
  std::map<std::pair<dev_t, ino_t>, RuntimeGuess> known_;
};

// Of a program that does not run yet: by its file alone.
RuntimeGuess runtime_of_file(const std::string& path);

// The parts, exposed for tests. Both yield `unknown` if no rule matches.
RuntimeGuess runtime_by_name(std::string_view exe);
RuntimeGuess runtime_by_mappings(std::string_view maps);

}  // namespace boundscope
