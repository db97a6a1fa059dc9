// What tells a Go program's garbage collection, with any content: the code of its runtime, in which
// the counters are searched, and the bytes that stand there in its memory.
#include <cstring>
#include <string>

#include "fuzz/input.h"
#include "fuzz/require.h"
#include "target/gc/go_anchors.h"
#include "target/gc/go_stats.h"

using namespace boundscope;

namespace {

constexpr std::uint64_t kCodeAt = 0x401000;

// That of Go 1.20; the code need not confirm it here.
constexpr GoPacerLayout kPacer{.percent_goal = 72,
                               .last_goal = 96,
                               .heap_live = 104,
                               .heap_marked = 152,
                               .heap_in_use = 272,
                               .size = 320};

// Functions follow each other; two bytes before each say how long it is.
GoRuntimeCode code_of(std::string_view text) {
  GoRuntimeCode code;
  std::uint64_t address = kCodeAt;
  for (GoCode& function : code) {
    std::uint16_t length = 0;
    if (text.size() < sizeof length) break;
    std::memcpy(&length, text.data(), sizeof length);
    text.remove_prefix(sizeof length);
    function = {address, std::string(text.substr(0, length))};
    text.remove_prefix(function.bytes.size());
    address += function.bytes.size();
  }
  return code;
}

void read_memory(std::string_view text) {
  GoPauses pauses;
  if (parse_go_pauses(text, pauses) != BlockState::wrong) {
    for (const std::uint64_t before : {std::uint64_t{0}, pauses.cycles / 2, pauses.cycles}) {
      pauses.longest_since(before);
    }
  }
  parse_go_cpu_times(text);
  GcReading reading;
  if (parse_go_pacer(text, kPacer, reading)) {
    fuzz::require(*reading.gc_percent >= -1, "GOGC is a percentage or off");
  }
  for (const GoHistogramKind kind : {GoHistogramKind::fine, GoHistogramKind::coarse}) {
    const auto counts = parse_histogram(kind, text);
    if (!counts) continue;
    fuzz::require(!counts->longest_since(*counts), "nothing is longer than itself");
    counts->sum_ns();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const auto anchors = find_go_anchors(code_of(text));
  fuzz::require(!anchors || !anchors->pacer || anchors->pacer_layout, "a pacer has a layout");
  read_memory(text);
  return 0;
}
