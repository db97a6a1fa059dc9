// Running JVMs: what is read from outside is what the JVM logs and says of itself.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "support/proc_tree.h"
#include "target/gc/gc_source.h"
#include "unit/target/gc_live/child.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

constexpr std::uint64_t kHeap = 64 << 20;

// A JVM that collected garbage, then waits. Nothing is compiled and nothing stops it at intervals,
// so that it has no more safepoints after that.
class Jvm {
 public:
  explicit Jvm(const std::vector<std::string>& options)
      : child_(command(options, folder_.path("log"))) {
    std::istringstream line(child_.read_line());
    line >> collections_;
  }

  pid_t pid() const { return child_.pid(); }
  void end() { child_.end(); }
  std::uint64_t collections() const { return collections_; }  // 0: it did not start

  struct Stops {
    std::uint64_t count = 0, total_ns = 0;
  };
  Stops stops() const {  // from its log
    std::ifstream log(folder_.path("log"));
    Stops stops;
    for (std::string line; std::getline(log, line);) {
      const auto at = line.find("Total:");
      if (at == std::string::npos) continue;
      ++stops.count;
      stops.total_ns += std::strtoull(line.c_str() + at + 6, nullptr, 10);
    }
    return stops;
  }

 private:
  static std::vector<std::string> command(const std::vector<std::string>& options,
                                          const std::string& log) {
    std::vector<std::string> words = {"java",
                                      "-Xint",
                                      "-Xmx64m",
                                      "-XX:+UnlockDiagnosticVMOptions",
                                      "-XX:GuaranteedSafepointInterval=0",
                                      "-Xlog:safepoint:file=" + log,
                                      "-cp",
                                      BOUNDSCOPE_GC_LIVE};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back("GcLive");
    return words;
  }

  TempFolder folder_;
  Child child_;
  std::uint64_t collections_ = 0;
};

struct Seen {
  GcReading reading;
  Jvm::Stops logged;
};
// The threads of a JVM run again before it has counted and logged the stop, so they may differ for
// a while. The last of both if that never ends.
Seen read(const Jvm& jvm) {
  auto source = open_gc_source(jvm.pid(), Runtime::jvm);
  if (!source) FAIL(source.error().message);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (true) {
    auto reading = (*source)->read();
    if (!reading) FAIL(reading.error().message);
    const Jvm::Stops logged = jvm.stops();
    const bool agree = reading->pauses == logged.count && reading->pause_ns == logged.total_ns;
    if (agree || std::chrono::steady_clock::now() > deadline) return {*reading, logged};
  }
}

}  // namespace

TEST_CASE("gc live: stops of a JVM are those of its log, whatever its collector") {
  for (const char* option : {"-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseG1GC"}) {
    CAPTURE(option);
    const Jvm jvm({option});
    REQUIRE(jvm.collections() >= 5);

    const auto [reading, logged] = read(jvm);

    CHECK(reading.source.starts_with("hsperfdata"));  // shared if the user has a name
    CHECK(reading.pauses == logged.count);
    CHECK(reading.pause_ns == logged.total_ns);
    CHECK(reading.cycles == jvm.collections());
    CHECK(*reading.live_heap_bytes > 1'000'000);
    CHECK(*reading.live_heap_bytes < 32'000'000);
    CHECK(*reading.heap_max_bytes >= kHeap * 9 / 10);
    CHECK(*reading.heap_max_bytes <= kHeap * 11 / 10);
    CHECK(*reading.heap_capacity_bytes <= *reading.heap_max_bytes * 11 / 10);
  }
}

TEST_CASE("gc live: a JVM that shares no counters is read from its memory") {
  const Jvm jvm({"-XX:+UseSerialGC", "-XX:+PerfDisableSharedMem"});
  REQUIRE(jvm.collections() >= 5);

  const auto [reading, logged] = read(jvm);

  CHECK(reading.source == "hsperfdata-memory");
  CHECK(reading.collector == "serial");
  CHECK(reading.pause_ns == logged.total_ns);
}

TEST_CASE("gc live: a JVM that keeps no counters is an error that names the option") {
  const Jvm jvm({"-XX:-UsePerfData"});
  REQUIRE(jvm.collections() >= 5);

  const auto source = open_gc_source(jvm.pid(), Runtime::jvm);

  REQUIRE_FALSE(source);
  CHECK(source.error().hint.find("UsePerfData") != std::string::npos);
}

TEST_CASE("gc live: a JVM that was killed is not read any more, though its file is still there") {
  Jvm jvm({"-XX:+UseSerialGC"});
  REQUIRE(jvm.collections() >= 5);
  auto source = open_gc_source(jvm.pid(), Runtime::jvm);
  REQUIRE(source);
  REQUIRE((*source)->read());

  jvm.end();

  CHECK_FALSE((*source)->read());
}
