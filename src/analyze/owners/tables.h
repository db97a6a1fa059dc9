// Tables: the owner tables of this folder as they were when the program was built (CMakeLists.txt
// of src/analyze, cmake/EmbedText.cmake).
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "analyze/owners/rule.h"

namespace boundscope {

struct OwnerTable {
  std::string_view name;  // of the file, without ".tsv"
  std::string_view text;
};

std::span<const OwnerTable> owner_tables();
std::optional<std::string_view> owner_table(std::string_view name);
// Precondition: there is a table of that name.
std::vector<Rule> owner_rules(std::string_view name);

}  // namespace boundscope
