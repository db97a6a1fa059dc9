#include "collect/subject_name.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace boundscope {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedV4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::string address_text(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_ntop(family, address, text.data(), text.size()) == nullptr) return "?";
  return text.data();
}

}  // namespace

std::string subject_name(const bs_subject& subject, std::string_view unix_name) {
  switch (subject.family) {
    case AF_INET:
      return fmt::format("{}:{}", address_text(AF_INET, subject.address), subject.port);
    case AF_INET6:
      // An IPv6 socket that talks IPv4 is the same peer as an IPv4 one.
      if (std::equal(kMappedV4.begin(), kMappedV4.end(), subject.address))
        return fmt::format("{}:{}", address_text(AF_INET, subject.address + 12), subject.port);
      return fmt::format("[{}]:{}", address_text(AF_INET6, subject.address), subject.port);
    case AF_UNIX:
      return "unix:" + std::string(unix_name);
    default: {
      std::uint64_t address = 0;
      std::memcpy(&address, subject.address, sizeof(address));
      return address == 0 ? std::string() : fmt::format("{:#x}", address);
    }
  }
}

}  // namespace boundscope
