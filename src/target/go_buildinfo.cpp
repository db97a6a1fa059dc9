#include "target/go_buildinfo.h"

namespace boundscope {
namespace {

using namespace std::string_view_literals;

// Layout (debug/buildinfo): 14 bytes of magic, pointer size, flags, padding to 32 bytes; with flag
// 2 the version follows as a length (varint) and its bytes.
constexpr std::string_view kMagic = "\xff Go buildinf:"sv;
constexpr std::size_t kHeaderSize = 32;
constexpr std::size_t kFlagsAt = 15;
constexpr unsigned kVersionInline = 2;
constexpr std::size_t kLongestVersion = 128;  // with GOEXPERIMENT names appended
constexpr std::size_t kAlignment = 16;
constexpr std::size_t kSearchLimit = 64 * 1024;

std::optional<std::size_t> take_varint(std::string_view& bytes) {
  std::size_t value = 0;
  for (unsigned shift = 0; shift < 32 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return std::nullopt;
}

// The linker puts the header at the start of the data segment, at an aligned place.
std::string_view find_header(std::string_view data) {
  for (std::size_t at = 0; at + kHeaderSize <= data.size(); at += kAlignment) {
    if (data.substr(at).starts_with(kMagic)) return data.substr(at);
  }
  return {};
}

}  // namespace

std::optional<std::string> parse_go_buildinfo(std::string_view blob) {
  if (blob.size() < kHeaderSize || !blob.starts_with(kMagic)) return std::nullopt;
  const auto flags = static_cast<unsigned char>(blob[kFlagsAt]);
  std::string_view rest = blob.substr(kHeaderSize);
  if ((flags & kVersionInline) == 0) return "";
  const auto size = take_varint(rest);
  if (!size || *size > kLongestVersion || *size > rest.size()) return "";
  std::string_view version = rest.substr(0, *size);
  if (version.starts_with("go")) version.remove_prefix(2);
  return std::string(version);
}

std::optional<std::string> go_version(const ElfFile& file) {
  if (const auto section = file.section(".go.buildinfo", kSearchLimit)) {
    return parse_go_buildinfo(*section);
  }
  const auto data = file.data_segment(kSearchLimit);  // no section headers left
  return data ? parse_go_buildinfo(find_header(*data)) : std::nullopt;
}

}  // namespace boundscope
