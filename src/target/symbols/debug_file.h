// The separate file in which a distribution keeps the symbols of a stripped program.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "target/elf_file.h"
#include "target/symbols/read_budget.h"

namespace boundscope {

// Opens a regular file by its absolute path below a root, without leaving that root.
using OpenFile = std::function<UniqueFd(const std::string& path)>;

struct DebugLink {
  std::string name;  // no path
  std::uint32_t crc = 0;
};

// From the bytes of .note.gnu.build-id and .gnu_debuglink; empty if they are something else.
std::string parse_build_id(std::string_view note);
std::optional<DebugLink> parse_debug_link(std::string_view section);

// Where debug files may be, in this order. Either may be empty.
struct DebugFolders {
  OpenFile in_target;  // the root of the target
  OpenFile on_host;    // the host's /usr/lib/debug
};

// Searches by build-id, then by debug link. What is found carries the same build-id, or the
// checksum of the link where `file` has none. `path` is where the target has `file`.
std::optional<ElfFile> find_debug_file(const ElfFile& file, std::string_view path,
                                       const DebugFolders& folders, ReadBudget& budget);

}  // namespace boundscope
