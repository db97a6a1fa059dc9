// What the Go linker writes into every program, stripped ones included.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "target/elf_file.h"

namespace boundscope {

struct GoBuild {
  std::string version;     // without "go"; empty if it is stored in a way we do not read
  bool is_program = true;  // false: Go code built as a library (c-archive, c-shared)
};

// Empty: no Go code in it.
std::optional<GoBuild> go_build(const ElfFile& file);

// `blob` starts with the build info header. Programs older than Go 1.18 name their version by an
// address, which only `file` can resolve. Exposed for tests.
std::optional<GoBuild> parse_go_buildinfo(std::string_view blob, const ElfFile* file = nullptr);

}  // namespace boundscope
