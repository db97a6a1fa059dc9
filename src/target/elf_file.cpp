#include "target/elf_file.h"

#include <elf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace boundscope {
namespace {

constexpr std::size_t kNamesLimit = 1024 * 1024;
constexpr std::size_t kSegmentsLimit = 64;  // programs have about four
constexpr std::size_t kDynamicLimit = 64 * 1024;
constexpr std::size_t kNeededLimit = 128;
constexpr std::size_t kLibraryNameLimit = 256;
constexpr std::size_t kLongestSectionName = 256;

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

struct DynamicTable {
  std::uint64_t names_at = 0;  // address
  std::uint64_t names_size = 0;
  std::vector<std::uint64_t> needed;  // offsets in the names
  bool initialiser = false;
};

DynamicTable dynamic_table(const std::string& bytes) {
  DynamicTable found;
  for (std::size_t i = 0;; ++i) {
    const auto entry = record_at<Elf64_Dyn>(bytes, i);
    if (!entry || entry->d_tag == DT_NULL) return found;
    if (entry->d_tag == DT_STRTAB) found.names_at = entry->d_un.d_ptr;
    if (entry->d_tag == DT_INIT || entry->d_tag == DT_INIT_ARRAY) found.initialiser = true;
    if (entry->d_tag == DT_STRSZ) found.names_size = entry->d_un.d_val;
    if (entry->d_tag == DT_NEEDED && found.needed.size() < kNeededLimit) {
      found.needed.push_back(entry->d_un.d_val);
    }
  }
}

}  // namespace

std::optional<ElfFile> ElfFile::open(UniqueFd fd) {
  if (!fd) return std::nullopt;
  ElfFile file(std::move(fd));
  struct stat status {};
  if (::fstat(file.fd_.get(), &status) != 0) return std::nullopt;
  file.file_size_ = static_cast<std::uint64_t>(status.st_size);
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
  if (offset >= file_size_) return {};
  size = std::min(size, file_size_ - offset);  // so that a claim costs no memory
  std::string bytes(size, '\0');
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t got = ::pread(fd_.get(), bytes.data() + filled, size - filled,
                                static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;  // it has become shorter
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
    if (!section) break;
    std::string name;
    if (section->sh_name < names.size()) {
      name = names.substr(section->sh_name, kLongestSectionName);
      name.resize(std::min(name.find('\0'), name.size()));
    }
    sections_.push_back({std::move(name), section->sh_type, section->sh_flags, section->sh_addr,
                         section->sh_offset, section->sh_size, section->sh_link});
  }
}

void ElfFile::read_segments(std::uint64_t offset, std::size_t count) {
  const std::string table = read(offset, count * sizeof(Elf64_Phdr));
  for (std::size_t i = 0; i < count && segments_.size() < kSegmentsLimit; ++i) {
    const auto segment = record_at<Elf64_Phdr>(table, i);
    if (!segment) return;
    const ElfPiece piece{segment->p_vaddr, segment->p_offset, segment->p_filesz,
                         (segment->p_flags & PF_W) != 0, (segment->p_flags & PF_X) != 0};
    if (segment->p_type == PT_DYNAMIC) dynamic_ = piece;
    if (segment->p_type == PT_LOAD) segments_.push_back(piece);
  }
}

const ElfSection* ElfFile::find_section(std::string_view name) const {
  for (const ElfSection& section : sections_) {
    if (section.name == name && section.type != SHT_NOBITS) return &section;
  }
  return nullptr;
}

std::optional<std::string> ElfFile::section(std::string_view name, std::size_t limit) const {
  const ElfSection* found = find_section(name);
  if (!found) return std::nullopt;
  return read(found->offset, std::min<std::uint64_t>(found->size, limit));
}

std::optional<std::string> ElfFile::section_end(std::string_view name, std::size_t limit) const {
  const ElfSection* found = find_section(name);
  if (!found) return std::nullopt;
  const std::uint64_t size = std::min<std::uint64_t>(found->size, limit);
  return read(found->offset + (found->size - size), size);
}

std::optional<ElfPiece> ElfFile::section_piece(std::string_view name) const {
  const ElfSection* found = find_section(name);
  if (!found) return std::nullopt;
  return ElfPiece{found->address, found->offset, found->size, (found->flags & SHF_WRITE) != 0,
                  (found->flags & SHF_EXECINSTR) != 0};
}

std::optional<std::string> ElfFile::data_segment(std::size_t limit) const {
  for (const ElfPiece& segment : segments_) {
    if (segment.writable) return read(segment.offset, std::min<std::uint64_t>(segment.size, limit));
  }
  return std::nullopt;
}

std::string ElfFile::read_at(std::uint64_t address, std::size_t size) const {
  for (const ElfPiece& segment : segments_) {
    if (address < segment.address || address - segment.address >= segment.size) continue;
    const std::uint64_t into = address - segment.address;
    return read(segment.offset + into, std::min<std::uint64_t>(size, segment.size - into));
  }
  return "";
}

std::string ElfFile::dynamic(std::size_t limit) const {
  if (!dynamic_) return "";
  return read(dynamic_->offset, std::min<std::uint64_t>(dynamic_->size, limit));
}

std::uint64_t ElfFile::code_bytes() const {
  std::uint64_t bytes = 0;
  for (const ElfPiece& segment : segments_) {
    if (segment.executable) bytes += segment.size;
  }
  return bytes;
}

std::vector<std::string> ElfFile::needed() const {
  const DynamicTable table = dynamic_table(dynamic(kDynamicLimit));
  std::vector<std::string> libraries;
  for (const std::uint64_t offset : table.needed) {
    std::string name = read_at(table.names_at + offset, kLibraryNameLimit);
    name.resize(std::min(name.find('\0'), name.size()));
    libraries.push_back(std::move(name));
  }
  return libraries;
}

bool ElfFile::has_initialiser() const { return dynamic_table(dynamic(kDynamicLimit)).initialiser; }

std::string ElfFile::dynamic_names(std::size_t limit) const {
  if (auto names = section(".dynstr", limit)) return std::move(*names);
  const DynamicTable table = dynamic_table(dynamic(kDynamicLimit));
  return read_at(table.names_at, std::min<std::uint64_t>(table.names_size, limit));
}

}  // namespace boundscope
