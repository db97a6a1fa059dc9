#include "target/symbols/function_starts.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace boundscope {
namespace {

// The form that GNU ld, gold and lld write: version 1, address of .eh_frame and number of entries
// in 4 bytes each, then pairs of 4-byte offsets from the table's own address.
constexpr char kVersion = 1;
constexpr char kCountIsUnsigned4 = 0x03;
constexpr char kPairsAreRelativeSigned4 = 0x3b;
constexpr std::size_t kHeaderSize = 12;
constexpr std::size_t kPairSize = 8;
constexpr std::size_t kMostFunctions = 2'000'000;

}  // namespace

FunctionStarts FunctionStarts::read(const ElfFile& file) {
  const auto piece = file.section_piece(".eh_frame_hdr");
  if (!piece) return {};
  const std::string header = file.read(piece->offset, kHeaderSize);
  if (header.size() < kHeaderSize || header[0] != kVersion || header[2] != kCountIsUnsigned4 ||
      header[3] != kPairsAreRelativeSigned4) {
    return {};
  }
  std::uint32_t claimed = 0;
  std::memcpy(&claimed, header.data() + 8, sizeof claimed);
  const std::size_t count = std::min<std::size_t>(claimed, kMostFunctions);
  const std::string pairs = file.read(piece->offset + kHeaderSize, count * kPairSize);

  FunctionStarts starts;
  starts.base_ = piece->address;
  starts.offsets_.resize(pairs.size() / kPairSize);
  for (std::size_t i = 0; i < starts.offsets_.size(); ++i) {
    std::memcpy(&starts.offsets_[i], pairs.data() + i * kPairSize, sizeof(std::int32_t));
  }
  if (!std::is_sorted(starts.offsets_.begin(), starts.offsets_.end())) return {};
  return starts;
}

std::optional<std::uint64_t> FunctionStarts::before(std::uint64_t address) const {
  const auto distance = static_cast<std::int64_t>(address - base_);
  const auto above = std::upper_bound(offsets_.begin(), offsets_.end(), distance);
  if (above == offsets_.begin()) return std::nullopt;
  return base_ + static_cast<std::uint64_t>(static_cast<std::int64_t>(*std::prev(above)));
}

}  // namespace boundscope
