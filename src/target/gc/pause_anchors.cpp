#include <algorithm>
#include <set>

#include "target/gc/direct_calls.h"
#include "target/gc/pause_search.h"
#include "target/gc/point_list.h"

namespace boundscope {
namespace {

// The one exported function of that name; 0 if there is none or several.
std::uint64_t exported(const RuntimeFile& file, std::string_view name) {
  const auto found = find_symbols(file.elf, ElfTable::dynsym, {{name}});
  return found.size() == 1 ? found.front().address : 0;
}

std::vector<std::uint64_t> unnamed(const RuntimeFile& file, std::vector<std::uint64_t> functions) {
  const std::vector<bool> named = are_named(file.elf, ElfTable::dynsym, functions);
  std::vector<std::uint64_t> left;
  for (std::size_t i = 0; i < functions.size(); ++i) {
    if (!named[i]) left.push_back(functions[i]);
  }
  return left;
}

FoundPoints call_points(const RuntimeFile& file, std::uint64_t function,
                        std::string_view return_hazard) {
  PointList list(file, return_hazard);
  if (auto added = list.add(PausePoint::Kind::begin, function, ProbePlace::function_start); !added)
    return added.error();
  if (auto added = list.add_return(PausePoint::Kind::end, function); !added) return added.error();
  return std::move(list).finish("anchor", true);
}

}  // namespace

// PyGC_Collect calls the collector, itself or through a small helper. The collector is larger than
// anything else that they call and that has no name.
FoundPoints cpython_points_from_anchor(const RuntimeFile& file, std::string_view return_hazard) {
  constexpr std::uint64_t kSmallest = 4096;
  constexpr std::uint64_t kLargest = 32 * 1024;
  constexpr std::uint64_t kHelper = 512;
  if (file.machine != Machine::x86_64) return std::nullopt;
  const std::uint64_t anchor = exported(file, "PyGC_Collect");
  if (anchor == 0) return std::nullopt;
  const CallGraph graph(file.elf);
  std::set<std::uint64_t> called;
  for (const std::uint64_t function : unnamed(file, graph.callees(anchor))) {
    called.insert(function);
    if (graph.size_of(function) > kHelper) continue;
    const auto further = unnamed(file, graph.callees(function));
    called.insert(further.begin(), further.end());
  }
  std::erase_if(called, [&](std::uint64_t function) {
    const std::uint64_t size = graph.size_of(function);
    return size < kSmallest || size > kLargest;
  });
  if (called.size() != 1) return std::nullopt;
  return call_points(file, *called.begin(), return_hazard);
}

// The request for a collection in tests calls Heap::CollectGarbage, and another function that does
// so in its turn.
FoundPoints v8_points_from_anchor(const RuntimeFile& file, std::string_view return_hazard) {
  constexpr std::string_view kRequest =
      "_ZN2v87Isolate34RequestGarbageCollectionForTestingENS0_21GarbageCollectionTypeE";
  if (file.machine != Machine::x86_64) return std::nullopt;
  const std::uint64_t anchor = exported(file, kRequest);
  if (anchor == 0) return std::nullopt;
  const CallGraph graph(file.elf);
  const std::vector<std::uint64_t> called = unnamed(file, graph.callees(anchor));
  std::set<std::uint64_t> candidates;
  for (const std::uint64_t caller : called) {
    for (const std::uint64_t function : graph.callees(caller)) {
      if (std::find(called.begin(), called.end(), function) != called.end())
        candidates.insert(function);
    }
  }
  if (candidates.size() != 1) return std::nullopt;
  return call_points(file, *candidates.begin(), return_hazard);
}

}  // namespace boundscope
