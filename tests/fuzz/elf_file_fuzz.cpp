// What an executable of any content says about its language and runtime.
#include "fuzz/input.h"
#include "fuzz/require.h"
#include "target/elf_file.h"
#include "target/go_buildinfo.h"
#include "target/runtime_program.h"

using namespace boundscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLimit = 4096;
  parse_go_buildinfo(fuzz::text_of(data, size));
  const auto file = fuzz::elf_of(data, size);
  if (!file) return 0;
  for (const char* name : {".text", ".dynstr", ".go.buildinfo"}) {
    if (const auto bytes = file->section(name, kLimit)) {
      fuzz::require(bytes->size() <= std::min(size, kLimit), "a section is part of the file");
    }
    file->section_end(name, kLimit);
  }
  fuzz::require(file->dynamic_names(kLimit).size() <= kLimit, "names are read up to the limit");
  program_marks("/usr/bin/program", *file);
  extension_marks(*file);
  return 0;
}
