// Programs with probes and functions at places that a test chooses, and processes in a fake /proc
// that have them mapped.
#pragma once

#include <elf.h>
#include <sys/stat.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "support/proc_tree.h"
#include "unit/target/elf_image.h"

namespace boundscope::test {

struct Usdt {
  std::string provider;
  std::string name;
  std::uint64_t pc = 0;
  std::uint64_t semaphore = 0;
  std::uint64_t base = 0;
};

template <class Number>
void append_number(std::string& bytes, Number value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// A note as <sys/sdt.h> has the assembler write it.
inline std::string usdt_note(const Usdt& probe, std::uint32_t type = 3,
                             std::string owner = "stapsdt") {
  std::string text;
  for (const std::uint64_t word : {probe.pc, probe.base, probe.semaphore})
    append_number(text, word);
  text += probe.provider + '\0' + probe.name + '\0' + "-4@%edi" + '\0';
  owner.push_back('\0');
  std::string note;
  append_number(note, static_cast<std::uint32_t>(owner.size()));
  append_number(note, static_cast<std::uint32_t>(text.size()));
  append_number(note, type);
  for (std::string* part : {&owner, &text}) {
    part->resize((part->size() + 3) / 4 * 4);
    note += *part;
  }
  return note;
}

inline std::string usdt_notes(const std::vector<Usdt>& probes) {
  std::string notes;
  for (const Usdt& probe : probes) notes += usdt_note(probe);
  return notes;
}

struct Code {
  std::uint64_t address = 0;
  std::string bytes;
};

// The image with code in .text, which is otherwise nops, and with its first page as data at kData.
inline constexpr std::uint64_t kData = 0x600000;
inline std::string with_code(const ElfImage& image, const std::vector<Code>& code) {
  std::string bytes = image.bytes();
  for (const Code& piece : code)
    bytes.replace(piece.address - ElfImage::kBase, piece.bytes.size(), piece.bytes);
  Elf64_Phdr data{};
  data.p_type = PT_LOAD;
  data.p_flags = PF_R | PF_W;
  data.p_vaddr = kData;
  data.p_filesz = 0x1000;
  std::memcpy(bytes.data() + sizeof(Elf64_Ehdr) + sizeof data, &data, sizeof data);
  const Elf64_Half count = 2;
  std::memcpy(bytes.data() + offsetof(Elf64_Ehdr, e_phnum), &count, sizeof count);
  return bytes;
}

// A call or jump with a distance of four bytes.
inline std::string branch(char opcode, std::uint64_t at, std::uint64_t target) {
  std::string bytes(1, opcode);
  append_number(bytes, static_cast<std::int32_t>(target - at - 5));
  return bytes;
}

// A fake /proc with process 7.
class ProbedProcess {
 public:
  static constexpr pid_t kPid = 7;

  // The program that runs, mapped as code as far as .text of an ElfImage goes.
  void program(std::string_view bytes) {
    tree.files.write("program", bytes);
    tree.files.link("proc/7/exe", tree.files.path("program"));
    map("program", tree.files.path("program"), "400000-403000", 0);
  }
  // A library, under the name that maps has for it.
  void library(const std::string& name, std::string_view bytes,
               const std::string& range = "7f00000000-7f00003000") {
    tree.files.write("lib/" + name, bytes);
    tree.files.link("proc/7/map_files/" + range, tree.files.path("lib/" + name));
    map("lib/" + name, "/usr/lib/" + name, range, 0);
  }
  void map(const std::string& file, const std::string& path, const std::string& range,
           std::uint64_t offset) {
    struct stat info {};
    ::stat(tree.files.path(file).c_str(), &info);
    char middle[64];
    std::snprintf(middle, sizeof middle, " r-xp %08llx 00:1f %llu ",
                  static_cast<unsigned long long>(offset),
                  static_cast<unsigned long long>(info.st_ino));
    maps_ += range + middle + path + "\n";
    tree.files.write("proc/7/maps", maps_);
  }
  std::string exe() const { return tree.files.path("proc/7/exe"); }

  ProcTree tree;

 private:
  std::string maps_;
};

}  // namespace boundscope::test
