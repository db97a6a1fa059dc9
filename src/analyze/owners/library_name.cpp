#include "analyze/owners/library_name.h"

#include <algorithm>

namespace boundscope {

std::string library_name(std::string_view module) {
  if (module.ends_with(".node")) return std::string(module.substr(0, module.size() - 5));
  const std::size_t ending = module.find(".so");
  if (ending == std::string_view::npos) return std::string(module);
  std::string_view stem = module.substr(0, ending);
  for (const std::string_view tag : {".cpython", ".pypy", ".abi3"}) {
    stem = stem.substr(0, std::min(stem.find(tag), stem.size()));
  }
  const std::size_t dash = stem.rfind('-');
  const bool is_version = dash != std::string_view::npos && dash + 1 < stem.size() &&
                          stem[dash + 1] >= '0' && stem[dash + 1] <= '9';
  return std::string(is_version ? stem.substr(0, dash) : stem);
}

}  // namespace boundscope
