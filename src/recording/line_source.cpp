#include "recording/line_source.h"

#include <istream>

namespace boundscope {

LineSource::Status LineSource::next() {
  text_.clear();
  std::streambuf* buffer = in_.rdbuf();
  try {
    for (;;) {
      const int byte = buffer->sbumpc();
      if (byte == std::char_traits<char>::eof()) break;
      if (text_.empty()) ++number_;
      if (byte == '\n') return Status::line;
      if (text_.size() == kMaxLineBytes) return Status::too_long;
      text_.push_back(static_cast<char>(byte));
    }
  } catch (const std::exception&) {  // libstdc++ reports a failed read(2) this way
    return Status::unreadable;
  }
  return text_.empty() ? Status::end : Status::unfinished;
}

std::string parse_hazard(std::string_view line) {
  int nesting = 0;
  std::size_t values = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == ',') ++values;
    if (c == ']' || c == '}') --nesting;
    if (c == '[' || c == '{') {
      ++values;
      if (++nesting > kMaxNesting)
        return "nested deeper than " + std::to_string(kMaxNesting) + " levels";
    }
    if (values > kMaxValuesPerLine)
      return "more than " + std::to_string(kMaxValuesPerLine) + " values";
  }
  return "";
}

}  // namespace boundscope
