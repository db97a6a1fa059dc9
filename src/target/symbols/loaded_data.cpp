#include "target/symbols/loaded_data.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "target/symbols/relocations.h"

namespace boundscope {
namespace {

constexpr std::size_t kMostPieces = 8;  // programs have one or two

}  // namespace

LoadedData::LoadedData(const ElfFile& file, std::size_t limit) {
  const Relocations relocations(file);
  bytes_read_ = relocations.bytes();
  for (const ElfPiece& segment : file.segments()) {
    if (!segment.writable || segment.executable) continue;
    const bool has_room = pieces_.size() < kMostPieces;
    const std::uint64_t size = has_room ? std::min<std::uint64_t>(segment.size, limit) : 0;
    is_cut_ = is_cut_ || size < segment.size;
    if (size == 0) continue;
    limit -= size;
    Piece piece{segment.address, file.read(segment.offset, size)};
    relocations.apply(piece.bytes, piece.address);
    bytes_read_ += piece.bytes.size();
    pieces_.push_back(std::move(piece));
  }
}

std::optional<std::uint64_t> LoadedData::word(std::uint64_t address) const {
  for (const Piece& piece : pieces_) {
    const std::uint64_t at = address - piece.address;
    std::uint64_t value = 0;
    if (at >= piece.bytes.size() || piece.bytes.size() - at < sizeof value) continue;
    std::memcpy(&value, piece.bytes.data() + at, sizeof value);
    return value;
  }
  return std::nullopt;
}

}  // namespace boundscope
