// -- COMMAND ARGS: a target that we start ourselves.
//
// The child exists, and can be attached to, before the command runs in it: it waits for release().
// It ends at the latest with its handle, or with the thread that started it if we are killed.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "boundscope/target.h"
#include "target/unique_fd.h"

namespace boundscope {

class StartedCommand {
 public:
  StartedCommand(StartedCommand&& other) noexcept;
  StartedCommand& operator=(StartedCommand&&) = delete;
  // SIGTERM to the process group, SIGKILL after 2 s to what is left of it.
  ~StartedCommand();

  pid_t pid() const { return pid_; }
  const std::string& path() const { return path_; }

  // Lets the command run. Error: it cannot be executed; says why. Call it once.
  Result<> release();
  // Has the command's first process ended? Its pid stays reserved until the handle is gone.
  bool has_exited() const;

 private:
  friend Result<StartedCommand> start_command(const std::vector<std::string>& argv);
  StartedCommand(pid_t pid, std::string path, UniqueFd control)
      : pid_(pid), path_(std::move(path)), control_(std::move(control)) {}

  pid_t pid_ = 0;  // also the process group; 0: moved from
  std::string path_;
  UniqueFd control_;
};

// The command's output goes to our stderr, for stdout carries the answer; its stdin is empty.
// Error: there is no such program. Precondition: argv is not empty.
Result<StartedCommand> start_command(const std::vector<std::string>& argv);

// The target as it will be once the command runs: named and recognised by the program's file.
Result<Target> target_of(const StartedCommand& command, const HostRoots& roots = {});

}  // namespace boundscope
