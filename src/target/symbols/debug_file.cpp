#include "target/symbols/debug_file.h"

#include <elf.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>

namespace boundscope {
namespace {

constexpr std::size_t kNoteLimit = 4096;
constexpr std::size_t kLongestBuildId = 64;
constexpr std::size_t kLongestLinkName = 255;
constexpr std::size_t kChunk = 1024 * 1024;
constexpr std::string_view kTargetFolder = "/usr/lib/debug";

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text += kDigits[value >> 4];
    text += kDigits[value & 15];
  }
  return text;
}

std::string build_id_of(const ElfFile& file) {
  return parse_build_id(file.section(".note.gnu.build-id", kNoteLimit).value_or(""));
}

std::optional<std::uint32_t> checksum_of(const ElfFile& file) {
  uLong crc = ::crc32(0, nullptr, 0);
  for (std::uint64_t at = 0; at < file.size();) {
    const std::string bytes = file.read(at, kChunk);
    if (bytes.empty()) return std::nullopt;
    crc =
        ::crc32(crc, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
    at += bytes.size();
  }
  return static_cast<std::uint32_t>(crc);
}

// What a file has to be to belong to `file`.
struct Wanted {
  std::string build_id;
  std::optional<DebugLink> link;

  bool is_it(const ElfFile& candidate, ReadBudget& budget) const {
    if (!build_id.empty()) return build_id_of(candidate) == build_id;
    return link && budget.take(candidate.size()) && checksum_of(candidate) == link->crc;
  }
};

std::optional<ElfFile> try_open(const OpenFile& open, const std::string& path, const Wanted& wanted,
                                ReadBudget& budget) {
  if (!open) return std::nullopt;
  auto file = ElfFile::open(open(path));
  if (!file || !file->has_section(".symtab") || !wanted.is_it(*file, budget)) return std::nullopt;
  return file;
}

// Where a folder of debug files keeps them.
std::vector<std::string> names_in(std::string_view folder, std::string_view directory,
                                  const Wanted& wanted) {
  std::vector<std::string> names;
  const std::string& id = wanted.build_id;
  const std::string base(folder);
  if (id.size() > 2)
    names.push_back(base + "/.build-id/" + id.substr(0, 2) + "/" + id.substr(2) + ".debug");
  if (wanted.link) names.push_back(base + std::string(directory) + "/" + wanted.link->name);
  return names;
}

}  // namespace

std::string parse_build_id(std::string_view note) {
  constexpr std::string_view kOwner("GNU\0", 4);
  Elf64_Nhdr header;
  if (note.size() < sizeof header) return "";
  std::memcpy(&header, note.data(), sizeof header);
  note.remove_prefix(sizeof header);
  if (header.n_type != NT_GNU_BUILD_ID || header.n_namesz != kOwner.size()) return "";
  if (!note.starts_with(kOwner)) return "";
  note.remove_prefix(kOwner.size());
  if (header.n_descsz > note.size() || header.n_descsz > kLongestBuildId) return "";
  return to_hex(note.substr(0, header.n_descsz));
}

std::optional<DebugLink> parse_debug_link(std::string_view section) {
  const auto end = section.find('\0');
  if (end == std::string_view::npos || end == 0 || end > kLongestLinkName) return std::nullopt;
  DebugLink link{std::string(section.substr(0, end)), 0};
  if (link.name.find('/') != std::string::npos || link.name == "..") return std::nullopt;
  const std::size_t crc_at = (end + 4) / 4 * 4;  // after the final zero and padding
  if (section.size() < crc_at + sizeof link.crc) return std::nullopt;
  std::memcpy(&link.crc, section.data() + crc_at, sizeof link.crc);
  return link;
}

std::optional<ElfFile> find_debug_file(const ElfFile& file, std::string_view path,
                                       const DebugFolders& folders, ReadBudget& budget) {
  const Wanted wanted{build_id_of(file),
                      parse_debug_link(file.section(".gnu_debuglink", kNoteLimit).value_or(""))};
  const std::string directory(path.substr(0, std::min(path.rfind('/'), path.size())));

  std::vector<std::string> in_target = names_in(kTargetFolder, directory, wanted);
  if (wanted.link) {
    in_target.push_back(directory + "/.debug/" + wanted.link->name);
    in_target.push_back(directory + "/" + wanted.link->name);
  }
  for (const std::string& name : in_target) {
    if (auto found = try_open(folders.in_target, name, wanted, budget)) return found;
  }
  for (const std::string& name : names_in("", directory, wanted)) {
    if (auto found = try_open(folders.on_host, name, wanted, budget)) return found;
  }
  return std::nullopt;
}

}  // namespace boundscope
