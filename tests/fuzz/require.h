// What a fuzzer checks beyond "does not crash". Not assert: it has to hold in every kind of build.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace boundscope::fuzz {

inline void require(bool holds, const char* claim) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", claim);
  std::abort();
}

// Would it do more to a terminal than show characters? Controls of one byte, those of two that
// UTF-8 has for them (C1), and what turns the direction of a line around. Lines end as lines do.
inline bool drives_terminal(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < ' ' && byte != '\n') || byte == 0x7f) return true;
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if (byte == 0xc2 && next >= 0x80 && next < 0xa0) return true;
    for (const std::string_view turn : {"\xe2\x80\xae", "\xe2\x80\xad", "\xe2\x81\xa6"})
      if (text.substr(i).starts_with(turn)) return true;
  }
  return false;
}

}  // namespace boundscope::fuzz
