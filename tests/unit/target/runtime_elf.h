// Made-up ELF files: just the parts by which programs are told apart.
#pragma once

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace boundscope::test {

template <class Record>
std::string bytes_of(const Record& record) {
  return {reinterpret_cast<const char*>(&record), sizeof record};
}

struct FakeElf {
  std::vector<std::pair<std::string, std::string>> sections = {};  // name, content
  std::vector<std::string> needed = {};                            // libraries
  std::string data = {};         // the writable segment, at kFakeDataAddress
  std::uint64_t code_bytes = 0;  // claimed, not there
  bool section_headers = true;
};
inline constexpr std::uint64_t kFakeDataAddress = 0x10000;
inline constexpr std::uint64_t kFakeNamesAddress = 0x20000;

class ElfBuilder {
 public:
  explicit ElfBuilder(const FakeElf& parts) : parts_(parts) {
    bytes_.assign(sizeof(Elf64_Ehdr) + kSegments * sizeof(Elf64_Phdr), '\0');
    segment(PT_LOAD, PF_R | PF_W, kFakeDataAddress, append(parts.data), parts.data.size());
    segment(PT_LOAD, PF_R | PF_X, 0x40000000, 0, parts.code_bytes);
    add_dynamic();
    add_sections();
    header_.e_phoff = sizeof header_;
    header_.e_phentsize = sizeof(Elf64_Phdr);
    header_.e_phnum = kSegments;
    std::memcpy(header_.e_ident, ELFMAG, SELFMAG);
    header_.e_ident[EI_CLASS] = ELFCLASS64;
    header_.e_ident[EI_DATA] = ELFDATA2LSB;
    std::memcpy(bytes_.data(), &header_, sizeof header_);
  }

  std::string take() { return std::move(bytes_); }

 private:
  static constexpr Elf64_Half kSegments = 4;

  std::uint64_t append(const std::string& content) {
    const std::uint64_t at = bytes_.size();
    bytes_ += content;
    return at;
  }

  void segment(std::uint32_t type, std::uint32_t flags, std::uint64_t address, std::uint64_t offset,
               std::uint64_t size) {
    Elf64_Phdr row{};
    row.p_type = type;
    row.p_flags = flags;
    row.p_vaddr = address;
    row.p_offset = offset;
    row.p_filesz = size;
    std::memcpy(bytes_.data() + sizeof(Elf64_Ehdr) + segments_++ * sizeof row, &row, sizeof row);
  }

  void add_dynamic() {
    std::string names(1, '\0');
    std::string table;
    for (const std::string& library : parts_.needed) {
      table += bytes_of(entry(DT_NEEDED, names.size()));
      names += library + '\0';
    }
    table += bytes_of(entry(DT_STRTAB, kFakeNamesAddress));
    table += bytes_of(entry(DT_STRSZ, names.size()));
    table += bytes_of(entry(DT_NULL, 0));
    segment(PT_LOAD, PF_R, kFakeNamesAddress, append(names), names.size());
    segment(PT_DYNAMIC, PF_R, 0x30000, append(table), table.size());
  }

  static Elf64_Dyn entry(Elf64_Sxword tag, std::uint64_t value) {
    Elf64_Dyn row{};
    row.d_tag = tag;
    row.d_un.d_val = value;
    return row;
  }

  void add_sections() {
    if (!parts_.section_headers) return;
    std::string names(1, '\0');
    std::string table = bytes_of(Elf64_Shdr{});
    for (const auto& [name, content] : parts_.sections) {
      table += bytes_of(section(names.size(), SHT_PROGBITS, append(content), content.size()));
      names += name + '\0';
    }
    const std::uint64_t names_at = append(names);
    table += bytes_of(section(0, SHT_STRTAB, names_at, names.size()));
    header_.e_shoff = append(table);
    header_.e_shentsize = sizeof(Elf64_Shdr);
    header_.e_shnum = static_cast<Elf64_Half>(parts_.sections.size() + 2);
    header_.e_shstrndx = static_cast<Elf64_Half>(parts_.sections.size() + 1);
  }

  static Elf64_Shdr section(std::size_t name, std::uint32_t type, std::uint64_t offset,
                            std::uint64_t size) {
    Elf64_Shdr row{};
    row.sh_name = static_cast<Elf64_Word>(name);
    row.sh_type = type;
    row.sh_offset = offset;
    row.sh_size = size;
    return row;
  }

  const FakeElf& parts_;
  Elf64_Ehdr header_{};
  std::size_t segments_ = 0;
  std::string bytes_;
};

inline std::string make_elf(const FakeElf& parts) { return ElfBuilder(parts).take(); }

// What the Go linker writes, with the settings of the build behind the version.
inline std::string go_header(const std::string& version, const std::string& settings = "") {
  using namespace std::string_literals;
  return "\xff Go buildinf:\x08\x02"s + std::string(16, '\0') + static_cast<char>(version.size()) +
         version + static_cast<char>(settings.size()) + settings;
}

inline FakeElf go_program(const std::string& version, const std::string& settings = "") {
  const std::string header = go_header(version, settings);
  return {.sections = {{".go.buildinfo", header}}, .data = header};
}

}  // namespace boundscope::test
