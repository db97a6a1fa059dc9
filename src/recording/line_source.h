// Lines of a stream that nobody vouches for: bounded in length, in nesting and in number of values.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace boundscope {

inline constexpr std::size_t kMaxLineBytes = std::size_t{64} << 20;
inline constexpr int kMaxNesting = 32;
inline constexpr std::size_t kMaxValuesPerLine = 1'000'000;

class LineSource {
 public:
  enum class Status {
    line,        // ended by a newline
    unfinished,  // the last one, cut off by the end of the stream
    end,
    too_long,
    unreadable,  // the stream failed: a directory, an I/O error
  };

  explicit LineSource(std::istream& in) : in_(in) {}

  Status next();
  const std::string& text() const { return text_; }  // without the newline
  std::uint64_t number() const { return number_; }   // of the line in text(), from 1

 private:
  std::istream& in_;
  std::string text_;
  std::uint64_t number_ = 0;
};

// What makes a line too dangerous to parse, or an empty string. Looks at brackets and commas only.
std::string parse_hazard(std::string_view line);

}  // namespace boundscope
