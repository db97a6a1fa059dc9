// The counters of a JVM with any content. The JVM may change them between two reads: other bytes
// are read by the table of the first ones, too.
#include "fuzz/input.h"
#include "fuzz/require.h"
#include "target/gc/hsperfdata.h"
#include "target/gc/jvm_image.h"
#include "target/gc/jvm_stats.h"
#include "target/runtime_hsperfdata.h"
#include "target/runtime_jvm.h"

using namespace boundscope;

namespace {

void read_details(std::string_view text) {
  const auto strings = parse_hsperfdata(text);
  if (!strings) return;
  for (const auto& [name, value] : *strings) {
    fuzz::require(name.size() <= text.size() && value.size() <= text.size(),
                  "strings are part of the bytes");
  }
  jvm_details_of(*strings);
}

void read_counters(std::string_view text) {
  const auto counters = PerfCounters::parse(text);
  if (!counters) return;
  fuzz::require(!counters->is_outdated(text), "a table is that of its own bytes");
  for (const std::string_view bytes : {text, text.substr(text.size() / 2), std::string_view()}) {
    const GcReading reading = read_jvm_counters(*counters, bytes);
    fuzz::require(reading.collector.size() <= 16, "a collector's name is one that we know");
    fuzz::require(!bytes.empty() || (!reading.pauses && !reading.heap_used_bytes),
                  "where there are no bytes there are no figures");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  read_details(text);
  read_counters(text);
  if (const auto mapping = find_mapping(text, "/hsperfdata_")) {
    fuzz::require(mapping->path.size() <= size, "a mapping's path is part of the text");
  }
  return 0;
}
