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

TEST_CASE("owners: the collector's share of the CPU leaves out write barriers") {
  const Recording recording = RecordingBuilder{}
                                  .process(10, "ruby", Runtime::ruby)
                                  .thread(10, 10, "ruby", {.on_cpu = 0.8})
                                  .samples(10, "ruby", "libruby-3.1.so", "rb_gc_mark", 0.2)
                                  .samples(10, "ruby", "libruby-3.1.so", "rb_gc_writebarrier", 0.2)
                                  .samples(10, "ruby", "libruby-3.1.so", "rb_vm_exec", 0.4)
                                  .build();

  const Analysis analysis = analyze(recording);

  REQUIRE(analysis.gc);
  CHECK(analysis.gc->cpu_share.value_or(0) == doctest::Approx(0.25).epsilon(0.05));
  const auto owner =
      std::find_if(analysis.cpu_time.begin(), analysis.cpu_time.end(),
                   [](const CpuShare& share) { return share.owner == CpuOwner::gc; });
  REQUIRE(owner != analysis.cpu_time.end());
  CHECK(owner->share.value == doctest::Approx(0.5).epsilon(0.05));
}

}  // namespace
}  // namespace boundscope::testing
