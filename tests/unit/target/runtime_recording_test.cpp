// What was found out about runtimes goes through a recording unchanged.
#include <doctest/doctest.h>

#include <sstream>

#include "boundscope/recording.h"

using namespace boundscope;

namespace {

constexpr const char* kHeader =
    "{\"kind\":\"header\",\"major\":1,\"minor\":0,\"cpus\":2,\"cpu_limit\":2}\n";

std::string written(const TargetProcess& process) {
  std::ostringstream out;
  RecordingWriter writer(out);
  REQUIRE(writer.process(process));
  return out.str();
}

TargetProcess read_back(const std::string& process_line) {
  std::istringstream in(kHeader + process_line + "{\"kind\":\"end\",\"reason\":\"complete\"}\n");
  const auto recording = read_recording(in);
  REQUIRE(recording);
  return recording->processes.at(0);
}

}  // namespace

TEST_CASE("runtime recording: what was found out about a process is read back") {
  TargetProcess process;
  process.pid = 17;
  process.runtime_vendor = "Eclipse Adoptium";
  process.collector = "g1";
  process.jit = "yjit";
  process.language = "java";
  process.embedded = {"c++", "jni"};

  const TargetProcess again = read_back(written(process));

  CHECK(again.runtime_vendor == "Eclipse Adoptium");
  CHECK(again.collector == "g1");
  CHECK(again.jit == "yjit");
  CHECK(again.language == "java");
  CHECK(again.embedded == process.embedded);
}

TEST_CASE("runtime recording: what is not known takes no place in the file") {
  const std::string line = written(TargetProcess{});

  for (const char* name : {"runtime_vendor", "collector", "jit", "language", "embedded"}) {
    CHECK(line.find(name) == std::string::npos);
  }
}

TEST_CASE("runtime recording: files from before these fields were there are read") {
  const TargetProcess process =
      read_back("{\"kind\":\"process\",\"pid\":17,\"runtime\":\"jvm\"}\n");

  CHECK(process.runtime == Runtime::jvm);
  CHECK(process.language == "");
  CHECK(process.embedded.empty());
}

TEST_CASE("runtime recording: every runtime has the name that it is read back by") {
  for (int i = 0; i <= static_cast<int>(Runtime::lua); ++i) {
    TargetProcess process;
    process.runtime = static_cast<Runtime>(i);
    CHECK(read_back(written(process)).runtime == process.runtime);
  }
}
