// What the writer writes, the reader reads back; and what the lines look like.
#include <doctest/doctest.h>

#include <sstream>

#include "boundscope/recording.h"
#include "support/write_recording.h"

using namespace boundscope;

namespace {

RecordingHeader a_header() {
  RecordingHeader header;
  header.tool_version = "0.1.0";
  header.started = "2026-11-24T10:00:00Z";
  header.cpus = 4;
  header.cpu_limit = 2.5;
  header.cpu_quota = true;
  header.memory_limit_bytes = 0;
  header.frequency_hz = 99;
  header.seed = 0xfedcba9876543210;
  header.capabilities = {{"samples", CapabilityState::degraded, "hash", "no BTF"}};
  return header;
}

// Every kind of row, each with a value of its own.
Window a_window() {
  Window window;
  window.start_ns = 5;
  window.duration_ns = 1'000'000'000;
  window.observed_ns = 900'000'000;
  ProcessWindow& process = window.processes.emplace_back();
  process.pid = 17;
  process.requests.in_flight_ns = 77;
  process.requests.activity[static_cast<std::size_t>(Activity::disk)] = {1, 2, 3};
  process.requests.background_ns[static_cast<std::size_t>(Activity::upstream)] = 4;
  process.blocked_ns[static_cast<std::size_t>(WaitClass::page_fault)] = 6;
  window.threads = {ThreadWindow{18, 17, "worker", 1, 2, 3, 4, {5}, 6}};
  window.waits = {{17, WaitClass::client, "10.0.0.7:5432", 7, 8, 9}};
  window.lock_causes = {{17, 1, 2, 3, 4}};
  window.upstreams = {{17, "unix:/run/x.sock", true, 1, 2, 3, 4, 5}};
  window.protocols = {{8080, "http1", 1, 2, 3}};
  window.samples = {{17, "worker", true, 1, 12}};
  window.wait_stacks = {{17, "worker", WaitClass::disk_sync, 1, 5000, 2}};
  window.latencies = {{703, 2}};
  process.reclaim_ns = 11;
  window.threads[0].compaction_ns = 12;
  MemoryTotals& memory = window.memory.emplace_back();
  memory.pid = 17;
  memory.source = "smaps";
  memory.pss_bytes = 4096;
  memory.swap_bytes = 0;
  window.host.rss_bytes = 4096;
  window.host.major_faults = 0;
  window.host.memory_limit_hits = 3;
  window.host.pressure_of_cgroup = false;
  window.cost.samples = 12;
  window.losses = {{"waits_full", 3}};
  return window;
}

std::string written() {
  std::ostringstream out;
  RecordingWriter writer(out);
  REQUIRE(writer.header(a_header()));
  REQUIRE(writer.process({17, 1, 99, "svc", "/bin/svc", "/a", Runtime::go, "1.25", 8}));
  REQUIRE(writer.frame({.module = "[kernel]", .symbol = "tcp_sendmsg"}));
  REQUIRE(writer.frame({"svc", "", "deflate", "inflate", 4096}));
  REQUIRE(writer.stack({0, true, false, {0, 1}}));
  REQUIRE(writer.stack({1, false, true, {1}}));
  REQUIRE(writer.window(a_window()));
  REQUIRE(writer.end(RecordingEnd::target_exited));
  return out.str();
}

Recording read_back(const std::string& text) {
  std::istringstream in(text);
  Result<Recording> recording = read_recording(in);
  REQUIRE_MESSAGE(recording, (recording ? "" : recording.error().message));
  return *recording;
}

std::string line_starting(const std::string& text, const std::string& beginning) {
  const std::size_t at = text.find(beginning);
  REQUIRE(at != std::string::npos);
  return text.substr(at, text.find('\n', at) - at);
}

}  // namespace

TEST_CASE("recording: writing what was read gives the same bytes") {
  const std::string text = written();
  const Recording recording = read_back(text);

  std::ostringstream again;
  RecordingWriter writer(again);
  REQUIRE(testing::write_recording(writer, recording));

  CHECK(again.str() == text);
}

TEST_CASE("recording: every part of it comes back from the file") {
  const Recording recording = read_back(written());

  CHECK(recording.header.seed == 0xfedcba9876543210);
  CHECK(recording.header.cpu_limit == 2.5);
  CHECK(recording.header.capabilities.at(0).state == CapabilityState::degraded);
  CHECK(recording.processes.at(0).runtime == Runtime::go);
  CHECK(recording.frames.at(0).symbol == "tcp_sendmsg");
  CHECK(recording.frames.at(1).previous == "deflate");
  CHECK(recording.stacks.at(0).frames == std::vector<std::uint32_t>{0, 1});
  CHECK(recording.stacks.at(1).cut);
  const Window& window = recording.windows.at(0);
  CHECK(window.processes.at(0).requests.activity[3].high_ns == 3);
  CHECK(window.processes.at(0).requests.background_ns[4] == 4);
  CHECK(window.processes.at(0).blocked_ns[13] == 6);
  CHECK(window.threads.at(0).comm == "worker");
  CHECK(window.waits.at(0).wait_class == WaitClass::client);
  CHECK(window.lock_causes.at(0).upstream_ns == 3);
  CHECK(window.upstreams.at(0).internal);
  CHECK(window.protocols.at(0).port == 8080);
  CHECK(window.samples.at(0).stack == 1);
  CHECK(window.samples.at(0).main_thread);
  CHECK(window.wait_stacks.at(0).wait_class == WaitClass::disk_sync);
  CHECK(window.latencies.at(0).index == 703);
  CHECK(window.processes.at(0).reclaim_ns == 11);
  CHECK(window.threads.at(0).compaction_ns == 12);
  CHECK(window.memory.at(0).pss_bytes == 4096);
  CHECK(window.memory.at(0).swap_bytes == 0);
  CHECK_FALSE(window.memory.at(0).stack_bytes.has_value());
  CHECK(window.host.memory_limit_hits == 3);
  CHECK(window.host.pressure_of_cgroup == false);
  CHECK(window.losses.at(0).what == "waits_full");
  CHECK(recording.end == RecordingEnd::target_exited);
}

TEST_CASE("recording: an absent measurement is not the same as 0") {
  const Recording recording = read_back(written());

  CHECK(recording.windows.at(0).host.major_faults == 0);
  CHECK_FALSE(recording.windows.at(0).host.minor_faults.has_value());
  CHECK(recording.header.memory_limit_bytes == 0);
}

TEST_CASE("recording: zeros and empty lists do not fill a window's line") {
  std::ostringstream out;
  Window window;
  window.start_ns = 1;
  window.processes.resize(1);
  window.processes[0].pid = 17;

  REQUIRE(RecordingWriter(out).window(window));

  CHECK(out.str() == "{\"kind\":\"window\",\"start_ns\":1,\"processes\":[{\"pid\":17}]}\n");
}

TEST_CASE("recording: waits and activities are written by name") {
  const std::string window = line_starting(written(), "{\"kind\":\"window\"");

  CHECK(window.find("\"blocked_ns\":{\"page_fault\":6}") != std::string::npos);
  CHECK(window.find("\"activity\":{\"disk\":{\"point_ns\":1,\"low_ns\":2,\"high_ns\":3}}") !=
        std::string::npos);
}

TEST_CASE("recording: bytes that are no UTF-8 are replaced, not written") {
  std::ostringstream out;
  RecordingWriter writer(out);
  REQUIRE(writer.header(a_header()));
  TargetProcess process;
  process.comm = "a\xff\x1b[31m\n";
  REQUIRE(writer.process(process));

  const Recording recording = read_back(out.str());

  CHECK(recording.processes.at(0).comm == "a\xef\xbf\xbd\x1b[31m\n");
}

TEST_CASE("recording: a stream that takes nothing more is an error that says what was lost") {
  std::ostringstream full;
  full.setstate(std::ios::badbit);
  Window window;
  window.start_ns = 12'000'000'000;

  const Result<> result = RecordingWriter(full).window(window);

  REQUIRE_FALSE(result);
  CHECK(result.error().message.find("the window at 12 s") != std::string::npos);
  CHECK_FALSE(result.error().hint.empty());
}
