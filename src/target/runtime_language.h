// What a native program or library was compiled from, by the marks that compilers leave in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "target/elf_file.h"

namespace boundscope {

// The language of the program first, then those of code linked into it. Empty where no mark tells.
// `names` are the file's dynamic names (ElfFile::dynamic_names).
std::vector<std::string> native_languages(const ElfFile& file, std::string_view names);

// Whether `needle` is in `text`; fast on megabytes.
bool holds(std::string_view text, std::string_view needle);

}  // namespace boundscope
