#include "target/runtime_maps.h"

#include <algorithm>

#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::size_t kFilesLimit = 4096;

struct Mapping {
  std::string_view access;  // "r-xp"
  CodeFile file;
};

Mapping parse_line(std::string_view line) {
  Mapping mapping;
  mapping.file.range = take_word(line);
  mapping.access = take_word(line);
  take_word(line);  // offset
  mapping.file.device = take_word(line);
  mapping.file.inode = take_word(line);
  const auto path = line.find_first_not_of(' ');
  if (path != std::string_view::npos) mapping.file.path = line.substr(path);
  return mapping;
}

}  // namespace

CodeMappings parse_code_mappings(std::string_view maps) {
  CodeMappings found;
  while (!maps.empty()) {
    const Mapping mapping = parse_line(take_until(maps, '\n'));
    if (mapping.access.size() != 4 || mapping.access[2] != 'x') continue;
    const std::string_view path = mapping.file.path;
    if (path.empty() && mapping.access[1] == '-') found.anonymous_code = true;
    if (!path.starts_with('/') || found.files.size() >= kFilesLimit) continue;
    // A file's mappings follow each other.
    if (found.files.empty() || found.files.back().path != path) {
      found.files.push_back(mapping.file);
    }
  }
  return found;
}

std::string_view mapped_path_with(std::string_view maps, std::string_view part) {
  const auto at = maps.find(part);
  if (at == std::string_view::npos) return {};
  const auto begin = maps.rfind('\n', at) + 1;  // npos + 1 is the start
  return parse_line(maps.substr(begin, maps.find('\n', at) - begin)).file.path;
}

}  // namespace boundscope
