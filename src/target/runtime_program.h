// What one executable or library is, by its own content; its name only where that says no more.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "target/elf_file.h"
#include "target/runtime_names.h"

namespace boundscope {

struct ProgramMarks {
  NamedRuntime runtime;                // not known(): a native program
  std::vector<std::string> languages;  // of a native program: its own first; else of what it holds
  std::vector<std::string> needed;     // libraries it asks for
  std::uint64_t code_bytes = 0;
};

ProgramMarks program_marks(std::string_view path, const ElfFile& file);

// Of a library that extends another program: the languages in it, and "jni" if it is bound to Java.
std::vector<std::string> extension_marks(const ElfFile& file);

}  // namespace boundscope
