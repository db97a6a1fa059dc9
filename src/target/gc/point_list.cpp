#include "target/gc/point_list.h"

#include <fmt/format.h>

#include <optional>
#include <string>

namespace boundscope {
namespace {

Error refusal(std::string message) {
  return {.kind = ErrorKind::environment, .message = std::move(message), .hint = ""};
}

// The kernel counts those who listen to a probe there: two bytes of the program's data.
std::optional<std::uint64_t> semaphore_offset(const ElfFile& file, std::uint64_t address) {
  constexpr std::uint64_t kSize = 2;
  for (const ElfPiece& segment : file.segments()) {
    if (!segment.writable || segment.executable || address < segment.address) continue;
    const std::uint64_t into = address - segment.address;
    const std::uint64_t offset = segment.offset + into;
    if (into < segment.size && segment.size - into >= kSize && offset % kSize == 0) return offset;
  }
  return std::nullopt;
}

}  // namespace

Result<PausePoint> PointList::verified(PausePoint::Kind kind, std::uint64_t address,
                                       ProbePlace place) const {
  const std::string code = file_->elf.read_at(address, kProbeCodeBytes);
  const auto distance = find_probe_site(file_->machine, code, place);
  if (!distance) return distance.error();
  const auto offset = file_->code_offset(address + *distance);
  if (!offset) {
    return refusal(fmt::format("address {:#x} of the runtime's file is not mapped as code from it",
                               address + *distance));
  }
  return PausePoint{.kind = kind, .path = file_->path, .offset = *offset};
}

Result<> PointList::add(PausePoint::Kind kind, std::uint64_t address, ProbePlace place) {
  auto point = verified(kind, address, place);
  if (!point) return point.error();
  points_.points.push_back(*std::move(point));
  return Done{};
}

Result<> PointList::add(PausePoint::Kind kind, const UsdtSite& site) {
  auto point = verified(kind, site.address, ProbePlace::usdt);
  if (!point) return point.error();
  if (site.semaphore != 0) {
    const auto offset = semaphore_offset(file_->elf, site.semaphore);
    if (!offset) return refusal("a probe's semaphore is not in the data of the runtime's file");
    point->ref_ctr_offset = *offset;
  }
  points_.points.push_back(*std::move(point));
  return Done{};
}

Result<> PointList::add_return(PausePoint::Kind kind, std::uint64_t address) {
  if (!return_hazard_.empty()) return refusal(std::string(return_hazard_));
  auto point = verified(kind, address, ProbePlace::function_start);
  if (!point) return point.error();
  point->on_return = true;
  points_.points.push_back(*std::move(point));
  return Done{};
}

PausePoints PointList::finish(std::string_view source, bool nests) && {
  points_.source = source;
  points_.nests = nests;
  points_.file = file_->file;
  return std::move(points_);
}

}  // namespace boundscope
