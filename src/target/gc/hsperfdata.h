// Numbers that a HotSpot JVM publishes about itself, in a file that it shares with its tools or, if
// it may not, in memory of the same layout.
//
// The bytes are the target's and change while they are read: every length and place is a claim.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace boundscope {

// Where the counters are. They never move once they are there, so that a table made once reads
// later copies of the bytes.
class PerfCounters {
 public:
  // Empty if the bytes are no such image (version 2), or one that is not complete yet.
  static std::optional<PerfCounters> parse(std::string_view bytes);

  // The counter's value in a copy of the same image; empty if it has no such counter.
  std::optional<std::int64_t> value(std::string_view bytes, std::string_view name) const;
  // A text; of an unknown counter "".
  std::string text(std::string_view bytes, std::string_view name) const;

  std::size_t entries() const { return entries_; }
  // Of a later copy: has it counters that the table does not know?
  bool is_outdated(std::string_view bytes) const;
  // How many bytes of the image are in use, by its own account.
  std::size_t used() const { return used_; }

 private:
  struct Place {
    std::size_t at = 0;
    std::size_t size = 0;  // 8 for a number
    bool is_text = false;
  };
  std::map<std::string, Place, std::less<>> places_;
  std::size_t entries_ = 0;
  std::size_t used_ = 0;
  bool is_little_ = true;
};

}  // namespace boundscope
