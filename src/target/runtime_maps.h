// What a process has mapped as code, from /proc/PID/maps.
#pragma once

#include <string_view>
#include <vector>

namespace boundscope {

// A file; the views are into the text that was parsed.
struct CodeFile {
  std::string_view range;   // "7f00-8f00", as in /proc/PID/map_files
  std::string_view device;  // "fe:00"
  std::string_view inode;
  std::string_view path;  // as the kernel prints it, perhaps with " (deleted)" behind it
};

struct CodeMappings {
  std::vector<CodeFile> files;  // each once, in the order of their addresses
  // Code that no file holds and that may not be written, as compilers at run time leave it.
  bool anonymous_code = false;
};
CodeMappings parse_code_mappings(std::string_view maps);

// The first mapped file, as code or data, with `part` in its path; empty if there is none.
std::string_view mapped_path_with(std::string_view maps, std::string_view part);

}  // namespace boundscope
