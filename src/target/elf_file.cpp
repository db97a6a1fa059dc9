#include "target/elf_file.h"

#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace boundscope {
namespace {

constexpr std::size_t kNamesLimit = 1024 * 1024;

// The i-th record of a table that may have been cut short.
template <class Record>
std::optional<Record> record_at(const std::string& table, std::size_t index) {
  if ((index + 1) * sizeof(Record) > table.size()) return std::nullopt;
  Record record;
  std::memcpy(&record, table.data() + index * sizeof(Record), sizeof(Record));
  return record;
}

bool is_supported(const Elf64_Ehdr& header) {
  return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
         header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_ident[EI_DATA] == ELFDATA2LSB;
}

}  // namespace

std::optional<ElfFile> ElfFile::open(UniqueFd fd) {
  if (!fd) return std::nullopt;
  ElfFile file(std::move(fd));
  const auto header = record_at<Elf64_Ehdr>(file.read(0, sizeof(Elf64_Ehdr)), 0);
  if (!header || !is_supported(*header)) return std::nullopt;
  // The counts are 16 bits wide, so the tables are at most 4 MB. Files with more sections say 0
  // here and are no program that we know.
  if (header->e_shentsize == sizeof(Elf64_Shdr)) {
    file.read_sections(header->e_shoff, header->e_shnum, header->e_shstrndx);
  }
  if (header->e_phentsize == sizeof(Elf64_Phdr)) {
    file.read_segments(header->e_phoff, header->e_phnum);
  }
  return file;
}

std::string ElfFile::read(std::uint64_t offset, std::uint64_t size) const {
  std::string bytes(size, '\0');
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t got = ::pread(fd_.get(), bytes.data() + filled, size - filled,
                                static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;  // the end, or an offset that no file has
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

void ElfFile::read_sections(std::uint64_t offset, std::size_t count, std::size_t names_at) {
  const std::string table = read(offset, count * sizeof(Elf64_Shdr));
  const auto names_section = record_at<Elf64_Shdr>(table, names_at);
  if (!names_section) return;
  const std::string names =
      read(names_section->sh_offset, std::min<std::uint64_t>(names_section->sh_size, kNamesLimit));
  for (std::size_t i = 0; i < count; ++i) {
    const auto section = record_at<Elf64_Shdr>(table, i);
    if (!section || section->sh_type == SHT_NOBITS || section->sh_name >= names.size()) continue;
    const std::size_t end = names.find('\0', section->sh_name);
    sections_.push_back({names.substr(section->sh_name, end - section->sh_name), section->sh_offset,
                         section->sh_size});
  }
}

void ElfFile::read_segments(std::uint64_t offset, std::size_t count) {
  const std::string table = read(offset, count * sizeof(Elf64_Phdr));
  for (std::size_t i = 0; i < count && !data_; ++i) {
    const auto segment = record_at<Elf64_Phdr>(table, i);
    if (segment && segment->p_type == PT_LOAD && (segment->p_flags & PF_W) != 0) {
      data_ = Extent{"", segment->p_offset, segment->p_filesz};
    }
  }
}

std::optional<std::string> ElfFile::section(std::string_view name, std::size_t limit) const {
  for (const Extent& section : sections_) {
    if (section.name == name) {
      return read(section.offset, std::min<std::uint64_t>(section.size, limit));
    }
  }
  return std::nullopt;
}

std::optional<std::string> ElfFile::data_segment(std::size_t limit) const {
  if (!data_) return std::nullopt;
  return read(data_->offset, std::min<std::uint64_t>(data_->size, limit));
}

}  // namespace boundscope
