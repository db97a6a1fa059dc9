// Recordings that are cut, newer, or not recordings at all.
#include <doctest/doctest.h>

#include <sstream>

#include "boundscope/recording.h"

using namespace boundscope;

namespace {

const std::string kHeader = R"({"kind":"header","major":1,"minor":0,"cpus":2,"cpu_limit":2})"
                            "\n";
const std::string kEnd = R"({"kind":"end","reason":"complete"})"
                         "\n";

Result<Recording> read(const std::string& text) {
  std::istringstream in(text);
  return read_recording(in);
}

std::string failure(const std::string& text) {
  const Result<Recording> result = read(text);
  REQUIRE_FALSE(result);
  CHECK_FALSE(result.error().hint.empty());
  return result.error().message;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The message about line 2, when that is `line`.
std::string failure_of_line(const std::string& line) {
  const std::string message = failure(kHeader + line + "\n" + kEnd);
  CHECK(contains(message, "line 2"));
  return message;
}

}  // namespace

TEST_CASE("reader: what is no recording is called that") {
  CHECK(contains(failure(""), "empty"));
  CHECK(contains(failure("\n"), "not a boundscope recording"));
  CHECK(contains(failure("hello\n"), "not a boundscope recording"));
  CHECK(contains(failure(std::string("\x7f"
                                     "ELF\0\1\2",
                                     7)),
                 "not a boundscope recording"));
  CHECK(contains(failure("{\"kind\":\"window\"}\n"), "not a boundscope recording"));
  CHECK(contains(failure("[1,2]\n"), "not a boundscope recording"));
  CHECK(contains(failure("{\"kind\":\"header\"}\n"), "no version"));
  CHECK(contains(failure("{\"kind\":\"header\",\"major\":\"1\"}\n"), "no version"));
  CHECK(contains(failure("{\"kind\":\"header\",\"major\":-1}\n"), "no version"));
}

TEST_CASE("reader: a newer major version is refused with words") {
  const std::string message = failure("{\"kind\":\"header\",\"major\":2,\"news\":[1]}\n???\n");

  CHECK(contains(message, "version 2"));
  CHECK(contains(message, "reads up to 1"));
}

TEST_CASE("reader: unknown members are ignored and unknown lines counted") {
  const auto recording = read(
      "{\"kind\":\"header\",\"major\":1,\"minor\":9,\"cpus\":2,\"cpu_limit\":2,\"new\":{}}\n"
      "{\"kind\":\"weather\",\"sun\":true}\n"
      "{\"kind\":\"window\",\"processes\":[{\"pid\":1,\"new\":[]}]}\n" +
      kEnd);

  REQUIRE(recording);
  CHECK(recording->skipped_lines == 1);
  CHECK(recording->windows.size() == 1);
  CHECK(recording->end == RecordingEnd::complete);
}

TEST_CASE("reader: names of a newer writer count where there is a class for the rest") {
  const auto recording = read(kHeader +
                              "{\"kind\":\"process\",\"pid\":1,\"runtime\":\"cobol\"}\n"
                              "{\"kind\":\"window\",\"processes\":[{\"blocked_ns\":"
                              "{\"dream\":5,\"other\":2}}]}\n" +
                              kEnd);

  REQUIRE(recording);
  CHECK(recording->processes.at(0).runtime == Runtime::unknown);
  CHECK(recording->windows.at(0).processes.at(0).blocked_ns[static_cast<std::size_t>(
            WaitClass::other)] == 7);
}

TEST_CASE("reader: a recording without an end line is complete up to there") {
  const auto recording = read(kHeader + "{\"kind\":\"window\",\"duration_ns\":5}\n");

  REQUIRE(recording);
  CHECK(recording->end == RecordingEnd::truncated);
  CHECK(recording->windows.size() == 1);
}

TEST_CASE("reader: a half-written last line is dropped") {
  for (const std::string& rest :
       {std::string("{\"kind\":\"window\",\"dura"), std::string("{"), std::string(100, '\0')}) {
    const auto recording = read(kHeader + "{\"kind\":\"window\",\"duration_ns\":5}\n" + rest);

    REQUIRE(recording);
    CHECK(recording->end == RecordingEnd::truncated);
    CHECK(recording->windows.size() == 1);
  }
}

TEST_CASE("reader: a whole last line needs no newline") {
  const auto recording = read(kHeader + R"({"kind":"end","reason":"interrupted"})");

  REQUIRE(recording);
  CHECK(recording->end == RecordingEnd::interrupted);
}

TEST_CASE("reader: damage names the line and the member") {
  CHECK(contains(failure_of_line("{\"kind\":\"window\",,}"), "not valid JSON"));
  CHECK(contains(failure_of_line(""), "not valid JSON"));
  CHECK(contains(failure_of_line("17"), "not an object"));
  CHECK(contains(failure_of_line("{\"pid\":1}"), "\"kind\""));
  CHECK(contains(failure_of_line("{\"kind\":\"process\",\"pid\":-4}"), "\"pid\""));
  CHECK(contains(failure_of_line("{\"kind\":\"process\",\"pid\":3000000000}"), "too large"));
  CHECK(contains(failure_of_line("{\"kind\":\"process\",\"comm\":7}"), "\"comm\""));
  CHECK(contains(failure_of_line("{\"kind\":\"window\",\"start_ns\":1.5}"), "\"start_ns\""));
  CHECK(contains(failure_of_line("{\"kind\":\"window\",\"start_ns\":1e999}"), "not valid JSON"));
  CHECK(contains(failure_of_line("{\"kind\":\"window\",\"processes\":{}}"), "\"processes\""));
  CHECK(contains(failure_of_line("{\"kind\":\"window\",\"threads\":[{},{\"switches\":\"x\"}]}"),
                 "\"threads[1].switches\""));
  CHECK(contains(failure_of_line("{\"kind\":\"window\",\"host\":[]}"), "\"host\""));
  CHECK(contains(failure_of_line("{\"kind\":\"end\",\"reason\":\"boredom\"}"), "\"reason\""));
}

TEST_CASE("reader: rows must refer to what exists") {
  CHECK(contains(failure_of_line("{\"kind\":\"stack\",\"id\":1}"), "stack 1"));
  CHECK(contains(failure_of_line("{\"kind\":\"window\",\"samples\":[{\"count\":1}]}"), "stack 0"));
  CHECK(contains(failure_of_line("{\"kind\":\"window\",\"wait_stacks\":[{\"stack\":3}]}"),
                 "stack 3"));
  CHECK(contains(failure_of_line("{\"kind\":\"stack\",\"frames\":[0]}"), "frame 0"));
  CHECK(contains(failure_of_line("{\"kind\":\"window\",\"latencies\":[{\"index\":704}]}"),
                 "bucket 704"));
}

TEST_CASE("reader: windows are in the order of time") {
  const std::string message = failure(kHeader +
                                      "{\"kind\":\"window\",\"start_ns\":9}\n"
                                      "{\"kind\":\"window\",\"start_ns\":8}\n");

  CHECK(contains(message, "line 3"));
  CHECK(contains(message, "before"));
}

TEST_CASE("reader: two recordings in one file are noticed") {
  CHECK(contains(failure(kHeader + kEnd + kHeader), "line 3"));
  CHECK(contains(failure(kHeader + kHeader), "second header"));
}

TEST_CASE("reader: a header that cannot be calculated with is damaged") {
  CHECK(contains(failure("{\"kind\":\"header\",\"major\":1,\"cpu_limit\":1}\n"), "\"cpus\""));
  CHECK(contains(failure("{\"kind\":\"header\",\"major\":1,\"cpus\":1}\n"), "\"cpu_limit\""));
}

TEST_CASE("reader: deep nesting is refused before it is parsed") {
  const std::string deep(200'000, '[');

  CHECK(contains(failure_of_line("{\"kind\":\"x\",\"a\":" + deep), "nested"));
}

TEST_CASE("reader: brackets inside of strings do not nest") {
  const auto recording =
      read(kHeader + "{\"kind\":\"x\",\"a\":\"" + std::string(100, '[') + "\\\"[[\"}\n" + kEnd);

  CHECK(recording);
}

TEST_CASE("reader: a line has a longest length") {
  const std::string long_line(std::size_t{65} << 20, ' ');

  CHECK(contains(failure(long_line), "64 MiB"));
  CHECK(contains(failure_of_line(long_line), "64 MiB"));
}

TEST_CASE("reader: a stream that cannot be read says so") {
  struct Failing : std::streambuf {
    int underflow() override { throw std::ios_base::failure("Is a directory"); }
  } failing;
  std::istream in(&failing);

  const auto recording = read_recording(in);

  REQUIRE_FALSE(recording);
  CHECK(recording.error().kind == ErrorKind::environment);
}

TEST_CASE("reader: no cut of a recording crashes it") {
  const std::string text = kHeader + R"({"kind":"frame","module":"a\u0000b","symbol":"f\"}"})" +
                           "\n" + R"({"kind":"stack","frames":[0]})" + "\n" +
                           R"({"kind":"window","samples":[{"count":1}],"host":{"cpu_ns":1}})" +
                           "\n" + kEnd;
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto recording = read(text.substr(0, length));

    CHECK(static_cast<bool>(recording) == (length + 1 >= kHeader.size()));
  }
}

TEST_CASE("reader: no flipped byte of a recording crashes it") {
  const std::string text =
      kHeader + R"({"kind":"window","samples":[],"host":{"cpu_ns":1},"losses":[{"what":"x"}]})" +
      "\n" + kEnd;
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const int bit : {1, 4, 128}) {
      std::string flipped = text;
      flipped[at] = static_cast<char>(flipped[at] ^ bit);

      const auto recording = read(flipped);

      CHECK((recording || !recording.error().message.empty()));
    }
  }
}
