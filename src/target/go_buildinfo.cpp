#include "target/go_buildinfo.h"

#include <algorithm>
#include <cstring>

namespace boundscope {
namespace {

using namespace std::string_view_literals;

// Layout (debug/buildinfo): 14 bytes of magic, pointer size, flags, padding to 32 bytes; with flag
// 2 the version follows as a length (varint) and its bytes, then the settings of the build in the
// same way. Without it, two pointers to Go strings (address, length) follow the flags.
constexpr std::string_view kMagic = "\xff Go buildinf:"sv;
constexpr std::size_t kHeaderSize = 32;
constexpr std::size_t kFlagsAt = 15;
constexpr unsigned kBigEndian = 1;
constexpr unsigned kVersionInline = 2;
constexpr std::size_t kPointerAt = 16;
constexpr std::size_t kSettingsLimit = 256 * 1024;  // hundreds of modules
constexpr std::size_t kLongestVersion = 128;        // with GOEXPERIMENT names appended
constexpr std::size_t kAlignment = 16;
constexpr std::size_t kSearchLimit = 4 * 1024 * 1024;  // a C linker puts other data first

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

std::string without_go(std::string_view version) {
  if (version.starts_with("go")) version.remove_prefix(2);
  return std::string(version);
}

// The next string of `rest`; empty if it claims to be longer than `limit` or what is there.
std::string_view take_string(std::string_view& rest, std::size_t limit) {
  const auto size = take_varint(rest);
  if (!size || *size > limit || *size > rest.size()) return {};
  const std::string_view text = rest.substr(0, *size);
  rest.remove_prefix(*size);
  return text;
}

std::uint64_t word_at(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  if (at + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::string version_behind_pointers(std::string_view blob, const ElfFile& file) {
  const std::string text = file.read_at(word_at(blob, kPointerAt), 2 * sizeof(std::uint64_t));
  const std::uint64_t size = std::min<std::uint64_t>(word_at(text, 8), kLongestVersion);
  const std::string version = file.read_at(word_at(text, 0), size);
  return version.starts_with("go") ? without_go(version) : "";
}

bool is_library(std::string_view settings) {
  return settings.find("\nbuild\t-buildmode=c-") != std::string_view::npos;
}

}  // namespace

std::optional<GoBuild> parse_go_buildinfo(std::string_view blob, const ElfFile* file) {
  if (blob.size() < kHeaderSize || !blob.starts_with(kMagic)) return std::nullopt;
  const auto flags = static_cast<unsigned char>(blob[kFlagsAt]);
  GoBuild build;
  if ((flags & kVersionInline) != 0) {
    std::string_view rest = blob.substr(kHeaderSize);
    build.version = without_go(take_string(rest, kLongestVersion));
    build.is_program = !is_library(take_string(rest, kSettingsLimit));
  } else if (file != nullptr && (flags & kBigEndian) == 0) {
    build.version = version_behind_pointers(blob, *file);
  }
  return build;
}

std::optional<GoBuild> go_build(const ElfFile& file) {
  if (const auto section = file.section(".go.buildinfo", kHeaderSize + kSettingsLimit)) {
    return parse_go_buildinfo(*section, &file);
  }
  if (!file.sections().empty()) return std::nullopt;
  const auto data = file.data_segment(kSearchLimit);
  return data ? parse_go_buildinfo(find_header(*data), &file) : std::nullopt;
}

}  // namespace boundscope
