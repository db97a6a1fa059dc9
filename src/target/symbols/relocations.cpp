#include "target/symbols/relocations.h"

#include <algorithm>

namespace boundscope {
namespace {

constexpr std::size_t kDynamicLimit = 64 * 1024;
constexpr std::size_t kTableLimit = 64u << 20;
constexpr std::size_t kWord = 8;

}  // namespace

Relocations::Relocations(const ElfFile& file) {
  const std::string dynamic = file.dynamic(kDynamicLimit);
  std::uint64_t address = 0;
  std::uint64_t size = 0;
  for (std::size_t at = 0; dynamic.size() - at >= sizeof(Elf64_Dyn); at += sizeof(Elf64_Dyn)) {
    Elf64_Dyn entry;
    std::memcpy(&entry, dynamic.data() + at, sizeof entry);
    if (entry.d_tag == DT_NULL) break;
    if (entry.d_tag == DT_RELA) address = entry.d_un.d_ptr;
    if (entry.d_tag == DT_RELASZ) size = entry.d_un.d_val;
  }
  if (size != 0) table_ = file.read_at(address, std::min<std::uint64_t>(size, kTableLimit));
}

void Relocations::apply(std::string& bytes, std::uint64_t address) const {
  each([&](std::uint64_t place, std::uint64_t value) {
    const std::uint64_t at = place - address;
    if (place < address || at > bytes.size() || bytes.size() - at < kWord) return;
    std::memcpy(bytes.data() + at, &value, kWord);
  });
}

}  // namespace boundscope
