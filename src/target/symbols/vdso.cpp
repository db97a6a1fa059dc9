#include "target/symbols/vdso.h"

#include <elf.h>
#include <sys/auxv.h>

#include <cstring>

namespace boundscope {

std::string vdso_image() {
  const auto address = ::getauxval(AT_SYSINFO_EHDR);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel hands over addresses as numbers
  const char* image = reinterpret_cast<const char*>(address);
  if (image == nullptr) return "";
  Elf64_Ehdr header;
  std::memcpy(&header, image, sizeof header);
  // The section table stands at the end, and all of it is in memory.
  return std::string(image, header.e_shoff + header.e_shnum * header.e_shentsize);
}

}  // namespace boundscope
