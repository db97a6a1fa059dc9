// What a JVM's counters say about its collections and heap. Pure.
#pragma once

#include <string_view>

#include "target/gc/gc_source.h"
#include "target/gc/hsperfdata.h"

namespace boundscope {

// `bytes` is a copy of the image that `counters` describes. The source's name is the caller's.
GcReading read_jvm_counters(const PerfCounters& counters, std::string_view bytes);

}  // namespace boundscope
