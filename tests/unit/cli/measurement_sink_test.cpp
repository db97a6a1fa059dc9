#include "cli/measurement_sink.h"

#include <doctest/doctest.h>

#include <sstream>

using namespace boundscope;

namespace {

RecordingHeader a_header() {
  RecordingHeader header;
  header.cpus = 2;
  header.cpu_limit = 2;
  return header;
}

Window a_window(std::uint64_t start_s) {
  Window window;
  window.start_ns = start_s * 1'000'000'000;
  window.duration_ns = window.observed_ns = 1'000'000'000;
  return window;
}

Result<> nothing() { return Done{}; }

}  // namespace

TEST_CASE("sink: the file and the memory hold the same recording") {
  std::ostringstream terminal;
  std::stringstream file;
  Progress progress(terminal, 2, false);
  MeasurementSink sink(&file, MeasurementSink::FileFailure::end, progress, nothing);

  REQUIRE(sink.on_header(a_header()));
  REQUIRE(sink.on_process({}));
  REQUIRE(sink.on_stack({}));
  REQUIRE(sink.on_window(a_window(0)));
  REQUIRE(sink.on_end(RecordingEnd::interrupted));

  const Result<Recording> read = read_recording(file);
  REQUIRE(read);
  CHECK(read->windows.size() == sink.recording().windows.size());
  CHECK(read->stacks.size() == sink.recording().stacks.size());
  CHECK(read->processes.size() == sink.recording().processes.size());
  CHECK(read->end == sink.recording().end);
  CHECK(terminal.str().empty());
}

TEST_CASE("sink: a full disk does not end a measurement that will be answered from memory") {
  std::ostringstream terminal;
  std::ostringstream file;
  Progress progress(terminal, 2, false);
  MeasurementSink sink(&file, MeasurementSink::FileFailure::go_on, progress, nothing);
  REQUIRE(sink.on_header(a_header()));
  file.setstate(std::ios::badbit);

  CHECK(sink.on_window(a_window(0)));
  CHECK(sink.on_window(a_window(1)));
  CHECK(sink.on_end(RecordingEnd::complete));

  CHECK(sink.recording().windows.size() == 2);
  REQUIRE_FALSE(sink.file_outcome());
  CHECK(sink.file_outcome().error().message.find("the window at 0 s") != std::string::npos);
}

TEST_CASE("sink: a full disk ends a measurement that is only recorded") {
  std::ostringstream terminal;
  std::ostringstream file;
  Progress progress(terminal, 2, false);
  MeasurementSink sink(&file, MeasurementSink::FileFailure::end, progress, nothing);
  REQUIRE(sink.on_header(a_header()));
  file.setstate(std::ios::badbit);

  CHECK_FALSE(sink.on_window(a_window(0)));
}

TEST_CASE("sink: a command that cannot be run ends the measurement") {
  std::ostringstream terminal;
  Progress progress(terminal, 2, false);
  MeasurementSink sink(nullptr, MeasurementSink::FileFailure::go_on, progress, [] {
    return Result<>(Error{ErrorKind::environment, "no such program", ""});
  });

  CHECK_FALSE(sink.on_header(a_header()));
}

TEST_CASE("progress: a window shows the time and what is seen") {
  Window window = a_window(11);
  window.processes.resize(2);
  window.processes[0].requests.finished = 400;
  window.processes[1].requests.finished = 12;
  window.processes[0].on_cpu_ns = 420'000'000;

  CHECK(progress_text(window, 30) == "12 of 30 s: 412 requests/s, 0.42 CPU cores");
}

TEST_CASE("progress: a window in which the probes paused claims no rates") {
  Window window = a_window(11);
  window.observed_ns = 0;

  CHECK(progress_text(window, 30).find("requests") == std::string::npos);
}

TEST_CASE("progress: the line is wiped out before the answer") {
  std::ostringstream terminal;
  { Progress(terminal, 30, true).window(a_window(0)); }

  CHECK(terminal.str().ends_with("\r\x1b[K"));
}
