// CPU time: by the scheduler probe and by samples, which must agree with each other and with the
// kernel's accounts.
#include <doctest/doctest.h>

#include <cmath>
#include <string_view>

#include "measurement.h"
#include "program.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

constexpr double kFrequency = 499;

struct Samples {
  double all = 0;
  double in_kernel = 0;
  double in_program = 0;  // a frame of the program's own file
  double in_kernel_image = 0;
};

bool has_module(const Stack& stack, std::string_view module) {
  for (const Frame& frame : stack.frames)
    if (frame.module == module) return true;
  return false;
}

Samples samples_of(const Recording& recording, std::string_view program) {
  Samples samples;
  for (const Window& window : recording.windows)
    for (const SampleTotals& row : window.samples) {
      const Stack& stack = recording.stacks[row.stack];
      const auto count = static_cast<double>(row.count);
      samples.all += count;
      if (stack.in_kernel) samples.in_kernel += count;
      if (has_module(stack, program)) samples.in_program += count;
      if (has_module(stack, "[kernel]")) samples.in_kernel_image += count;
    }
  return samples;
}

struct Spin {
  Recording recording;
  double cpu_ms = 0;
};

Spin spin(const char* where) {
  Program program("spin", {where, "1500"});
  CollectOptions options = watch_everything();
  options.frequency_hz = kFrequency;
  Measurement measurement({program.pid()}, options);
  program.go();
  program.finish();
  return {measurement.stop(), program.number("cpu_ms")};
}

void check_cpu_time(const Spin& run) {
  const double scheduled_ms = ms(process_totals(run.recording).on_cpu_ns);
  const Samples samples = samples_of(run.recording, "spin");

  CHECK(scheduled_ms == doctest::Approx(run.cpu_ms).epsilon(0.05));
  CHECK(samples.all / kFrequency == doctest::Approx(run.cpu_ms / 1e3).epsilon(0.15));
  CHECK(losses(run.recording) == "");
}

}  // namespace

TEST_CASE(
    "collect: CPU time in the program's own code is seen by scheduler probe and samples alike") {
  const Spin run = spin("user");
  const Samples samples = samples_of(run.recording, "spin");

  check_cpu_time(run);
  CHECK(samples.in_program >= 0.9 * samples.all);
  CHECK(samples.in_kernel <= 0.2 * samples.all);
}

TEST_CASE("collect: CPU time in system calls is seen as the kernel's") {
  const Spin run = spin("kernel");
  const Samples samples = samples_of(run.recording, "spin");

  check_cpu_time(run);
  CHECK(samples.in_kernel >= 0.8 * samples.all);
  CHECK(samples.in_kernel_image >= samples.in_kernel);
  CHECK(samples.in_program >= 0.5 * samples.all);  // who called
}
