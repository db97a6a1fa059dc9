#include "cli/roi_options.h"

#include <algorithm>

namespace boundscope {
namespace {

// Keys of the file that are no numbers.
constexpr auto kWords = std::to_array<const char*>({"language", "currency", "memory-safety"});

std::string with_dashes(std::string_view key) {
  std::string name(key);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::string key_of(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace

std::vector<std::string> cost_option_names() {
  std::vector<std::string> names(kWords.begin(), kWords.end());
  for (const CostKey& key : kCostKeys) names.push_back(with_dashes(key.name));
  return names;
}

Result<CostFile> typed_costs(const std::vector<std::pair<std::string, std::string>>& typed) {
  CostFile file;
  file.sections.emplace_back();
  for (const auto& [option, text] : typed) {
    const CostPlace place{ErrorKind::usage, "the option --" + option};
    if (const Result<> done = set_cost(key_of(option), text, place, file, file.sections.front());
        !done)
      return done.error();
  }
  return file;
}

}  // namespace boundscope
