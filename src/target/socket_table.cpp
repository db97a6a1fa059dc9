#include "target/socket_table.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstring>
#include <optional>

#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::string_view kListen = "0A";  // TCP_LISTEN
constexpr std::size_t kWordDigits = 8;

struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
};

// Addresses are words of 32 bits in the host's order, as hexadecimal numbers: include/linux/inet
// prints what lies in memory that way.
template <std::size_t Words>
std::optional<std::array<std::uint32_t, Words>> words_of(std::string_view digits) {
  std::array<std::uint32_t, Words> words{};
  for (std::size_t i = 0; i < Words; ++i) {
    const auto word = parse_number<std::uint32_t>(digits.substr(i * kWordDigits, kWordDigits), 16);
    if (!word) return std::nullopt;
    words[i] = *word;
  }
  return words;
}

std::optional<std::string> address_of(std::string_view digits) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (digits.size() == kWordDigits) {
    const auto words = words_of<1>(digits);
    if (!words || inet_ntop(AF_INET, words->data(), text.data(), text.size()) == nullptr)
      return std::nullopt;
    return text.data();
  }
  if (digits.size() != 4 * kWordDigits) return std::nullopt;
  const auto words = words_of<4>(digits);
  if (!words) return std::nullopt;
  in6_addr address{};
  std::memcpy(&address, words->data(), sizeof(address));
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    if (inet_ntop(AF_INET, &words->back(), text.data(), text.size()) == nullptr)
      return std::nullopt;
    return text.data();
  }
  if (inet_ntop(AF_INET6, &address, text.data(), text.size()) == nullptr) return std::nullopt;
  return "[" + std::string(text.data()) + "]";
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1), 16);
  auto address = address_of(text.substr(0, colon));
  if (!port || !address) return std::nullopt;
  return Endpoint{*std::move(address), *port};
}

}  // namespace

void parse_sockets(std::string_view text, SocketTable& sockets) {
  take_until(text, '\n');  // the heading
  while (!text.empty()) {
    // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
    std::string_view line = take_until(text, '\n');
    take_word(line);
    const auto local = parse_endpoint(take_word(line));
    const auto peer = parse_endpoint(take_word(line));
    const bool listens = take_word(line) == kListen;
    for (int skipped = 0; skipped < 5; ++skipped) take_word(line);
    const auto inode = parse_number<std::uint64_t>(take_word(line));
    if (!local || !peer || !inode || *inode == 0) continue;
    sockets[*inode] = {listens, local->port, peer->address + ":" + std::to_string(peer->port)};
  }
}

}  // namespace boundscope
