#include "report/escape.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>

namespace boundscope {
namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;
};

// The UTF-8 character at the beginning of `text`; empty if there is none (also for overlong forms,
// surrogates and codes above U+10FFFF).
std::optional<Character> decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return Character{lead, 1};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return std::nullopt;

  std::uint32_t code = lead & (0x7f >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80) return std::nullopt;
    code = code << 6 | (next & 0x3f);
  }
  const bool overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (overlong || surrogate || code > 0x10ffff) return std::nullopt;
  return Character{code, bytes};
}

bool in(std::uint32_t code, std::uint32_t first, std::uint32_t last) {
  return code >= first && code <= last;
}

// Controls, separators, direction marks, fillers, tags and private use: nothing to see, or not what
// it seems.
bool is_treacherous(std::uint32_t code) {
  return code < 0x20 || in(code, 0x7f, 0xa0) || code == 0xad || in(code, 0x300, 0x36f) ||
         code == 0x61c || in(code, 0x115f, 0x1160) || in(code, 0x17b4, 0x17b5) ||
         in(code, 0x180b, 0x180f) || in(code, 0x2000, 0x200f) || in(code, 0x2028, 0x202f) ||
         in(code, 0x205f, 0x206f) || code == 0x3000 || code == 0x3164 || in(code, 0xe000, 0xf8ff) ||
         in(code, 0xfe00, 0xfe0f) || code == 0xfeff || code == 0xffa0 || in(code, 0xfff0, 0xfffb) ||
         code >= 0xe0000;
}

// East Asian wide characters and emoji lie above; counting some narrow ones double does no harm.
std::size_t columns_of(std::uint32_t code) { return code >= 0x1100 && code != 0xfffd ? 2 : 1; }

}  // namespace

std::string escaped(std::string_view raw) {
  std::string text;
  while (!raw.empty()) {
    const std::optional<Character> next = decode(raw);
    const std::size_t bytes = next ? next->bytes : 1;
    if (!next || (next->code < 0x80 && is_treacherous(next->code))) {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(raw[0]));
    } else if (is_treacherous(next->code)) {
      text += fmt::format("\\u{:04x}", next->code);
    } else {
      text += raw.substr(0, bytes);
    }
    raw.remove_prefix(bytes);
  }
  return text;
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const std::optional<Character> next = decode(text);
    columns += next ? columns_of(next->code) : 1;
    text.remove_prefix(next ? next->bytes : 1);
  }
  return columns;
}

std::string fitted(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  const std::string_view mark = std::string_view("...").substr(0, columns);
  const std::size_t room = columns - mark.size();
  std::size_t used = 0;
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const std::optional<Character> next = decode(text.substr(bytes));
    used += next ? columns_of(next->code) : 1;
    if (used > room) break;
    bytes += next ? next->bytes : 1;
  }
  return std::string(text.substr(0, bytes)) + std::string(mark);
}

}  // namespace boundscope
