#include "target/unwind/unwind_table.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>
#include <libelf.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace boundscope {
namespace {

// Numbers of the registers in DWARF: the psABI of x86-64, AADWARF64.
#if defined(__aarch64__)
constexpr int kFramePointer = 29;
constexpr int kStackPointer = 31;
#else
constexpr int kFramePointer = 6;
constexpr int kStackPointer = 7;
#endif

constexpr std::size_t kMostKnown = 16 * 1024;
constexpr std::size_t kLargestTable = 64 * 1024 * 1024;

struct FreeFrame {
  void operator()(Dwarf_Frame* frame) const { std::free(frame); }
};

struct RegisterOffset {
  int number = 0;
  std::int64_t offset = 0;
};

// A location that is a register and an offset.
std::optional<RegisterOffset> register_offset(const Dwarf_Op* ops, std::size_t count) {
  if (count != 1) return std::nullopt;
  if (ops->atom >= DW_OP_breg0 && ops->atom <= DW_OP_breg31)
    return RegisterOffset{ops->atom - DW_OP_breg0, static_cast<std::int64_t>(ops->number)};
  if (ops->atom == DW_OP_bregx)
    return RegisterOffset{static_cast<int>(ops->number), static_cast<std::int64_t>(ops->number2)};
  return std::nullopt;
}

// Where a frame left a register of its caller.
struct Saved {
  enum { in_place, at_offset, nowhere, elsewhere } kind = elsewhere;
  std::int64_t offset = 0;  // from the CFA
};

Saved saved_register(Dwarf_Frame* frame, int number) {
  std::array<Dwarf_Op, 3> memory{};
  Dwarf_Op* ops = nullptr;
  std::size_t count = 0;
  if (dwarf_frame_register(frame, number, memory.data(), &ops, &count) != 0) return {};
  if (count == 0) return {ops == nullptr ? Saved::in_place : Saved::nowhere, 0};
  if (ops[0].atom != DW_OP_call_frame_cfa) return {};
  if (count == 1) return {Saved::at_offset, 0};
  if (count == 2 && ops[1].atom == DW_OP_plus_uconst)
    return {Saved::at_offset, static_cast<std::int64_t>(ops[1].number)};
  return {};
}

std::optional<UnwindRule> rule_of(Dwarf_Frame* frame) {
  Dwarf_Op* ops = nullptr;
  std::size_t count = 0;
  if (dwarf_frame_cfa(frame, &ops, &count) != 0) return std::nullopt;
  const auto cfa = register_offset(ops, count);
  if (!cfa || (cfa->number != kStackPointer && cfa->number != kFramePointer)) return std::nullopt;

  UnwindRule rule;
  rule.cfa_from_frame_pointer = cfa->number == kFramePointer;
  rule.cfa_offset = cfa->offset;

  const int return_address = dwarf_frame_info(frame, nullptr, nullptr, nullptr);
  if (return_address < 0) return std::nullopt;
  const Saved caller = saved_register(frame, return_address);
  if (caller.kind == Saved::elsewhere) return std::nullopt;
  rule.is_outermost = caller.kind == Saved::nowhere;
  if (caller.kind == Saved::at_offset) rule.return_address_at = caller.offset;

  const Saved frame_pointer = saved_register(frame, kFramePointer);
  if (frame_pointer.kind == Saved::at_offset) rule.frame_pointer_at = frame_pointer.offset;
  return rule;
}

// What .eh_frame takes when it is read.
std::size_t table_bytes(Elf* elf) {
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf, &names) != 0) return 0;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) continue;
    const char* name = elf_strptr(elf, names, header.sh_name);
    if (name != nullptr && std::string_view(name) == ".eh_frame") return header.sh_size;
  }
  return 0;
}

}  // namespace

void UnwindTable::Close::operator()(Elf* elf) const { elf_end(elf); }
void UnwindTable::Close::operator()(Dwarf_CFI_s* cfi) const { dwarf_cfi_end(cfi); }

std::optional<UnwindTable> UnwindTable::open(UniqueFd fd) {
  if (!fd || elf_version(EV_CURRENT) == EV_NONE) return std::nullopt;
  UnwindTable table;
  // Read, not mapped: the target may cut the file while we look at it.
  table.elf_.reset(elf_begin(fd.get(), ELF_C_READ, nullptr));
  if (!table.elf_ || elf_kind(table.elf_.get()) != ELF_K_ELF) return std::nullopt;
  table.bytes_ = table_bytes(table.elf_.get());
  // Without a section to tell its size libdw takes the table for all that follows in the file, and
  // keeps part of that for ever.
  if (table.bytes_ == 0 || table.bytes_ > kLargestTable) return std::nullopt;
  table.cfi_.reset(dwarf_getcfi_elf(table.elf_.get()));
  if (!table.cfi_) return std::nullopt;
  table.read_segments();
  table.fd_ = std::move(fd);
  return table;
}

void UnwindTable::read_segments() {
  std::size_t count = 0;
  if (elf_getphdrnum(elf_.get(), &count) != 0) return;
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr header;
    if (gelf_getphdr(elf_.get(), static_cast<int>(i), &header) == nullptr) return;
    if (header.p_type == PT_LOAD && (header.p_flags & PF_X) != 0)
      code_.push_back({header.p_vaddr, header.p_offset, header.p_filesz});
  }
}

std::optional<std::uint64_t> UnwindTable::address_of(std::uint64_t file_offset) const {
  for (const Code& code : code_) {
    const std::uint64_t at = file_offset - code.offset;
    if (at < code.size) return code.address + at;
  }
  return std::nullopt;
}

const UnwindRule* UnwindTable::rule_at(std::uint64_t address) {
  if (known_.size() >= kMostKnown) known_.clear();
  const auto [found, is_new] = known_.try_emplace(address);
  if (is_new) {
    Dwarf_Frame* frame = nullptr;
    if (dwarf_cfi_addrframe(cfi_.get(), address, &frame) == 0) {
      const std::unique_ptr<Dwarf_Frame, FreeFrame> owner(frame);
      found->second = rule_of(frame);
    }
  }
  return found->second ? &*found->second : nullptr;
}

}  // namespace boundscope
