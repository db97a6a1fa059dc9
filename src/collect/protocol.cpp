#include "collect/protocol.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

namespace boundscope {
namespace {

constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0";
constexpr std::array<std::string_view, 9> kHttpMethods = {
    "GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "PATCH ", "OPTIONS ", "CONNECT ", "TRACE "};

bool starts_http1(std::string_view text) {
  return std::any_of(kHttpMethods.begin(), kHttpMethods.end(),
                     [&](std::string_view method) { return text.starts_with(method); });
}

std::optional<std::size_t> number_until_crlf(std::string_view text, std::size_t& position) {
  const std::size_t end = text.find("\r\n", position);
  if (end == std::string_view::npos) return std::nullopt;
  std::size_t value = 0;
  const auto [last, error] = std::from_chars(text.data() + position, text.data() + end, value);
  if (error != std::errc{} || last != text.data() + end) return std::nullopt;
  position = end + 2;
  return value;
}

// Length of the RESP command at the start of `text`; empty if it is cut off or no command.
std::optional<std::size_t> resp_command_length(std::string_view text) {
  std::size_t position = 1;
  const auto arguments = number_until_crlf(text, position);
  if (!arguments || *arguments > 1024) return std::nullopt;
  for (std::size_t i = 0; i < *arguments; ++i) {
    if (position >= text.size() || text[position] != '$') return std::nullopt;
    ++position;
    const auto length = number_until_crlf(text, position);
    if (!length || *length > text.size() || position + *length + 2 > text.size())
      return std::nullopt;
    position += *length + 2;
  }
  return position;
}

// Length of an HTTP/1 request without a body; empty if its head is cut off.
std::optional<std::size_t> http1_head_length(std::string_view text) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  return end + 4;
}

// Counts messages that follow each other directly, and scales the count to the whole read.
template <class Length, class Starts>
std::uint32_t count_messages(std::string_view text, std::size_t read_bytes, Starts starts,
                             Length length) {
  std::uint32_t complete = 0;
  std::size_t position = 0;
  while (position < text.size() && starts(text.substr(position))) {
    const auto step = length(text.substr(position));
    if (!step || *step == 0) break;
    position += *step;
    ++complete;
  }
  // One message, or one and its body, which may begin just where our sight ends.
  if (complete == 0 || position >= read_bytes) return std::max(complete, 1U);
  if (complete == 1 && position == text.size()) return 1;
  if (position < text.size() && !starts(text.substr(position))) return 1;
  const double per_message = static_cast<double>(position) / complete;
  return static_cast<std::uint32_t>(std::lround(static_cast<double>(read_bytes) / per_message));
}

}  // namespace

ProtocolGuess guess_protocol(std::span<const std::uint8_t> bytes, std::size_t read_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with(kHttp2Preface)) return {"http2", 1};
  if (text.size() >= 3 && text[1] == '\x03' && text[0] >= '\x14' && text[0] <= '\x17')
    return {"tls", 1};
  if (starts_http1(text))
    return {"http1", count_messages(text, read_bytes, starts_http1, http1_head_length)};
  const auto starts_resp = [](std::string_view rest) { return rest.starts_with('*'); };
  if (starts_resp(text) && resp_command_length(text))
    return {"resp", count_messages(text, read_bytes, starts_resp, resp_command_length)};
  return {"other", 1};
}

}  // namespace boundscope
