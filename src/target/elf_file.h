// Just enough of an ELF file to recognise a program: named sections and the start of its data.
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

class ElfFile {
 public:
  // Empty for anything but a 64-bit little-endian ELF file.
  static std::optional<ElfFile> open(UniqueFd fd);

  // At most `limit` bytes of the section's start; empty if there is no such section.
  std::optional<std::string> section(std::string_view name, std::size_t limit) const;
  // At most `limit` bytes of the first writable segment's start.
  std::optional<std::string> data_segment(std::size_t limit) const;

 private:
  struct Extent {
    std::string name;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
  };

  explicit ElfFile(UniqueFd fd) : fd_(std::move(fd)) {}
  std::string read(std::uint64_t offset, std::uint64_t size) const;
  void read_sections(std::uint64_t offset, std::size_t count, std::size_t names_at);
  void read_segments(std::uint64_t offset, std::size_t count);

  UniqueFd fd_;
  std::vector<Extent> sections_;
  std::optional<Extent> data_;
};

}  // namespace boundscope
