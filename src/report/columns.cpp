#include "report/columns.h"

#include <algorithm>
#include <cmath>

#include "report/escape.h"

namespace boundscope {

std::string wrapped(std::string_view text, std::string_view first) {
  const std::size_t indent = columns_of(first);
  const std::size_t room = kPageColumns - indent;
  std::string out(first);
  std::size_t used = 0;
  while (!text.empty()) {
    std::size_t end = std::min(text.find(' '), text.size());
    if (text.substr(end).starts_with(" %")) end = std::min(text.find(' ', end + 1), text.size());
    const std::string word = fitted(text.substr(0, end), room);
    const std::size_t columns = columns_of(word);
    if (used > 0 && used + 1 + columns > room) {
      out += '\n' + std::string(indent, ' ');
      used = 0;
    }
    if (used > 0) out += ' ';
    out += word;
    used += columns + (used > 0 ? 1 : 0);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + '\n';
}

std::string left(std::string_view text, std::size_t columns) {
  std::string cell = fitted(text, columns);
  return cell + std::string(columns - columns_of(cell), ' ');
}

std::string right(std::string_view text, std::size_t columns) {
  std::string cell = fitted(text, columns);
  return std::string(columns - columns_of(cell), ' ') + cell;
}

std::string bar(double share, std::size_t columns) {
  const double clamped = std::clamp(share, 0.0, 1.0);
  const auto full = static_cast<std::size_t>(std::lround(clamped * static_cast<double>(columns)));
  return std::string(full, '#') + std::string(columns - full, ' ');
}

}  // namespace boundscope
