// /proc/PID/smaps and its sum: names of files are the target's.
#include "fuzz/input.h"
#include "fuzz/require.h"
#include "target/footprint.h"

using namespace boundscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const MemoryTotals totals = parse_smaps(text);
  fuzz::require(totals.mappings.value_or(0) <= size, "no more mappings than bytes");
  if (totals.rss_bytes) {
    fuzz::require(*totals.anonymous_bytes + *totals.stack_bytes + *totals.code_bytes +
                          *totals.file_bytes + *totals.shmem_bytes ==
                      *totals.pss_bytes,
                  "every mapping is of one kind");
  }
  parse_smaps_rollup(text);
  return 0;
}
