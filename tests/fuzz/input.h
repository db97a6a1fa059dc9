// A fuzzer's input in the forms that parsers take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "target/elf_file.h"
#include "target/symbols/memory_file.h"

namespace boundscope::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline std::optional<ElfFile> elf_of(const std::uint8_t* data, std::size_t size) {
  return ElfFile::open(memory_file(text_of(data, size)));
}

}  // namespace boundscope::fuzz
