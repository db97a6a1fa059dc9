#include "analyze/pace.h"

#include <doctest/doctest.h>

#include <string_view>

#include "analyze/run.h"
#include "boundscope/analysis.h"
#include "support/recording_builder.h"

using namespace boundscope;
using namespace boundscope::testing;

namespace {

// A second of which a tenth was watched, with `watched` of the `unwatched` segments a second.
Recording paced(std::uint64_t watched, std::uint64_t unwatched, std::uint64_t wobble = 0) {
  Recording recording = RecordingBuilder{}
                            .seconds(20)
                            .noise(0)
                            .process(10, "web")
                            .requests(10, {.per_s = 1000, .latency_ms = 2, .running = {1}})
                            .build();
  bool up = false;
  for (Window& window : recording.windows) {
    window.pace = {100'000'000, (watched + (up ? wobble : 0)) / 10, 900'000'000,
                   unwatched * 9 / 10};
    up = !up;
  }
  return recording;
}

bool says_slowed(const Analysis& analysis) {
  for (const Caveat& caveat : analysis.caveats)
    if (caveat.code == std::string_view("slowed")) return true;
  return false;
}

}  // namespace

TEST_CASE("pace: a service that is slower while it is watched is described as without us") {
  const Recording slowed = paced(8000, 10000);
  const Analysis as_it_was = analyze(paced(10000, 10000));

  const Analysis analysis = analyze(slowed);

  CHECK(*slowed_to(select_run(slowed)) == doctest::Approx(0.8));
  CHECK(*analysis.load.latency_mean_ms == doctest::Approx(0.8 * *as_it_was.load.latency_mean_ms));
  CHECK(*analysis.load.latency_p99_ms == doctest::Approx(0.8 * *as_it_was.load.latency_p99_ms));
  CHECK(*analysis.load.requests_per_s == doctest::Approx(*as_it_was.load.requests_per_s / 0.8));
  CHECK(says_slowed(analysis));
  CHECK(!says_slowed(as_it_was));
}

TEST_CASE("pace: what may be chance is not corrected") {
  CHECK(!slowed_to(select_run(paced(8000, 10000, 8000))));  // one slice is not like the next
  CHECK(!slowed_to(select_run(paced(40, 50))));             // hardly any traffic
  CHECK(!slowed_to(select_run(paced(11000, 10000))));       // faster
  CHECK(!slowed_to(select_run(paced(2000, 10000))));        // another load
}
