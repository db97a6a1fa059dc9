// Text for a screen of 80 columns.
#pragma once

#include <string>
#include <string_view>

namespace boundscope {

inline constexpr std::size_t kPageColumns = 80;

// Text broken between words so that no line is wider than the page. The first line begins with
// `first`, the others are indented as far; a percent sign stays with its number. Ends with a
// newline. Words too long for a line are cut.
std::string wrapped(std::string_view text, std::string_view first = "");

// `text` in exactly `columns` columns, cut or filled up with spaces.
std::string left(std::string_view text, std::size_t columns);
std::string right(std::string_view text, std::size_t columns);

// A share in [0, 1] as a bar: "######    ".
std::string bar(double share, std::size_t columns);

}  // namespace boundscope
