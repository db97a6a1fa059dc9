// Which of several runtimes in a process hosts the program, and which files extend it.
#pragma once

#include <string_view>
#include <vector>

#include "target/runtime_maps.h"
#include "target/runtime_program.h"

namespace boundscope {

struct RuntimeLibrary {
  NamedRuntime named;
  std::string_view path;
};

// The mapped libraries that are runtimes.
std::vector<RuntimeLibrary> runtime_libraries(const CodeMappings& code);

// The one that hosts the program; null if the executable itself does. A server made for it (uWSGI,
// Apache) or a mere launcher hands the process over to the runtime; in any other program, like a
// database with procedures in Python, it is only embedded.
const RuntimeLibrary* hosting_library(const ProgramMarks& program, std::string_view exe,
                                      const std::vector<RuntimeLibrary>& libraries);

// Whether a server made for it carries Python in its executable.
bool hosts_python_itself(const ProgramMarks& program, std::string_view exe);

// Whether a mapped file is a native extension of a program in `runtime`, and not a part of the
// runtime or of the system. `home` is the runtime's folder (JVM).
bool is_extension(std::string_view path, Runtime runtime, std::string_view home);

}  // namespace boundscope
