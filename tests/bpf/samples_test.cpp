// CPU time: by the scheduler probe and by samples, which must agree with each other and with the
// kernel's accounts.
#include <doctest/doctest.h>

#include <cmath>
#include <sstream>
#include <string>
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
  double whole = 0;  // the stack goes on to where the thread began
};

bool has_module(const Recording& recording, const Stack& stack, std::string_view module) {
  for (const std::uint32_t frame : stack.frames)
    if (recording.frames[frame].module == module) return true;
  return false;
}

bool has_symbol(const Recording& recording, const Stack& stack, std::string_view symbol) {
  for (const std::uint32_t frame : stack.frames)
    if (recording.frames[frame].symbol == symbol) return true;
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
      if (has_module(recording, stack, program)) samples.in_program += count;
      if (has_module(recording, stack, "[kernel]")) samples.in_kernel_image += count;
      if (!stack.cut && has_symbol(recording, stack, "main")) samples.whole += count;
    }
  return samples;
}

struct Spin {
  Recording recording;
  double cpu_ms = 0;
  double uncharged_ms = 0;  // at most: what the kernel charges to no thread, on all CPUs
};

// What each window saw, for a failure.
std::string windows_of(const Recording& recording) {
  std::ostringstream text;
  for (const Window& window : recording.windows)
    for (const ProcessWindow& process : window.processes)
      text << "\n  at " << 1e-6 * static_cast<double>(window.start_ns) << " ms for "
           << 1e-6 * static_cast<double>(window.duration_ns) << ", seen "
           << 1e-6 * static_cast<double>(window.observed_ns) << ": on CPU " << ms(process.on_cpu_ns)
           << ", preempted " << ms(process.preempted_ns) << ", woken " << ms(process.woken_ns)
           << ", blocked " << ms(sum(process.blocked_ns));
  return text.str();
}

Spin spin(const char* where) {
  Program program("spin", {where, "1500"});
  CollectOptions options = watch_everything();
  options.frequency_hz = kFrequency;
  Measurement measurement({program.pid()}, options);
  const double before_ms = uncharged_ms();
  program.go();
  program.finish();
  const double uncharged = uncharged_ms() - before_ms;
  return {measurement.stop(), program.number("cpu_ms"), uncharged};
}

void check_cpu_time(const Spin& run) {
  const double scheduled_ms = ms(process_totals(run.recording).on_cpu_ns);
  const Samples samples = samples_of(run.recording, "spin");

  CAPTURE(windows_of(run.recording));
  CAPTURE(run.uncharged_ms);
  CHECK(scheduled_ms >= 0.9 * run.cpu_ms);
  CHECK(scheduled_ms <= 1.05 * run.cpu_ms + run.uncharged_ms);
  CHECK(samples.all / kFrequency == doctest::Approx(run.cpu_ms / 1e3).epsilon(0.15));
  CHECK(samples.whole >= 0.9 * samples.all);  // without frame pointers
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
