#include <istream>

#include "recording/field_reader.h"
#include "recording/line_source.h"

namespace boundscope {
namespace {

using Json = nlohmann::json;

Error not_a_recording(const std::string& why) {
  return {ErrorKind::data, "not a boundscope recording: " + why,
          "a recording is made with 'boundscope record TARGET -o FILE'"};
}

// Parses one line. Yields a discarded value if the text is no JSON, `problem` says why.
Json parse_line(const std::string& text, std::string& problem) {
  problem = parse_hazard(text);
  if (!problem.empty()) return Json(Json::value_t::discarded);
  try {
    return Json::parse(text);
  } catch (const Json::exception&) {
    problem = "not valid JSON";
    return Json(Json::value_t::discarded);
  }
}

// Puts the lines of one file together. Every function returns what is wrong with the line, or "".
class Assembly {
 public:
  std::string header(const Json& line) {
    std::string problem = read(line, recording_.header);
    if (!problem.empty()) return problem;
    if (recording_.header.cpus == 0) return "\"cpus\" must be at least 1";
    if (recording_.header.cpu_limit <= 0) return "\"cpu_limit\" must be above 0";
    return "";
  }

  std::string add(const Json& line) {
    if (ended_) return "it follows the end of the recording (two recordings in one file?)";
    const auto kind = line.find("kind");
    if (kind == line.end() || !kind->is_string()) return "\"kind\" is missing";
    if (*kind == "process") return read(line, recording_.processes.emplace_back());
    if (*kind == "frame") return read(line, recording_.frames.emplace_back());
    if (*kind == "stack") return stack(line);
    if (*kind == "window") return window(line);
    if (*kind == "end") return end(line);
    if (*kind == "header") return "a second header (two recordings in one file?)";
    ++recording_.skipped_lines;
    return "";
  }

  Recording take() { return std::move(recording_); }

 private:
  template <class T>
  static std::string read(const Json& line, T& value) {
    std::string problem;
    FieldReader reader(line, "", problem);
    fields(reader, value);
    return problem;
  }

  std::string stack(const Json& line) {
    const std::size_t expected = recording_.stacks.size();
    Stack& stack = recording_.stacks.emplace_back();
    std::string problem = read(line, stack);
    if (problem.empty() && stack.id != expected)
      problem = "stack " + std::to_string(stack.id) + " where stack " + std::to_string(expected) +
                " should follow";
    for (const std::uint32_t frame : stack.frames)
      if (problem.empty() && frame >= recording_.frames.size())
        problem = "the stack names frame " + std::to_string(frame) + ", which no line describes";
    return problem;
  }

  std::string window(const Json& line) {
    const bool first = recording_.windows.empty();
    const std::uint64_t earliest_ns = first ? 0 : recording_.windows.back().start_ns;
    Window& window = recording_.windows.emplace_back();
    std::string problem = read(line, window);
    if (!problem.empty()) return problem;
    if (window.start_ns < earliest_ns) return "the window begins before the one that precedes it";
    for (const SampleTotals& row : window.samples)
      if (row.stack >= recording_.stacks.size()) return unknown_stack("a sample", row.stack);
    for (const WaitStackTotals& row : window.wait_stacks)
      if (row.stack >= recording_.stacks.size()) return unknown_stack("a wait", row.stack);
    for (const LatencyBucket& bucket : window.latencies)
      if (bucket.index >= kLatencyBuckets)
        return "there is no latency bucket " + std::to_string(bucket.index);
    return "";
  }

  static std::string unknown_stack(const std::string& what, std::uint32_t stack) {
    return what + " names stack " + std::to_string(stack) + ", which no line describes";
  }

  std::string end(const Json& line) {
    std::string problem;
    FieldReader reader(line, "", problem);
    reader("reason", recording_.end);
    ended_ = true;
    return problem;
  }

  Recording recording_;
  bool ended_ = false;
};

// The version is looked at before anything else: a newer format may mean anything.
Result<> check_version(const Json& line) {
  if (!line.is_object() || line.value("kind", Json()) != "header")
    return not_a_recording("line 1 is no header");
  const auto major = line.find("major");
  if (major == line.end() || !major->is_number_unsigned())
    return not_a_recording("the header has no version (\"major\")");
  if (*major > kRecordingMajor)
    return Error{ErrorKind::data,
                 "the recording has format version " + major->dump() +
                     ", this boundscope reads up to " + std::to_string(kRecordingMajor),
                 "read it with the version of boundscope that made it, or a newer one"};
  if (*major < 1) return not_a_recording("format version 0 does not exist");
  return Done{};
}

Error damaged(std::uint64_t number, const std::string& what) {
  return {ErrorKind::data,
          "line " + std::to_string(number) + " of the recording is damaged: " + what,
          "the lines before it are readable: cut the file there and report that"};
}

Result<Recording> read_lines(std::istream& in) {
  LineSource lines(in);
  Assembly assembly;
  for (;;) {
    const LineSource::Status status = lines.next();
    const bool first = lines.number() <= 1;
    if (status == LineSource::Status::unreadable)
      return Error{ErrorKind::environment,
                   "the recording cannot be read (a directory, or an I/O error)",
                   "name a file made with 'boundscope record', or - for standard input"};
    if (status == LineSource::Status::end) {
      if (lines.number() == 0) return not_a_recording("the file is empty");
      return assembly.take();
    }
    if (status == LineSource::Status::too_long)
      return first ? not_a_recording("line 1 is longer than 64 MiB")
                   : damaged(lines.number(), "longer than 64 MiB");

    std::string problem;
    const Json line = parse_line(lines.text(), problem);
    if (line.is_discarded() && first) return not_a_recording("line 1 is " + problem);
    if (line.is_discarded() && status == LineSource::Status::unfinished)
      return assembly.take();  // the writer was killed in the middle of this line
    if (line.is_discarded()) return damaged(lines.number(), problem);
    if (first) {
      if (const Result<> version = check_version(line); !version) return version.error();
      problem = assembly.header(line);
    } else {
      problem = line.is_object() ? assembly.add(line) : "not an object";
    }
    if (!problem.empty()) return damaged(lines.number(), problem);
  }
}

}  // namespace

Result<Recording> read_recording(std::istream& in) {
  try {
    return read_lines(in);
  } catch (const std::bad_alloc&) {
    return Error{ErrorKind::data, "the recording does not fit into memory",
                 "read it on a machine with more memory"};
  }
}

}  // namespace boundscope
