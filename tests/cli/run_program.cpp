#include "cli/run_program.h"

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace boundscope {

ScratchFolder::ScratchFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "boundscope-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ScratchFolder::file(const std::string& name, const std::string& content) const {
  std::ofstream(path(name), std::ios::binary) << content;
  return path(name);
}

std::string read_file(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

Run run_boundscope(const std::string& arguments) {
  const ScratchFolder folder;
  const std::string command = "(exec " BOUNDSCOPE_PROGRAM " " + arguments + ") >" +
                              folder.path("out") + " 2>" + folder.path("err");
  const int raw = std::system(command.c_str());
  const int status = WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
  return {status, read_file(folder.path("out")), read_file(folder.path("err"))};
}

}  // namespace boundscope
