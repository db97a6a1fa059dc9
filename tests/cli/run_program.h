// Runs the built boundscope through a shell and collects what it said.
#pragma once

#include <string>

namespace boundscope {

struct Run {
  int status = 0;  // exit status; 128 + n for signal n
  std::string out;
  std::string err;
};

// A directory of its own for a test, gone with it.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string file(const std::string& name,
                   const std::string& content) const;  // writes it; its path
  std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// `arguments` are shell text and may redirect.
Run run_boundscope(const std::string& arguments);

std::string read_file(const std::string& path);

}  // namespace boundscope
