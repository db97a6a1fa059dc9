// ELF files with CPython's tables in their data, byte for byte. They hold nothing that could run.
#pragma once

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace boundscope::test {

class PythonImage {
 public:
  static constexpr std::uint64_t kText = 0x401000;  // at file offset kText - kBase
  static constexpr std::uint64_t kBase = 0x400000;
  static constexpr std::uint64_t kFunctionSize = 0x40;
  static constexpr std::uint64_t kData = 0x600000;

  enum class Pointers { in_place, relocated };
  Pointers pointers = Pointers::in_place;
  std::uint32_t relocation = R_X86_64_RELATIVE;
  std::string imports = "PyModuleDef_Init";  // of dynamic linking
  std::string extra_section = {};            // its name
  std::string exported = {};                 // symbol of the first function

  // Each returns the address of what it adds.
  std::uint64_t function() {
    starts_.push_back(kText + kFunctionSize * starts_.size());
    return starts_.back();
  }
  std::uint64_t text(const std::string& content) {
    const std::uint64_t address = kTexts + texts_.size();
    texts_.append(content).push_back('\0');
    return address;
  }
  // What points somewhere is told by its value.
  std::uint64_t words(const std::vector<std::uint64_t>& content) {
    const std::uint64_t address = kData + data_.size() * sizeof(std::uint64_t);
    data_.insert(data_.end(), content.begin(), content.end());
    return address;
  }

  struct Method {
    std::string name;
    std::uint64_t function = 0;
  };
  std::uint64_t methods(const std::vector<Method>& entries) {
    std::vector<std::uint64_t> content;
    for (const Method& entry : entries) {
      content.insert(content.end(), {text(entry.name), entry.function, 1, 0});
    }
    content.insert(content.end(), {0, 0, 0, 0});
    return words(content);
  }
  std::uint64_t attribute(const std::string& name, std::uint64_t get, std::uint64_t set) {
    return words({text(name), get, set, 0, 0, 0, 0, 0, 0, 0});
  }

  // Fields by their offset from the start of the object.
  using Fields = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
  void type(const std::string& name, const Fields& fields) {
    std::vector<std::uint64_t> object(408 / 8);
    object[0] = 1;  // somebody refers to it
    object[24 / 8] = text(name);
    object[32 / 8] = 56;  // size
    for (const auto& [offset, value] : fields) object[offset / 8] = value;
    words(object);
  }
  // Pairs of a number and what it is for.
  void type_spec(const std::string& name, const Fields& slots) {
    std::vector<std::uint64_t> content;
    for (const auto& [number, value] : slots) content.insert(content.end(), {number, value});
    content.insert(content.end(), {0, 0});
    const std::uint64_t at = words(content);
    words({text(name), 32, 0, at});
  }
  void module(const std::string& name, std::uint64_t methods, std::uint64_t traverse = 0) {
    constexpr std::uint64_t kNoState = ~0ull;
    words({1, 0, 0, 0, 0, text(name), 0, kNoState, methods, 0, traverse, 0, 0});
  }

  std::string bytes() const {
    std::string image(kText - kBase, '\0');
    image.resize(kTexts - kBase, '\x90');
    image += texts_;
    std::vector<Elf64_Shdr> sections(1);
    std::string names(1, '\0');
    const auto section = [&](const std::string& name, std::uint64_t address,
                             const std::string& content, std::uint32_t type = SHT_PROGBITS) {
      align(image);
      Elf64_Shdr header{};
      header.sh_name = static_cast<Elf64_Word>(names.size());
      header.sh_type = type;
      header.sh_addr = address;
      header.sh_offset = image.size();
      header.sh_size = content.size();
      sections.push_back(header);
      names.append(name).push_back('\0');
      image += content;
    };
    section(".text", kText, "");
    sections.back().sh_flags = SHF_ALLOC | SHF_EXECINSTR;
    sections.back().sh_size = kTexts - kText;
    section(".dynstr", 0,
            std::string(1, '\0') + exported + std::string("\0", 1) + imports + std::string("\0", 1),
            SHT_STRTAB);
    section(".dynsym", 0, symbols(), SHT_DYNSYM);
    sections.back().sh_link = static_cast<Elf64_Word>(sections.size() - 2);
    section(".eh_frame_hdr", kStartsTable, starts());
    section(".data", kData, data());
    const Elf64_Phdr data_segment = segment(PT_LOAD, PF_R | PF_W, sections.back());
    section(".rela.dyn", kRelocations, relocations());
    const Elf64_Phdr relocations_segment = segment(PT_LOAD, PF_R, sections.back());
    section(".dynamic", 0, dynamic());
    const Elf64_Phdr dynamic_segment = segment(PT_DYNAMIC, PF_R, sections.back());
    if (!extra_section.empty()) section(extra_section, 0, "");
    section(".shstrtab", 0, "");
    sections.back().sh_offset = image.size();
    sections.back().sh_size = names.size();
    image += names;
    align(image);
    Elf64_Phdr text_segment{};
    text_segment.p_type = PT_LOAD;
    text_segment.p_flags = PF_R | PF_X;
    text_segment.p_vaddr = kBase;
    text_segment.p_filesz = kTexts - kBase + texts_.size();
    put_headers(image, sections,
                {text_segment, data_segment, relocations_segment, dynamic_segment});
    return image;
  }

 private:
  static constexpr std::uint64_t kTexts = 0x404000;  // strings, behind the code
  static constexpr std::uint64_t kStartsTable = 0x500000;
  static constexpr std::uint64_t kRelocations = 0x8000000;

  template <class Value>
  static void put(std::string& bytes, const Value& value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  static void align(std::string& image) { image.resize((image.size() + 7) / 8 * 8); }
  static bool is_pointer(std::uint64_t word) { return word >= kBase && word < kRelocations; }

  static Elf64_Phdr segment(std::uint32_t type, std::uint32_t flags, const Elf64_Shdr& section) {
    Elf64_Phdr header{};
    header.p_type = type;
    header.p_flags = flags;
    header.p_vaddr = section.sh_addr;
    header.p_offset = section.sh_offset;
    header.p_filesz = section.sh_size;
    return header;
  }

  std::string symbols() const {
    std::string bytes;
    if (exported.empty()) return bytes;
    Elf64_Sym row{};
    row.st_name = 1;  // 0 is no name
    row.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
    row.st_shndx = 1;
    row.st_value = starts_.at(0);
    row.st_size = kFunctionSize;
    put(bytes, row);
    return bytes;
  }
  // The unwind information's search table.
  std::string starts() const {
    std::string bytes("\x01\x1b\x03\x3b\0\0\0\0", 8);
    put(bytes, static_cast<std::uint32_t>(starts_.size()));
    for (const std::uint64_t start : starts_) {
      put(bytes, static_cast<std::uint32_t>(start - kStartsTable));
      put(bytes, std::uint32_t{0});
    }
    return bytes;
  }
  std::string data() const {
    std::string bytes;
    for (const std::uint64_t word : data_) {
      put(bytes, pointers == Pointers::relocated && is_pointer(word) ? std::uint64_t{0} : word);
    }
    return bytes;
  }
  std::string relocations() const {
    std::string bytes;
    if (pointers == Pointers::in_place) return bytes;
    for (std::size_t i = 0; i < data_.size(); ++i) {
      if (!is_pointer(data_[i])) continue;
      put(bytes, Elf64_Rela{kData + i * sizeof(std::uint64_t), ELF64_R_INFO(0ull, relocation),
                            static_cast<Elf64_Sxword>(data_[i])});
    }
    return bytes;
  }
  std::string dynamic() const {
    std::string bytes;
    put(bytes, Elf64_Dyn{DT_RELA, {kRelocations}});
    put(bytes, Elf64_Dyn{DT_RELASZ, {relocations().size()}});
    put(bytes, Elf64_Dyn{DT_NULL, {0}});
    return bytes;
  }

  static void put_headers(std::string& image, const std::vector<Elf64_Shdr>& sections,
                          const std::vector<Elf64_Phdr>& segments) {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_DYN;
    header.e_machine = EM_X86_64;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = static_cast<Elf64_Half>(segments.size());
    header.e_shoff = image.size();
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = static_cast<Elf64_Half>(sections.size());
    header.e_shstrndx = static_cast<Elf64_Half>(sections.size() - 1);
    std::memcpy(image.data(), &header, sizeof header);
    std::memcpy(image.data() + sizeof header, segments.data(),
                segments.size() * sizeof(Elf64_Phdr));
    for (const Elf64_Shdr& section : sections) put(image, section);
  }

  std::vector<std::uint64_t> starts_;
  std::string texts_;
  std::vector<std::uint64_t> data_;
};

}  // namespace boundscope::test
