#include <doctest/doctest.h>

#include <algorithm>

#include "services.h"

namespace boundscope::testing {
namespace {

TEST_CASE("owners: a detail's share is its part of all samples, not of those with a name") {
  const Recording recording = go_computing().samples(30, "api", "api", "sort.Sort", 1.4).build();

  const Analysis analysis = analyze(recording);

  const auto row =
      std::find_if(analysis.cpu_time.begin(), analysis.cpu_time.end(),
                   [](const CpuShare& share) { return share.owner == CpuOwner::application; });
  REQUIRE(row != analysis.cpu_time.end());
  REQUIRE(row->detail.size() == 1);
  CHECK(row->detail.front().name == "sorting");
  CHECK(row->detail.front().share == doctest::Approx(0.5).epsilon(0.02));
}

}  // namespace
}  // namespace boundscope::testing
