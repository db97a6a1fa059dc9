#include "target/gc/hsperfdata.h"

#include <algorithm>

namespace boundscope {
namespace {

// Header: magic (always big endian), byte order, major, minor, accessible; used, overflow, time;
// where the entries begin and how many there are.
constexpr std::string_view kMagic = "\xca\xfe\xc0\xc0";
constexpr std::size_t kHeaderSize = 32;
constexpr std::size_t kByteOrderAt = 4;
constexpr std::size_t kMajorAt = 5;
constexpr std::size_t kAccessibleAt = 7;
constexpr std::size_t kUsedAt = 8;
constexpr std::size_t kEntriesAt = 24;
constexpr std::size_t kCountAt = 28;

// Entry: its length, where its name is, elements (0: no array), type, flags, unit, variability,
// where its data is. Places are relative to the entry.
constexpr std::size_t kEntrySize = 20;
constexpr std::size_t kNameAt = 4;
constexpr std::size_t kElementsAt = 8;
constexpr std::size_t kTypeAt = 12;
constexpr std::size_t kDataAt = 16;
constexpr std::size_t kNumberSize = 8;

constexpr std::size_t kEntriesLimit = 8192;  // a JVM has some 200 to 300
constexpr std::size_t kLongestText = 4096;

// 0 beyond the end.
std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size, bool is_little) {
  if (at > bytes.size() || bytes.size() - at < size) return 0;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t from = is_little ? at + size - 1 - i : at + i;
    value = value << 8 | static_cast<unsigned char>(bytes[from]);
  }
  return value;
}

std::string_view text_at(std::string_view bytes, std::size_t at, std::size_t limit) {
  if (at >= bytes.size()) return {};
  const std::string_view text = bytes.substr(at, std::min(limit, kLongestText));
  return text.substr(0, text.find('\0'));
}

}  // namespace

std::optional<PerfCounters> PerfCounters::parse(std::string_view bytes) {
  if (bytes.size() < kHeaderSize || !bytes.starts_with(kMagic)) return std::nullopt;
  const auto order = static_cast<unsigned char>(bytes[kByteOrderAt]);
  if (order > 1 || bytes[kMajorAt] != 2 || bytes[kAccessibleAt] == 0) return std::nullopt;
  PerfCounters counters;
  counters.is_little_ = order == 1;
  const auto word = [&](std::size_t at) { return number_at(bytes, at, 4, counters.is_little_); };
  counters.used_ = word(kUsedAt);
  counters.entries_ = word(kCountAt);
  const std::size_t count = std::min(counters.entries_, kEntriesLimit);
  std::size_t place = word(kEntriesAt);
  for (std::size_t i = 0; i < count && place < bytes.size(); ++i) {
    const std::size_t size = word(place);
    if (size < kEntrySize || size > bytes.size() - place) break;  // neither back nor beyond the end
    const std::string_view entry = bytes.substr(place, size);
    const std::size_t elements = word(place + kElementsAt);
    const std::size_t data = word(place + kDataAt);
    const bool is_text = entry[kTypeAt] == 'B' && elements > 0;
    const bool is_number = entry[kTypeAt] == 'J' && elements == 0;
    const std::size_t data_size = is_number ? kNumberSize : elements;
    if ((is_text || is_number) && data <= size && size - data >= data_size) {
      counters.places_.emplace(text_at(entry, word(place + kNameAt), size),
                               Place{place + data, data_size, is_text});
    }
    place += size;
  }
  return counters;
}

std::optional<std::int64_t> PerfCounters::value(std::string_view bytes,
                                                std::string_view name) const {
  const auto found = places_.find(name);
  if (found == places_.end() || found->second.is_text) return std::nullopt;
  const std::size_t at = found->second.at;
  if (at > bytes.size() || bytes.size() - at < kNumberSize) return std::nullopt;
  return static_cast<std::int64_t>(number_at(bytes, at, kNumberSize, is_little_));
}

std::string PerfCounters::text(std::string_view bytes, std::string_view name) const {
  const auto found = places_.find(name);
  if (found == places_.end() || !found->second.is_text) return "";
  return std::string(text_at(bytes, found->second.at, found->second.size));
}

bool PerfCounters::is_outdated(std::string_view bytes) const {
  return number_at(bytes, kCountAt, 4, is_little_) != entries_;
}

}  // namespace boundscope
