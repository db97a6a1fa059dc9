// Runtimes by the names of their executables and libraries. Names are only a first guess for
// executables, which anybody may call as they like; runtime_program.h asks the file itself.
#pragma once

#include <string>
#include <string_view>

#include "boundscope/target.h"

namespace boundscope {

struct NamedRuntime {
  Runtime runtime = Runtime::unknown;
  std::string version = {};        // empty if not known
  std::string_view language = {};  // set without a runtime for interpreters that we know no more of
  // What the dynamic symbols of such a file hold, or the libraries that it asks for.
  std::string_view mark = {};

  bool known() const { return !language.empty(); }
};

// Both take a path and look at its base name; " (deleted)" at the end is no part of it.
NamedRuntime runtime_by_executable_name(std::string_view path);
NamedRuntime runtime_by_library_name(std::string_view path);

// `path` without the mark that the kernel puts behind the name of a deleted file.
std::string_view without_deleted(std::string_view path);

}  // namespace boundscope
