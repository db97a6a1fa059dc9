// Just enough of an ELF file to recognise a program: named sections, segments, and the bytes that
// stand at an address.
//
// The file belongs to the target. Every size and offset in it is a claim; reads are bounded and a
// file that contradicts itself simply has no such section.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "target/unique_fd.h"

namespace boundscope {

// A piece of the file and the address it is linked at.
struct ElfPiece {
  std::uint64_t address = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  // in the file
  bool writable = false;
  bool executable = false;
};

// A row of the section table.
struct ElfSection {
  std::string name;
  std::uint32_t type = 0;   // SHT_*
  std::uint64_t flags = 0;  // SHF_*
  std::uint64_t address = 0;
  std::uint64_t offset = 0;  // in the file, but for SHT_NOBITS, which has no bytes there
  std::uint64_t size = 0;
  std::uint32_t link = 0;  // index of the section that belongs to it
};

class ElfFile {
 public:
  // Empty for anything but a 64-bit little-endian ELF file.
  static std::optional<ElfFile> open(UniqueFd fd);

  // At most `limit` bytes of the section's start; empty if there is no such section.
  std::optional<std::string> section(std::string_view name, std::size_t limit) const;
  // The same of its end.
  std::optional<std::string> section_end(std::string_view name, std::size_t limit) const;
  bool has_section(std::string_view name) const { return find_section(name) != nullptr; }
  // At most `limit` bytes of the first writable segment's start.
  std::optional<std::string> data_segment(std::size_t limit) const;
  std::uint64_t code_bytes() const;  // in executable segments

  // From the dynamic segment, which no tool strips: the libraries it asks for, and at most `limit`
  // bytes of the names it imports and exports.
  std::vector<std::string> needed() const;
  std::string dynamic_names(std::size_t limit) const;
  bool has_initialiser() const;  // start-up code of C, or constructors

  std::uint64_t size() const { return file_size_; }
  // At most `size` bytes; fewer where the file ends.
  std::string read(std::uint64_t offset, std::uint64_t size) const;

  // In the table's order, because symbols name sections by index.
  const std::vector<ElfSection>& sections() const { return sections_; }
  // Where a section is linked; empty if there is none of that name.
  std::optional<ElfPiece> section_piece(std::string_view name) const;
  const std::vector<ElfPiece>& segments() const { return segments_; }  // those that are loaded
  // What stands at an address as linked, relocations not applied; shorter than `size` where the
  // segment ends in the file.
  std::string read_at(std::uint64_t address, std::size_t size) const;
  // The bytes of the dynamic section, at most `limit`; empty for a static program.
  std::string dynamic(std::size_t limit) const;

 private:
  explicit ElfFile(UniqueFd fd) : fd_(std::move(fd)) {}
  void read_sections(std::uint64_t offset, std::size_t count, std::size_t names_at);
  void read_segments(std::uint64_t offset, std::size_t count);
  const ElfSection* find_section(std::string_view name) const;

  UniqueFd fd_;
  std::uint64_t file_size_ = 0;
  std::vector<ElfSection> sections_;
  std::vector<ElfPiece> segments_;
  std::optional<ElfPiece> dynamic_;
};

}  // namespace boundscope
