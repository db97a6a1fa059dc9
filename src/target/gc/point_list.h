// Pause points in the making: each one is verified before it is in the list.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "boundscope/result.h"
#include "target/gc/pause_points.h"
#include "target/gc/probe_site.h"
#include "target/gc/runtime_file.h"
#include "target/gc/usdt_notes.h"

namespace boundscope {

class PointList {
 public:
  // `return_hazard`: why functions may not be probed on their return; empty: they may.
  PointList(const RuntimeFile& file, std::string_view return_hazard)
      : file_(&file), return_hazard_(return_hazard) {}

  // Errors: the address is not code of the file, or no place for a probe.
  Result<> add(PausePoint::Kind kind, std::uint64_t address, ProbePlace place);
  Result<> add(PausePoint::Kind kind, const UsdtSite& site);
  // When the function that begins there returns.
  Result<> add_return(PausePoint::Kind kind, std::uint64_t address);

  PausePoints finish(std::string_view source, bool nests) &&;

 private:
  Result<PausePoint> verified(PausePoint::Kind kind, std::uint64_t address, ProbePlace place) const;

  const RuntimeFile* file_;
  std::string_view return_hazard_;
  PausePoints points_;
};

}  // namespace boundscope
