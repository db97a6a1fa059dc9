// Where a runtime stops its program, in a file of any content: every place that is found lies in
// its code. The texts of /proc that say whether it may be probed, too.
#include <memory>

#include "fuzz/input.h"
#include "fuzz/require.h"
#include "target/gc/pause_search.h"
#include "target/gc/return_probes.h"
#include "target/gc/usdt_notes.h"

using namespace boundscope;

namespace {

void read_texts(std::string_view text) {
  fuzz::require(parse_usdt_notes(text).size() <= kMostUsdtNotes, "notes are read up to the limit");
  fuzz::require(parse_mapped_code(text).size() <= text.size(), "no more mappings than bytes");
  return_hazard(text, true);
  seccomp_forbids_returns(text);
  switches_stacks(text);
  for (const Machine machine : {Machine::x86_64, Machine::aarch64, Machine::other}) {
    for (const ProbePlace place :
         {ProbePlace::usdt, ProbePlace::function_start, ProbePlace::go_function}) {
      const auto at = find_probe_site(machine, text, place);
      fuzz::require(!at || *at < text.size(), "a probe stands on the code that was looked at");
    }
  }
}

void check(const FoundPoints& found, std::size_t size) {
  if (!found || !*found) return;
  for (const PausePoint& point : (*found)->points) {
    fuzz::require(point.offset < size, "a probe is in the file");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_texts(fuzz::text_of(data, size));
  auto elf = fuzz::elf_of(data, size);
  if (!elf) return 0;
  const RuntimeFile file{.path = "/proc/1/exe",
                         .elf = std::move(*elf),
                         .file = std::make_shared<const UniqueFd>(),
                         .machine = Machine::x86_64,
                         .code = {{0, size}}};
  check(points_from_usdt(file, {{"python", "gc__start", "gc__done"}}, true), size);
  check(points_from_symbols(file, {{.begin = {"helper"}}, {.begin = {"_ZN4tiny", true}}}, ""),
        size);
  check(points_from_pclntab(file), size);
  check(cpython_points_from_anchor(file, ""), size);
  check(v8_points_from_anchor(file, ""), size);
  return 0;
}
