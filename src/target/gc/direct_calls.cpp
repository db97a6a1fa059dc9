#include "target/gc/direct_calls.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace boundscope {
namespace {

constexpr std::uint64_t kLongestFunction = 64 * 1024;
constexpr std::size_t kCallSize = 5;

}  // namespace

std::uint64_t CallGraph::size_of(std::uint64_t start) const {
  if (starts_.before(start) != start) return 0;
  std::uint64_t inside = 0;  // the last byte that is known to belong to the function
  std::uint64_t outside = kLongestFunction;
  while (outside - inside > 1) {
    const std::uint64_t middle = inside + (outside - inside) / 2;
    (starts_.before(start + middle) == start ? inside : outside) = middle;
  }
  return outside;
}

std::vector<std::uint64_t> CallGraph::callees(std::uint64_t start) const {
  const std::string code = file_.read_at(start, size_of(start));
  std::vector<std::uint64_t> found;
  for (std::size_t at = 0; at + kCallSize <= code.size(); ++at) {
    const auto opcode = static_cast<unsigned char>(code[at]);
    if (opcode != 0xe8 && opcode != 0xe9) continue;
    std::int32_t distance = 0;
    std::memcpy(&distance, code.data() + at + 1, sizeof distance);
    const std::uint64_t target =
        start + at + kCallSize + static_cast<std::uint64_t>(std::int64_t{distance});
    if (target == start || starts_.before(target) != target) continue;
    if (std::find(found.begin(), found.end(), target) == found.end()) found.push_back(target);
  }
  return found;
}

}  // namespace boundscope
