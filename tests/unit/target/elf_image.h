// ELF files with symbol tables, byte for byte, so that a test can say what is in them and what is
// wrong with them. They hold nothing that could run.
#pragma once

#include <elf.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boundscope::test {

struct ImageSymbol {
  std::string name;
  std::uint64_t address = 0;
  std::uint64_t size = 0;
  unsigned char type = STT_FUNC;
  unsigned char binding = STB_GLOBAL;
  std::uint16_t section = 1;  // .text
};

class ElfImage {
 public:
  static constexpr std::uint64_t kBase = 0x400000;  // address of the file's first byte
  static constexpr std::uint64_t kText = 0x401000;  // .text, two pages
  static constexpr std::uint64_t kTextSize = 0x2000;

  ElfImage() {
    sections_.push_back({"", {}, ""});
    Elf64_Shdr text{};
    text.sh_type = SHT_PROGBITS;
    text.sh_flags = SHF_ALLOC | SHF_EXECINSTR;
    text.sh_addr = kText;
    sections_.push_back({".text", text, std::string(kTextSize, '\x90')});
  }

  ElfImage& symtab(const std::vector<ImageSymbol>& symbols) {
    return table(SHT_SYMTAB, ".symtab", ".strtab", symbols);
  }
  ElfImage& dynsym(const std::vector<ImageSymbol>& symbols) {
    return table(SHT_DYNSYM, ".dynsym", ".dynstr", symbols);
  }
  ElfImage& section(std::string name, std::string bytes, std::uint64_t address = 0) {
    Elf64_Shdr header{};
    header.sh_type = SHT_PROGBITS;
    header.sh_addr = address;
    sections_.push_back({std::move(name), header, std::move(bytes)});
    return *this;
  }
  // The id as bytes.
  ElfImage& build_id(std::string_view id) {
    const Elf64_Nhdr header{4, static_cast<Elf64_Word>(id.size()), NT_GNU_BUILD_ID};
    std::string note(reinterpret_cast<const char*>(&header), sizeof header);
    note.append("GNU\0", 4).append(id);
    return section(".note.gnu.build-id", note);
  }
  ElfImage& debug_link(std::string name, std::uint32_t crc) {
    name.resize((name.size() + 4) / 4 * 4, '\0');
    name.append(reinterpret_cast<const char*>(&crc), sizeof crc);
    return section(".gnu_debuglink", name);
  }
  // Unwind information's search table: where functions begin.
  ElfImage& function_starts(const std::vector<std::uint64_t>& starts) {
    constexpr std::uint64_t kAddress = kBase + 0x8000;
    std::string bytes("\x01\x1b\x03\x3b\0\0\0\0", 8);
    const auto put = [&](std::uint64_t value) {
      const auto word = static_cast<std::uint32_t>(value);
      bytes.append(reinterpret_cast<const char*>(&word), sizeof word);
    };
    put(starts.size());
    for (const std::uint64_t start : starts) {
      put(start - kAddress);
      put(0);  // where its unwind information is
    }
    return section(".eh_frame_hdr", bytes, kAddress);
  }

  // The file's bytes. `.text` is at file offset kText - kBase.
  std::string bytes() const {
    std::string image(kText - kBase, '\0');
    std::string names;
    std::vector<Elf64_Shdr> headers;
    for (Section section : with_names(sections_)) {
      section.header.sh_name = static_cast<Elf64_Word>(names.size());
      names.append(section.name).push_back('\0');
      headers.push_back(section.header);
    }
    const std::vector<Section> all = with_names(sections_);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::string& content = i + 1 == all.size() ? names : all[i].bytes;
      headers[i].sh_offset = image.size();
      headers[i].sh_size = content.size();
      image += content;
    }
    put_headers(image, headers);
    return image;
  }

 private:
  struct Section {
    std::string name;
    Elf64_Shdr header{};
    std::string bytes;
  };

  static std::vector<Section> with_names(std::vector<Section> sections) {
    Elf64_Shdr header{};
    header.sh_type = SHT_STRTAB;
    sections.push_back({".shstrtab", header, ""});
    return sections;
  }

  ElfImage& table(std::uint32_t type, const std::string& name, const std::string& strings,
                  const std::vector<ImageSymbol>& symbols) {
    std::string names(1, '\0');
    std::string rows(sizeof(Elf64_Sym), '\0');
    for (const ImageSymbol& symbol : symbols) {
      Elf64_Sym row{};
      row.st_name = static_cast<Elf64_Word>(names.size());
      row.st_info = static_cast<unsigned char>(ELF64_ST_INFO(symbol.binding, symbol.type));
      row.st_shndx = symbol.section;
      row.st_value = symbol.address;
      row.st_size = symbol.size;
      rows.append(reinterpret_cast<const char*>(&row), sizeof row);
      names.append(symbol.name).push_back('\0');
    }
    Elf64_Shdr header{};
    header.sh_type = type;
    header.sh_entsize = sizeof(Elf64_Sym);
    header.sh_link = static_cast<Elf64_Word>(sections_.size() + 1);
    sections_.push_back({name, header, rows});
    Elf64_Shdr strings_header{};
    strings_header.sh_type = SHT_STRTAB;
    sections_.push_back({strings, strings_header, names});
    return *this;
  }

  static void put_headers(std::string& image, const std::vector<Elf64_Shdr>& sections) {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_DYN;
    header.e_machine = EM_X86_64;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 1;
    header.e_shoff = image.size();
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = static_cast<Elf64_Half>(sections.size());
    header.e_shstrndx = static_cast<Elf64_Half>(sections.size() - 1);
    Elf64_Phdr segment{};
    segment.p_type = PT_LOAD;
    segment.p_flags = PF_R | PF_X;
    segment.p_vaddr = kBase;
    segment.p_filesz = kText - kBase + kTextSize;
    std::memcpy(image.data(), &header, sizeof header);
    std::memcpy(image.data() + sizeof header, &segment, sizeof segment);
    image.append(reinterpret_cast<const char*>(sections.data()),
                 sections.size() * sizeof(Elf64_Shdr));
  }

  std::vector<Section> sections_;
};

}  // namespace boundscope::test
