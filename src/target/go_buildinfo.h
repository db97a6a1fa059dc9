// The Go version that the Go linker writes into every program, stripped ones included.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "target/elf_file.h"

namespace boundscope {

// Empty: no Go program. An empty string: Go, but its version is stored in a way we do not read
// (before Go 1.18 behind pointers).
std::optional<std::string> go_version(const ElfFile& file);

// `blob` starts with the build info header. Exposed for tests.
std::optional<std::string> parse_go_buildinfo(std::string_view blob);

}  // namespace boundscope
