// In which language runtime a process runs and what its program is written in, told by its
// executable and what it has mapped.
//
// Never by thread or process names: those are the target's to choose.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "boundscope/target.h"
#include "target/proc_fs.h"
#include "target/runtime_maps.h"
#include "target/runtime_program.h"

namespace boundscope {

// As in TargetProcess. `unknown` with a language is an interpreter that we know no more of.
struct RuntimeGuess {
  Runtime runtime = Runtime::unknown;
  std::string version;
  std::string vendor;
  std::string collector;
  std::string jit;
  std::string language;
  std::vector<std::string> embedded;
};

// Looks into each file once, however many processes run or map it, and at a few processes of those
// that run the same file with the same arguments: the others are taken to be like them.
class RuntimeDetector {
 public:
  explicit RuntimeDetector(const ProcFs& proc) : proc_(proc) {}

  // `unknown` if the executable cannot be opened, `native` if no runtime was recognised.
  RuntimeGuess of_process(pid_t pid);

  // What it cost so far.
  std::size_t files_read() const { return files_read_; }
  std::size_t processes_read() const { return processes_read_; }

 private:
  struct FileId {
    dev_t device = 0;
    ino_t inode = 0;
    std::int64_t changed_ns = 0;  // inodes are used again
    auto operator<=>(const FileId&) const = default;
  };
  struct Known {
    int looks = 0;
    RuntimeGuess guess;
  };
  struct Look;

  static FileId id_of(const struct stat& info);
  const ProgramMarks& program(const FileId& id, UniqueFd fd, std::string_view path);
  const std::vector<std::string>& extension(const Look& look, const CodeFile& file);
  RuntimeGuess look_at(pid_t pid, const ProgramMarks& program, std::string_view exe);
  void add_details(const Look& look, std::string_view path, RuntimeGuess& guess);
  void take_extensions(const Look& look, RuntimeGuess& guess);
  static std::string vendor(const Look& look, std::string_view path, const RuntimeGuess& guess);

  const ProcFs& proc_;
  std::map<FileId, ProgramMarks> programs_;
  std::map<std::string, std::vector<std::string>> extensions_;  // by device, inode and path
  std::map<std::pair<FileId, std::string>, Known> processes_;   // by executable and arguments
  std::size_t files_read_ = 0;
  std::size_t processes_read_ = 0;
};

// Of a program that does not run yet: by its file alone.
RuntimeGuess runtime_of_file(const std::string& path);

}  // namespace boundscope
