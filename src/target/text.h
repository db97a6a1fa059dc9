// Taking kernel text apart. Nothing here allocates or fails loudly: the text may be anything.
#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

namespace boundscope {

// The whole of `text` as a number; empty if it is anything else or does not fit.
template <class Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The same for a number with a fraction; "inf" and "nan" are none.
inline std::optional<double> parse_real(std::string_view text) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

// Cuts `rest` at the first `separator` and returns what stood before it.
inline std::string_view take_until(std::string_view& rest, char separator) {
  const auto at = rest.find(separator);
  const std::string_view head = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return head;
}

// The next word of `rest`, words being separated by blanks and tabs; empty at the end.
inline std::string_view take_word(std::string_view& rest) {
  const auto from = rest.find_first_not_of(" \t");
  rest.remove_prefix(from == std::string_view::npos ? rest.size() : from);
  const auto to = rest.find_first_of(" \t");
  const std::string_view word = rest.substr(0, to);
  rest.remove_prefix(word.size());
  return word;
}

inline std::string_view trim(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\n");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\n") - from + 1);
}

// What follows the last '/'; all of it if there is none.
inline std::string_view base_name(std::string_view path) {
  return path.substr(path.find_last_of('/') + 1);
}

// For messages: a name that a process chose itself must not drive the terminal.
inline std::string printable(std::string_view name) {
  std::string text(name);
  for (char& byte : text) {
    if (static_cast<unsigned char>(byte) < ' ' || byte == 0x7f) byte = '?';
  }
  return text;
}

}  // namespace boundscope
