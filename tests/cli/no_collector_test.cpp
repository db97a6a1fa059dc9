// The build without collector (preset core).
#include <doctest/doctest.h>

#include "cli/run_program.h"

using namespace boundscope;

TEST_CASE("cli: without the collector, measuring commands say so and how to go on") {
  for (const char* arguments : {"attach -p 1", "record -p 1 -o x.rec", "doctor"}) {
    const Run run = run_boundscope(arguments);

    CHECK(run.status == 1);
    CHECK(run.err.find("without the collector") != std::string::npos);
    CHECK(run.err.find("boundscope report") != std::string::npos);
  }
}
