#include "target/gc/pause_search.h"
#include "target/gc/point_list.h"
#include "target/symbols/go_symbols.h"

namespace boundscope {

// The stop ends where the world is started, not where that returns: Go looks at the return
// addresses on its stacks and dies of those that a return probe leaves there.
FoundPoints points_from_pclntab(const RuntimeFile& file) {
  const auto symbols = GoSymbols::read(file.elf);
  if (!symbols) return std::nullopt;
  const auto functions =
      symbols->find({"runtime.stopTheWorldWithSema", "runtime.startTheWorldWithSema"});
  if (functions[0].start == 0 || functions[1].start == 0) return std::nullopt;
  PointList list(file, "");
  for (const PausePoint::Kind kind : {PausePoint::Kind::begin, PausePoint::Kind::end}) {
    const GoFunction& function = functions[kind == PausePoint::Kind::begin ? 0 : 1];
    if (auto added = list.add(kind, function.start, ProbePlace::go_function); !added)
      return added.error();
  }
  return std::move(list).finish("pclntab", false);
}

}  // namespace boundscope
