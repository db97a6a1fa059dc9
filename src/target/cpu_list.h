// A list of CPUs as the kernel writes it: "0-3,8".
#pragma once

#include <cstdint>
#include <set>
#include <string_view>

#include "target/text.h"

namespace boundscope {

// None if it is no such list.
inline std::set<int> parse_cpu_list(std::string_view text) {
  constexpr int kMostCpus = 1 << 16;  // far beyond NR_CPUS: anything larger is nonsense
  std::set<int> cpus;
  while (!text.empty()) {
    std::string_view range = take_until(text, ',');
    const auto first = parse_number<int>(take_until(range, '-'));
    const auto last = range.empty() ? first : parse_number<int>(range);
    if (!first || !last || *first < 0 || *last < *first || *last >= kMostCpus) return {};
    for (int cpu = *first; cpu <= *last; ++cpu) cpus.insert(cpu);
  }
  return cpus;
}

}  // namespace boundscope
