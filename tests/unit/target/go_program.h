// Tiny ELF files with the tables of a Go program, in the layout of any Go version. They hold what
// the Go linker writes for names, and nothing that could run.
#pragma once

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace boundscope::test {

struct GoFunction {
  std::uint64_t address = 0;
  std::string name;
};

class GoProgram {
 public:
  enum class Version : std::uint32_t {  // the first that has the layout
    go1_2 = 0xfffffffb,
    go1_16 = 0xfffffffa,
    go1_18 = 0xfffffff0,
    go1_20 = 0xfffffff1,
    go1_26 = 0x26,  // as 1.20, but the text's address stands in moduledata only
  };

  Version version = Version::go1_20;
  bool position_independent = false;
  bool section_headers = true;
  std::vector<GoFunction> functions = {
      {0x401000, "runtime.text"}, {0x401040, "main.(*T).Method"}, {0x401080, "main.Max[...]"}};
  std::uint64_t end = 0x401100;  // of the last function

  // The file's bytes.
  std::string bytes() {
    image_.assign(kTableAt, '\0');
    relocations_.clear();
    put_table();
    const std::size_t relocations_at = put_relocations_room();
    pad();
    const std::size_t writable_at = image_.size();
    const std::size_t module_at = put_module();
    const std::size_t dynamic_at = put_dynamic(relocations_at);
    put_headers(relocations_at, writable_at, module_at, dynamic_at);
    return image_;
  }

  static constexpr std::uint64_t kBase = 0x500000;  // address of the file's first byte
  static constexpr std::uint64_t kTableAt = 0x100;  // in the file

 private:
  bool is_relative() const { return version != Version::go1_2 && version != Version::go1_16; }
  std::uint64_t text() const { return functions.front().address; }

  template <class Number>
  void put(Number value) {
    image_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  template <class Record>
  void overwrite(std::size_t at, const Record& record) {
    std::memcpy(image_.data() + at, &record, sizeof record);
  }
  void pad() { image_.resize((image_.size() + 7) / 8 * 8); }

  // An address: in the bytes, or in the relocations that the loader applies to them.
  void put_address(std::uint64_t value) {
    if (position_independent) relocations_.push_back({image_.size(), value});
    put<std::uint64_t>(position_independent ? 0 : value);
  }
  void put_function_address(std::uint64_t value) {
    if (is_relative()) {
      put(static_cast<std::uint32_t>(value - text()));
    } else {
      put_address(value);
    }
  }
  void put_offset(std::uint64_t value) {
    if (is_relative()) {
      put(static_cast<std::uint32_t>(value));
    } else {
      put(value);
    }
  }

  std::string names() const {
    std::string all;
    for (const GoFunction& function : functions) all += function.name + '\0';
    return all;
  }

  void put_table() {
    const bool is_126 = version == Version::go1_26;
    put(static_cast<std::uint32_t>(is_126 ? Version::go1_20 : version));
    image_.append({0, 0, 1, 8});  // one byte per instruction, eight per pointer
    put<std::uint64_t>(functions.size());
    const std::size_t field = is_relative() ? 4 : 8;
    const std::size_t index_size = (2 * functions.size() + 1) * field;
    if (version == Version::go1_2) {
      // Everything counts from the table's start, and the names come last.
      const std::size_t records_at = (2 * 8 + index_size + 7) / 8 * 8;
      put_functions(records_at, kTableAt, records_at + functions.size() * kRecordSize);
      image_ += names();
      return;
    }
    put<std::uint64_t>(0);  // files
    if (is_126) put<std::uint64_t>(0);
    if (is_relative() && !is_126) put_address(text());
    const std::string all_names = names();
    const std::size_t names_at = image_.size() - kTableAt + 5 * 8;
    const std::size_t functions_at = (names_at + all_names.size() + 7) / 8 * 8;
    put<std::uint64_t>(names_at);
    for (int part = 0; part < 3; ++part) put<std::uint64_t>(names_at + all_names.size());
    put<std::uint64_t>(functions_at);
    image_ += all_names;
    pad();
    put_functions((index_size + 7) / 8 * 8, kTableAt + functions_at, 0);
  }

  void put_functions(std::size_t records_at, std::size_t offsets_from, std::size_t names_at) {
    for (std::size_t i = 0; i < functions.size(); ++i) {
      put_function_address(functions[i].address);
      put_offset(records_at + i * kRecordSize);
    }
    put_function_address(end);
    image_.resize(offsets_from + records_at);
    for (const GoFunction& function : functions) {
      const std::size_t at = image_.size();
      put_function_address(function.address);
      put(static_cast<std::uint32_t>(names_at));
      names_at += function.name.size() + 1;
      image_.resize(at + kRecordSize);
    }
  }

  // moduledata as far as its text.
  std::size_t put_module() {
    const std::size_t at = image_.size();
    put_address(kBase + kTableAt);
    image_.resize(at + 20 * 8);
    put_address(text());
    put_address(end);
    put_address(text());
    return at;
  }

  // The number of relocations is known only after moduledata, which has four.
  std::size_t put_relocations_room() {
    pad();
    const std::size_t at = image_.size();
    if (position_independent) {
      image_.resize(at + (relocations_.size() + 4) * sizeof(Elf64_Rela));
    }
    return at;
  }

  std::size_t put_dynamic(std::size_t relocations_at) {
    const std::size_t at = image_.size();
    if (!position_independent) return at;
    for (std::size_t i = 0; i < relocations_.size(); ++i) {
      overwrite(relocations_at + i * sizeof(Elf64_Rela),
                Elf64_Rela{.r_offset = kBase + relocations_[i].first,
                           .r_info = ELF64_R_INFO(0, R_X86_64_RELATIVE),
                           .r_addend = static_cast<std::int64_t>(relocations_[i].second)});
    }
    put(Elf64_Dyn{.d_tag = DT_RELA, .d_un = {.d_val = kBase + relocations_at}});
    put(Elf64_Dyn{.d_tag = DT_RELASZ, .d_un = {.d_val = relocations_.size() * sizeof(Elf64_Rela)}});
    put(Elf64_Dyn{.d_tag = DT_NULL, .d_un = {.d_val = 0}});
    return at;
  }

  void put_headers(std::size_t relocations_at, std::size_t writable_at, std::size_t module_at,
                   std::size_t dynamic_at) {
    const std::size_t loaded = image_.size();
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_machine = EM_X86_64;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = position_independent ? 3 : 2;
    overwrite_segment(0, PT_LOAD, PF_R, 0, writable_at);
    overwrite_segment(1, PT_LOAD, PF_R | PF_W, writable_at, loaded);
    if (position_independent) overwrite_segment(2, PT_DYNAMIC, PF_R | PF_W, dynamic_at, loaded);
    if (section_headers) {
      const std::string section_names{"\0.gopclntab\0.go.module\0.shstrtab", 32};
      image_ += section_names + '\0';
      pad();
      header.e_shoff = image_.size();
      header.e_shentsize = sizeof(Elf64_Shdr);
      header.e_shnum = 4;
      header.e_shstrndx = 3;
      put(Elf64_Shdr{});
      put_section(1, SHT_PROGBITS, kTableAt, relocations_at);
      put_section(12, SHT_PROGBITS, module_at, dynamic_at);
      put_section(23, SHT_STRTAB, loaded, loaded + section_names.size() + 1);
    }
    overwrite(0, header);
  }
  void overwrite_segment(std::size_t index, std::uint32_t type, std::uint32_t flags,
                         std::size_t from, std::size_t to) {
    Elf64_Phdr segment{};
    segment.p_type = type;
    segment.p_flags = flags;
    segment.p_offset = from;
    segment.p_vaddr = kBase + from;
    segment.p_filesz = segment.p_memsz = to - from;
    overwrite(sizeof(Elf64_Ehdr) + index * sizeof segment, segment);
  }
  void put_section(std::uint32_t name, std::uint32_t type, std::size_t from, std::size_t to) {
    Elf64_Shdr section{};
    section.sh_name = name;
    section.sh_type = type;
    section.sh_addr = kBase + from;
    section.sh_offset = from;
    section.sh_size = to - from;
    put(section);
  }

  static constexpr std::size_t kRecordSize = 16;

  std::string image_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> relocations_;  // place in the file, value
};

}  // namespace boundscope::test
