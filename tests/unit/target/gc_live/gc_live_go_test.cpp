// Running Go programs: what is read from outside is what the runtime says of itself.
#include <doctest/doctest.h>

#include <filesystem>
#include <sstream>

#include "support/proc_tree.h"
#include "target/gc/gc_source.h"
#include "unit/target/gc_live/child.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

struct Truth {
  std::uint64_t cycles = 0, pause_ns = 0, goal = 0, used = 0;
  std::uint32_t procs = 0;
};
Truth truth_of(const Child& child) {
  std::istringstream line(child.read_line());
  Truth truth;
  line >> truth.cycles >> truth.pause_ns >> truth.goal >> truth.used >> truth.procs;
  REQUIRE(line);
  return truth;
}

void check_program(const std::string& program) {
  CAPTURE(program);
  const Child child({program});
  const Truth truth = truth_of(child);

  auto source = open_gc_source(child.pid(), Runtime::go);
  if (!source) FAIL(source.error().message);
  const auto reading = (*source)->read();

  REQUIRE(reading);
  CHECK(reading->source == "go-memstats");
  CHECK(reading->cycles == truth.cycles);
  CHECK(reading->pause_ns == truth.pause_ns);
  CHECK(reading->pauses == 2 * truth.cycles);
  CHECK(reading->heap_goal_bytes == truth.goal);
  CHECK(reading->gc_percent == 73);
  CHECK(reading->max_procs == truth.procs);
  CHECK(static_cast<double>(*reading->heap_used_bytes) ==
        doctest::Approx(static_cast<double>(truth.used)).epsilon(0.1));
  CHECK(*reading->live_heap_bytes > 4'000'000);  // what the program keeps
  CHECK(*reading->live_heap_bytes < 8'000'000);
  CHECK(*reading->gc_cpu_ns > 0);
  CHECK(reading->sched_latency_ns);
  CHECK_FALSE(reading->longest_pause_ns);  // none since the source was opened
}

}  // namespace

TEST_CASE("gc live: a Go program's counters are those of its runtime") {
  check_program(std::string(BOUNDSCOPE_GC_LIVE) + "/plain");
}

TEST_CASE("gc live: a stripped Go program tells as much") {
  check_program(std::string(BOUNDSCOPE_GC_LIVE) + "/stripped");
}

TEST_CASE("gc live: a position-independent Go program tells as much") {
  check_program(std::string(BOUNDSCOPE_GC_LIVE) + "/pie");
}

TEST_CASE("gc live: a Go program whose file was replaced tells as much") {
  const TempFolder folder;
  const std::string program = folder.path("program");
  std::filesystem::copy_file(std::string(BOUNDSCOPE_GC_LIVE) + "/plain", program);
  const Child child({program});
  const Truth truth = truth_of(child);
  folder.remove("program");
  folder.write("program", "something else");

  auto source = open_gc_source(child.pid(), Runtime::go);

  REQUIRE(source);
  CHECK((*source)->read()->cycles == truth.cycles);
}

TEST_CASE("gc live: a Go program that executes another one is not read any more") {
  const Child child({std::string(BOUNDSCOPE_GC_LIVE) + "/plain"});
  truth_of(child);
  auto source = open_gc_source(child.pid(), Runtime::go);
  REQUIRE(source);

  child.write_line("now");
  child.write_line("echo");
  REQUIRE(child.read_line() == "echo");  // cat runs

  const auto reading = (*source)->read();
  REQUIRE_FALSE(reading);
  CHECK(reading.error().hint.find("another program") != std::string::npos);
}

TEST_CASE("gc live: a Go program that was killed is not read any more") {
  Child child({std::string(BOUNDSCOPE_GC_LIVE) + "/plain"});
  truth_of(child);
  auto source = open_gc_source(child.pid(), Runtime::go);
  REQUIRE(source);
  REQUIRE((*source)->read());

  child.end();

  CHECK_FALSE((*source)->read());
}
