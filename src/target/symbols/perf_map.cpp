#include "target/symbols/perf_map.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <queue>

#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::size_t kLongestText = std::numeric_limits<std::uint32_t>::max();

struct Line {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::string_view name;
};

// Most runtimes write plain hex, the JVM puts 0x in front.
std::optional<std::uint64_t> take_hex(std::string_view& line) {
  std::string_view digits = take_until(line, ' ');
  if (digits.starts_with("0x")) digits.remove_prefix(2);
  return parse_number<std::uint64_t>(digits, 16);
}

std::optional<Line> parse_line(std::string_view line) {
  const auto start = take_hex(line);
  const auto size = take_hex(line);
  if (!start || !size || *size == 0 || line.empty()) return std::nullopt;
  if (*size > std::numeric_limits<std::uint64_t>::max() - *start) return std::nullopt;
  return Line{*start, *start + *size, line};
}

// The last line of `text`, which ends with a newline; removed from it.
std::string_view take_last_line(std::string_view& text) {
  text.remove_suffix(1);
  const auto before = text.rfind('\n');
  const std::size_t from = before == std::string_view::npos ? 0 : before + 1;
  const std::string_view line = text.substr(from);
  text.remove_suffix(line.size());
  return line;
}

}  // namespace

// Takes the lines newest first, then cuts what overlaps into disjoint ranges in one sweep over the
// addresses: n log n whatever the overlaps, and at most two ranges per line. Entries are known by
// their age, 0 being the newest; names are copied at the end, those of entries that show.
class PerfMapBuilder {
 public:
  explicit PerfMapBuilder(std::string_view whole_lines) : text_(whole_lines) {}

  PerfMap build(std::size_t max_entries) {
    take_lines(std::min<std::size_t>(max_entries, kNoEntry));
    sweep();
    copy_names();
    return std::move(map_);
  }

 private:
  using Age = std::uint32_t;
  static constexpr Age kNoEntry = std::numeric_limits<Age>::max();

  void take_lines(std::size_t max_entries) {
    std::string_view rest = text_;
    const auto lines = static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '\n'));
    entries_.reserve(std::min(lines, max_entries));
    while (!rest.empty() && entries_.size() < max_entries) {
      const auto line = parse_line(take_last_line(rest));
      if (!line) continue;
      entries_.push_back({line->start, line->end,
                          static_cast<std::uint32_t>(line->name.data() - text_.data()),
                          static_cast<std::uint32_t>(line->name.size())});
    }
    map_.skipped_ = lines - entries_.size();
  }

  void sweep() {
    std::vector<Age> by_start(entries_.size());
    std::iota(by_start.begin(), by_start.end(), Age{0});
    std::sort(by_start.begin(), by_start.end(),
              [this](Age a, Age b) { return entries_[a].start < entries_[b].start; });
    map_.ranges_.reserve(entries_.size());
    for (const Age age : by_start) {
      cover_until(entries_[age].start);
      swept_ = entries_[age].start;
      active_.push(age);
    }
    cover_until(std::numeric_limits<std::uint64_t>::max());
  }

  // Gives the addresses from swept_ to `limit`, at which the next entry begins, to the newest of
  // the entries that began before.
  void cover_until(std::uint64_t limit) {
    while (!active_.empty() && swept_ < limit) {
      const Age newest = active_.top();
      if (entries_[newest].end <= swept_) {
        active_.pop();
        continue;
      }
      const std::uint64_t end = std::min(entries_[newest].end, limit);
      append(newest, end);
      swept_ = end;
    }
  }

  void append(Age age, std::uint64_t end) {
    auto& ranges = map_.ranges_;
    if (!ranges.empty() && ranges.back().end == swept_ && ranges.back().name_at == age) {
      ranges.back().end = end;  // cut by an entry that an even newer one hides
      return;
    }
    ranges.push_back({swept_, end, age, entries_[age].name_size});
  }

  // Until now a range's name_at is its entry's age.
  void copy_names() {
    std::vector<bool> shows(entries_.size());
    for (const PerfMap::Range& range : map_.ranges_) shows[range.name_at] = true;
    std::size_t bytes = 0;
    for (std::size_t age = 0; age < entries_.size(); ++age) {
      if (shows[age]) bytes += entries_[age].name_size;
    }
    map_.names_.reserve(bytes);
    for (std::size_t age = 0; age < entries_.size(); ++age) {
      if (!shows[age]) continue;
      PerfMap::Range& entry = entries_[age];
      const std::string_view name = text_.substr(entry.name_at, entry.name_size);
      entry.name_at = static_cast<std::uint32_t>(map_.names_.size());
      map_.names_ += name;
    }
    for (PerfMap::Range& range : map_.ranges_) range.name_at = entries_[range.name_at].name_at;
  }

  std::string_view text_;
  PerfMap map_;
  std::vector<PerfMap::Range> entries_;  // by age; their names are in text_
  // The newest on top; may hold entries that have ended.
  std::priority_queue<Age, std::vector<Age>, std::greater<>> active_;
  std::uint64_t swept_ = 0;
};

PerfMap PerfMap::parse(std::string_view text, std::size_t max_entries) {
  const auto last_newline = text.rfind('\n');
  text = text.substr(0, last_newline == std::string_view::npos ? 0 : last_newline + 1);
  if (text.size() > kLongestText)
    text.remove_prefix(text.find('\n', text.size() - kLongestText) + 1);
  return PerfMapBuilder(text).build(max_entries);
}

std::string_view PerfMap::name_of(std::uint64_t address) const {
  const auto above =
      std::upper_bound(ranges_.begin(), ranges_.end(), address,
                       [](std::uint64_t value, const Range& range) { return value < range.start; });
  if (above == ranges_.begin() || address >= std::prev(above)->end) return {};
  const Range& range = *std::prev(above);
  return std::string_view(names_).substr(range.name_at, range.name_size);
}

std::size_t PerfMap::bytes() const {
  return ranges_.capacity() * sizeof(Range) + names_.capacity();
}

}  // namespace boundscope
