#include "target/gc/go_code.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace boundscope {
namespace {

constexpr std::size_t kOperandSize = 5;        // a ModRM byte and four bytes of distance
constexpr std::size_t kMostReferences = 4096;  // of a function; each is compared with each

unsigned char byte_at(std::string_view bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0;
}

std::optional<CodeUse> use_of(unsigned char opcode, unsigned char modrm) {
  switch (opcode) {
    case 0x8b:
      return CodeUse::load;
    case 0x89:
      return CodeUse::store;
    case 0x8d:
      return CodeUse::address;
    case 0x01:
      return CodeUse::add_to;
    case 0x03:
      return CodeUse::add_from;
    case 0x2b:
      return CodeUse::subtract_from;
    case 0x63:
      return CodeUse::load_signed;
    case 0xff:
      return (modrm & 0x38) == 0 ? std::optional(CodeUse::increment) : std::nullopt;
    default:
      return std::nullopt;
  }
}

std::uint64_t distance_at(std::string_view bytes, std::size_t at) {
  std::int32_t distance = 0;
  std::memcpy(&distance, bytes.data() + at, sizeof distance);
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(distance));
}

}  // namespace

std::vector<CodeReference> find_references(const GoCode& code) {
  const std::string_view bytes = code.bytes;
  std::vector<CodeReference> found;
  for (std::size_t at = 0; at + 1 + kOperandSize <= bytes.size() && found.size() < kMostReferences;
       ++at) {
    const unsigned char modrm = byte_at(bytes, at + 1);
    if ((modrm & 0xc7) != 0x05) continue;  // not relative to the instruction pointer
    const unsigned char opcode = byte_at(bytes, at);
    const unsigned char before = at > 0 ? byte_at(bytes, at - 1) : 0;
    std::optional<CodeUse> use = use_of(opcode, modrm);
    if (opcode == 0x11 && before == 0x0f) use = CodeUse::store_double;
    if (!use) continue;
    const std::uint64_t next = code.address + at + 1 + kOperandSize;
    found.push_back({.at = at,
                     .use = *use,
                     .is_wide = (before & 0xf8) == 0x48,
                     .target = next + distance_at(bytes, at + 2)});
  }
  return found;
}

bool calls_soon(const GoCode& code, std::size_t at, std::size_t reach, std::uint64_t callee) {
  constexpr std::size_t kCallSize = 5;
  const std::string_view bytes = code.bytes;
  for (std::size_t i = at; i <= at + reach && i + kCallSize <= bytes.size(); ++i) {
    if (byte_at(bytes, i) != 0xe8) continue;
    if (code.address + i + kCallSize + distance_at(bytes, i + 1) == callee) return true;
  }
  return false;
}

}  // namespace boundscope
