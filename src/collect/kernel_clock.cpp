#include "collect/kernel_clock.h"

#include <ctime>

#include "target/file_read.h"
#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// "monotonic SECONDS NANOSECONDS"; the file is missing where there are no time namespaces.
std::int64_t namespace_offset_ns() {
  const FileText offsets = read_file("/proc/self/timens_offsets");
  std::string_view rest = offsets.text;
  while (!rest.empty()) {
    std::string_view line = take_until(rest, '\n');
    if (take_word(line) != "monotonic") continue;
    const auto seconds = parse_number<std::int64_t>(take_word(line));
    const auto ns = parse_number<std::int64_t>(take_word(line));
    if (seconds && ns) return *seconds * kSecond + *ns;
  }
  return 0;
}

}  // namespace

std::uint64_t kernel_now_ns() {
  static const std::int64_t offset = namespace_offset_ns();
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec * kSecond + now.tv_nsec - offset);
}

}  // namespace boundscope
