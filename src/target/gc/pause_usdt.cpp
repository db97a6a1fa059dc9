#include "target/gc/pause_search.h"
#include "target/gc/point_list.h"
#include "target/gc/usdt_notes.h"

namespace boundscope {
namespace {

constexpr std::size_t kMostSites = 16;  // of one probe; compilers make two or three

}  // namespace

FoundPoints points_from_usdt(const RuntimeFile& file, const std::vector<UsdtPair>& pairs,
                             bool nests) {
  const UsdtProbes probes(file.elf);
  PointList list(file, "");
  for (const UsdtPair& pair : pairs) {
    for (const PausePoint::Kind kind : {PausePoint::Kind::begin, PausePoint::Kind::end}) {
      const bool is_begin = kind == PausePoint::Kind::begin;
      const auto sites = probes.sites(pair.provider, is_begin ? pair.begin : pair.end);
      if (sites.empty() || sites.size() > kMostSites) return std::nullopt;
      for (const UsdtSite& site : sites) {
        if (auto added = list.add(kind, site); !added) return added.error();
      }
    }
  }
  return std::move(list).finish("usdt", nests);
}

}  // namespace boundscope
