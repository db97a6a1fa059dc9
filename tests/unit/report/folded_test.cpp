#include "report/folded.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "sample_analysis.h"
#include "support/profile_recording.h"

using namespace boundscope;
using namespace boundscope::testing;

namespace {

constexpr ProfileKinds kOnCpu{.on_cpu = true, .off_cpu = false};
constexpr ProfileKinds kOffCpu{.on_cpu = false, .off_cpu = true};

std::string folded(const Recording& recording, ProfileKinds kinds) {
  std::ostringstream out;
  write_folded(out, recording, make_profile(recording, kinds));
  return out.str();
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

// The sum of the numbers behind the last space of each line.
std::uint64_t sum_of_values(const std::string& text) {
  std::istringstream lines(text);
  std::uint64_t sum = 0;
  for (std::string line; std::getline(lines, line);)
    sum += std::stoull(line.substr(line.rfind(' ') + 1));
  return sum;
}

}  // namespace

TEST_CASE("folded: a line goes from the owner over process and thread to the leaf") {
  const std::string text = folded(profile_recording(), kOnCpu);

  CHECK(has_line(text, "application;api;worker;main.main;main.handle 120000"));
}

TEST_CASE("folded: kernel frames carry the customary mark") {
  const std::string text = folded(profile_recording(), kOnCpu);

  CHECK(has_line(text, "kernel;api;worker;main.main;main.handle;tcp_sendmsg_[k] 40000"));
}

TEST_CASE("folded: what has no name is shown as such") {
  const std::string text = folded(profile_recording(), kOnCpu);

  CHECK(has_line(text, "native_library;api;worker;main.main;[unknown in libz.so.1+0x1234] 60000"));
  CHECK(has_line(text, "application;api;api;[jit] 20000"));
  CHECK(has_line(text, "unknown;helper;helper;[unknown] 20000"));
}

TEST_CASE("folded: a stack that goes on says so at its root") {
  CHECK(has_line(folded(profile_recording(), kOnCpu),
                 "application;api;api;[outer frames missing];main.handle 20000"));
}

TEST_CASE("folded: values are microseconds and add up to all samples") {
  CHECK(sum_of_values(folded(profile_recording(), kOnCpu)) == 280'000);
}

TEST_CASE("folded: off-CPU lines begin with the class of the wait, and say what is idle") {
  const std::string text = folded(profile_recording(), kOffCpu);

  CHECK(has_line(text, "upstream;api;worker;main.main;main.handle 1333"));
  CHECK(has_line(text, "poll [idle];api;api;[outer frames missing];main.handle 1800000"));
  CHECK(has_line(text, "lock;api;[any thread];[no stack] 10"));
}

TEST_CASE("folded: with both kinds the outermost frame tells them apart") {
  const std::string text = folded(profile_recording(), {});

  CHECK(has_line(text, "on-cpu;application;api;worker;main.main;main.handle 120000"));
  CHECK(has_line(text, "off-cpu;upstream;api;worker;main.main;main.handle 1333"));
}

TEST_CASE("folded: rows that look the same are one line") {
  Recording recording = profile_recording();
  recording.processes[1].comm = "api";
  recording.windows[0].samples.push_back({20, "api", true, kCutStack, 1});
  // The same process name and thread name, another pid and runtime.
  CHECK(has_line(folded(recording, kOnCpu),
                 "application;api;api;[outer frames missing];main.handle 30000"));
}

TEST_CASE("folded: no name can break a line, split a frame or reach the terminal") {
  Recording recording = profile_recording();
  const std::string name = "a;b\nc 5\n" + hostile_name();
  for (Frame& frame : recording.frames) frame = {.module = name, .symbol = name};
  for (TargetProcess& process : recording.processes) process.comm = name;
  for (Window& window : recording.windows)
    for (SampleTotals& sample : window.samples) sample.comm = name;

  const std::string text = folded(recording, kOnCpu);

  CHECK(sum_of_values(text) == 280'000);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CHECK(std::count(line.begin(), line.end(), ';') <= 6);
    CHECK(std::none_of(line.begin(), line.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
    CHECK(line.find("a:b\\x0ac 5\\x0a") != std::string::npos);
  }
}

TEST_CASE("folded: a number at the end of a name is not taken for a value") {
  Recording recording = profile_recording();
  recording.frames[0].symbol = "worker 7";

  const std::string text = folded(recording, kOnCpu);

  CHECK(text.find(";main.main;worker\\x207 120000\n") != std::string::npos);
  CHECK(text.find("worker 7") == std::string::npos);
}

TEST_CASE("folded: names that are empty keep their place") {
  Recording recording = profile_recording();
  recording.processes.clear();

  CHECK(has_line(folded(recording, kOffCpu), "lock;[unknown];[any thread];[no stack] 10"));
}

TEST_CASE("folded: a recording without samples gives nothing") {
  CHECK(folded(Recording{}, {}).empty());
}
