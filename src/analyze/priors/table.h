// The priors as a text of the program (cmake/EmbedText.cmake).
#pragma once

#include <span>
#include <string_view>

namespace boundscope {

struct PriorTable {
  std::string_view name;
  std::string_view text;
};

std::span<const PriorTable> prior_tables();

}  // namespace boundscope
