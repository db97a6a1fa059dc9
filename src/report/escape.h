// Names from the target are hostile: they may hold escape sequences, broken UTF-8 or characters
// that turn the rest of the line around. Nothing of that reaches a terminal or a JSON consumer.
#pragma once

#include <string>
#include <string_view>

namespace boundscope {

// The same text with everything that is no visible character spelled out: "\x1b" for a control byte
// or a byte that is no UTF-8, "\u202e" for an invisible or direction-changing character.
std::string escaped(std::string_view raw);

// Columns that valid UTF-8 takes on a terminal; never too few.
std::size_t columns_of(std::string_view text);

// At most `columns` columns of it; the end is replaced by "..." if something had to go.
std::string fitted(std::string_view text, std::size_t columns);

}  // namespace boundscope
