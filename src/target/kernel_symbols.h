// Names of kernel functions, from /proc/kallsyms.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "boundscope/recording.h"
#include "target/proc_fs.h"

namespace boundscope {

class KernelSymbols {
 public:
  // Reads nothing yet: the first resolve() does.
  explicit KernelSymbols(ProcFs proc) : proc_(std::move(proc)) {}

  // module is always "[kernel]"; the symbol stays empty where it is not known.
  Frame resolve(std::uint64_t address);

  // Does the kernel keep its addresses from us (kptr_restrict, missing CAP_SYSLOG)?
  bool hidden();

 private:
  struct Symbol {
    std::uint64_t address = 0;
    std::uint32_t name = 0;  // where it starts in names_
  };

  void load();
  void add(std::string_view line);
  std::string_view name_of(const Symbol& symbol) const;

  ProcFs proc_;
  bool loaded_ = false;
  std::vector<Symbol> symbols_;  // by address, one per address
  std::string names_;            // each ends with '\0'
};

}  // namespace boundscope
