#include <algorithm>

#include "target/gc/pause_search.h"
#include "target/gc/point_list.h"

namespace boundscope {
namespace {

constexpr std::size_t kMostCopies = 3;  // that a compiler makes of one function
constexpr std::uint64_t kReachOfSourceFile = 32 * 1024;

constexpr std::size_t kNamesOfPair = 3;

std::vector<WantedSymbol> names_of(const std::vector<SymbolPair>& pairs) {
  std::vector<WantedSymbol> names;
  for (const SymbolPair& pair : pairs) {
    names.push_back(pair.begin);
    names.push_back(pair.end.text.empty() ? pair.begin : pair.end);
    names.push_back(pair.beside.empty() ? pair.begin : WantedSymbol{pair.beside});
  }
  return names;
}

std::vector<std::uint64_t> addresses_of(const std::vector<FoundSymbol>& found, std::size_t wanted) {
  std::vector<std::uint64_t> addresses;
  for (const FoundSymbol& symbol : found) {
    if (symbol.wanted == wanted) addresses.push_back(symbol.address);
  }
  return addresses;
}

bool are_beside(const std::vector<std::uint64_t>& addresses, std::uint64_t place) {
  return std::all_of(addresses.begin(), addresses.end(), [&](std::uint64_t address) {
    return std::max(address, place) - std::min(address, place) < kReachOfSourceFile;
  });
}

// A name with more addresses than a compiler makes copies, or a prefix with several, is not what
// we take it for.
bool is_ambiguous(const WantedSymbol& name, const std::vector<std::uint64_t>& addresses) {
  return addresses.size() > (name.is_prefix ? 1 : kMostCopies);
}

struct Place {
  std::vector<std::uint64_t> begins;
  std::vector<std::uint64_t> ends;  // empty: where the begins return
};

std::optional<Place> place_of(const SymbolPair& pair, const std::vector<FoundSymbol>& found,
                              std::size_t index) {
  Place place;
  place.begins = addresses_of(found, index * kNamesOfPair);
  if (place.begins.empty() || is_ambiguous(pair.begin, place.begins)) return std::nullopt;
  if (!pair.end.text.empty()) {
    place.ends = addresses_of(found, index * kNamesOfPair + 1);
    if (place.ends.empty() || is_ambiguous(pair.end, place.ends)) return std::nullopt;
  }
  if (!pair.beside.empty()) {
    const auto beside = addresses_of(found, index * kNamesOfPair + 2);
    if (beside.size() != 1 || !are_beside(place.begins, beside.front())) return std::nullopt;
  }
  return place;
}

Result<> add_points(PointList& list, const SymbolPair& pair, const Place& place) {
  using Kind = PausePoint::Kind;
  for (const std::uint64_t address : place.begins) {
    if (auto added = list.add(Kind::begin, address, ProbePlace::function_start); !added)
      return added.error();
  }
  const bool returns = place.ends.empty() || pair.end_on_return;
  for (const std::uint64_t address : place.ends.empty() ? place.begins : place.ends) {
    auto added = returns ? list.add_return(Kind::end, address)
                         : list.add(Kind::end, address, ProbePlace::function_start);
    if (!added) return added.error();
  }
  return Done{};
}

// The pair at `index` and the extra ones behind it. Those that cannot be had are left out.
FoundPoints points_at(const RuntimeFile& file, const std::vector<SymbolPair>& pairs,
                      std::size_t index, const std::vector<FoundSymbol>& found,
                      std::string_view return_hazard) {
  const auto place = place_of(pairs[index], found, index);
  if (!place) return std::nullopt;
  PointList list(file, return_hazard);
  if (auto added = add_points(list, pairs[index], *place); !added) return added.error();
  for (std::size_t i = index + 1; i < pairs.size() && pairs[i].is_extra; ++i) {
    const auto extra = place_of(pairs[i], found, i);
    PointList longer = list;
    if (extra && add_points(longer, pairs[i], *extra)) list = longer;
  }
  return std::move(list).finish("symbols", pairs[index].nests);
}

}  // namespace

FoundPoints points_from_symbols(const RuntimeFile& file, const std::vector<SymbolPair>& pairs,
                                std::string_view return_hazard) {
  const std::vector<WantedSymbol> names = names_of(pairs);
  FoundPoints refused;
  for (const ElfTable table : {ElfTable::dynsym, ElfTable::symtab}) {
    const std::vector<FoundSymbol> found = find_symbols(file.elf, table, names);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (pairs[i].is_extra) continue;
      auto points = points_at(file, pairs, i, found, return_hazard);
      if (points && *points) return points;
      if (points && !refused) refused = std::move(points);
    }
  }
  return refused;
}

}  // namespace boundscope
