#include "target/runtime_hsperfdata.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace boundscope {
namespace {

// Header: magic (always big endian), byte order, major, minor, accessible; used, overflow, time;
// where the entries begin and how many there are.
constexpr std::string_view kMagic = "\xca\xfe\xc0\xc0";
constexpr std::size_t kHeaderSize = 32;
constexpr std::size_t kByteOrderAt = 4;
constexpr std::size_t kMajorAt = 5;
constexpr std::size_t kEntriesAt = 24;
constexpr std::size_t kCountAt = 28;

// Entry: its length, where its name is, elements (0: no array); type, flags, unit, variability;
// where its data is. Places are relative to the entry.
constexpr std::size_t kEntrySize = 20;
constexpr std::size_t kNameAt = 4;
constexpr std::size_t kElementsAt = 8;
constexpr std::size_t kTypeAt = 12;
constexpr std::size_t kDataAt = 16;

constexpr std::size_t kEntriesLimit = 8192;  // a JVM has some 200 to 300
constexpr std::size_t kLongestString = 4096;

class Words {
 public:
  Words(std::string_view bytes, bool little) : bytes_(bytes), little_(little) {}

  // 0 beyond the end: no length or place is ever 0 where it matters.
  std::uint32_t at(std::size_t place) const {
    if (place > bytes_.size() || bytes_.size() - place < 4) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::size_t from = little_ ? place + 3 - i : place + i;
      value = value << 8 | static_cast<unsigned char>(bytes_[from]);
    }
    return value;
  }

 private:
  std::string_view bytes_;
  bool little_;
};

// What stands at `from` up to its zero byte.
std::string text_at(std::string_view entry, std::size_t from, std::size_t limit) {
  if (from >= entry.size()) return "";
  const std::string_view text = entry.substr(from, std::min(limit, kLongestString));
  return std::string(text.substr(0, text.find('\0')));
}

}  // namespace

std::optional<JvmStrings> parse_hsperfdata(std::string_view bytes) {
  if (bytes.size() < kHeaderSize || !bytes.starts_with(kMagic)) return std::nullopt;
  if (bytes[kByteOrderAt] != 0 && bytes[kByteOrderAt] != 1) return std::nullopt;
  if (bytes[kMajorAt] != 2) return std::nullopt;
  const bool little = bytes[kByteOrderAt] == 1;
  const Words header(bytes, little);
  const std::size_t count = std::min<std::size_t>(header.at(kCountAt), kEntriesLimit);

  JvmStrings strings;
  std::size_t place = header.at(kEntriesAt);
  for (std::size_t i = 0; i < count && place < bytes.size(); ++i) {
    std::string_view entry = bytes.substr(place);
    const std::size_t size = Words(entry, little).at(0);
    if (size < kEntrySize || size > entry.size()) break;  // neither backwards nor beyond the end
    entry = entry.substr(0, size);
    place += size;
    const Words words(entry, little);
    const std::size_t elements = words.at(kElementsAt);
    if (entry[kTypeAt] != 'B' || elements == 0) continue;
    strings[text_at(entry, words.at(kNameAt), kLongestString)] =
        text_at(entry, words.at(kDataAt), elements);
  }
  return strings;
}

}  // namespace boundscope
