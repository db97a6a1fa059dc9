// Ways to pause points, each as far as it leads. No value: the file has nothing of the kind; an
// error: what it has may not be probed, and why.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "boundscope/result.h"
#include "target/gc/pause_points.h"
#include "target/gc/runtime_file.h"
#include "target/gc/symbol_lookup.h"

namespace boundscope {

using FoundPoints = std::optional<Result<PausePoints>>;

// Probes that the program brings with it.
struct UsdtPair {
  std::string_view provider;
  std::string_view begin;
  std::string_view end;
};
FoundPoints points_from_usdt(const RuntimeFile& file, const std::vector<UsdtPair>& pairs,
                             bool nests);

// Functions by name. The first pair that the file has is taken, with the extra ones behind it.
struct SymbolPair {
  WantedSymbol begin;          // where it is called
  WantedSymbol end = {};       // where it is called, or no text: where `begin` returns
  bool end_on_return = false;  // of `end`
  bool nests = false;
  std::string_view beside = {};  // a function of the same source file, where a name is too common
  bool is_extra = false;         // other stops, where the file has them
};
FoundPoints points_from_symbols(const RuntimeFile& file, const std::vector<SymbolPair>& pairs,
                                std::string_view return_hazard);

// A Go program's own table of functions.
FoundPoints points_from_pclntab(const RuntimeFile& file);

// Functions without a name, found by who calls them.
FoundPoints cpython_points_from_anchor(const RuntimeFile& file, std::string_view return_hazard);
FoundPoints v8_points_from_anchor(const RuntimeFile& file, std::string_view return_hazard);

}  // namespace boundscope
