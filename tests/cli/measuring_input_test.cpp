// What attach and record refuse before they touch anything; needs no privilege.
#include <doctest/doctest.h>

#include "cli/run_program.h"

using namespace boundscope;

TEST_CASE("cli: a path that cannot be written fails before the measurement") {
  const ScratchFolder folder;
  for (const std::string& command : {std::string("attach"), std::string("record")}) {
    const Run run = run_boundscope(command + " -p 1 -d 86400 -o " + folder.path("none/x.rec"));

    CHECK(run.status == 1);
    CHECK(run.out.empty());
    CHECK(run.err.find("none/x.rec") != std::string::npos);
    CHECK(run.err.find("No such file or directory") != std::string::npos);
  }
}

TEST_CASE("cli: a process that does not exist is named") {
  const Run run = run_boundscope("attach -p 2147483647");

  CHECK(run.status == 1);
  CHECK(run.out.empty());
  CHECK(run.err.find("2147483647") != std::string::npos);
}

TEST_CASE("cli: a command that does not exist is named") {
  const Run run = run_boundscope("attach -- /no/such/program");

  CHECK(run.status == 1);
  CHECK(run.out.empty());
  CHECK(run.err.find("/no/such/program") != std::string::npos);
}
