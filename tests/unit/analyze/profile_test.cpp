// docs/profiles.md, one case per rule.
#include "boundscope/profile.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "support/profile_recording.h"

using namespace boundscope;
using namespace boundscope::testing;

namespace {

std::uint64_t sum(const Profile& profile, ProfileKind kind, std::uint64_t ProfileRow::*member) {
  std::uint64_t total = 0;
  for (const ProfileRow& row : profile.rows)
    if (row.kind == kind) total += row.*member;
  return total;
}

std::vector<ProfileRow> waits(const Profile& profile, WaitClass wait) {
  std::vector<ProfileRow> rows;
  std::copy_if(
      profile.rows.begin(), profile.rows.end(), std::back_inserter(rows),
      [&](const ProfileRow& row) { return row.kind == ProfileKind::off_cpu && row.wait == wait; });
  return rows;
}

std::uint64_t blocked_ns(const Recording& recording) {
  std::uint64_t total = 0;
  for (const Window& window : recording.windows)
    for (const ProcessWindow& process : window.processes)
      for (const std::uint64_t ns : process.blocked_ns) total += ns;
  return total;
}

}  // namespace

TEST_CASE("profile: every CPU sample is in it, with or without names") {
  const Recording recording = profile_recording();

  const Profile profile = make_profile(recording);

  CHECK(sum(profile, ProfileKind::on_cpu, &ProfileRow::samples) == 28);
  CHECK(sum(profile, ProfileKind::on_cpu, &ProfileRow::value_ns) == 280'000'000);
}

TEST_CASE("profile: samples of a stack that does not exist are kept") {
  Recording recording = profile_recording();
  recording.windows[0].samples.push_back({10, "worker", false, 4711, 5});

  const Profile profile = make_profile(recording);

  CHECK(sum(profile, ProfileKind::on_cpu, &ProfileRow::samples) == 33);
}

TEST_CASE("profile: windows are summed, processes and threads are not") {
  const Profile profile = make_profile(profile_recording(), {.off_cpu = false});

  REQUIRE(profile.rows.size() == 6);
  CHECK(profile.rows.back().process == "helper");
  CHECK(profile.rows.back().samples == 2);
}

TEST_CASE("profile: each row has the owner that the analysis has") {
  const Profile profile = make_profile(profile_recording(), {.off_cpu = false});

  for (const ProfileRow& row : profile.rows) {
    if (row.stack == kAppStack) CHECK(row.owner == CpuOwner::application);
    if (row.stack == kLibraryStack) CHECK(row.owner == CpuOwner::native_library);
    if (row.stack == kKernelStack) CHECK(row.owner == CpuOwner::kernel);
    if (row.stack == kBareStack) CHECK(row.owner == CpuOwner::unknown);
  }
}

TEST_CASE("profile: a frequency that is not known leaves counts without time") {
  Recording recording = profile_recording();
  recording.header.frequency_hz = 0;

  const Profile profile = make_profile(recording);

  CHECK(sum(profile, ProfileKind::on_cpu, &ProfileRow::samples) == 28);
  CHECK(sum(profile, ProfileKind::on_cpu, &ProfileRow::value_ns) == 0);
}

TEST_CASE("profile: off-CPU time is the exact time of the processes, to the nanosecond") {
  const Recording recording = profile_recording();

  const Profile profile = make_profile(recording);

  CHECK(sum(profile, ProfileKind::off_cpu, &ProfileRow::value_ns) == blocked_ns(recording));
}

TEST_CASE("profile: the exact time is split among stacks as the sampled waits were") {
  const auto upstream = waits(make_profile(profile_recording()), WaitClass::upstream);

  REQUIRE(upstream.size() == 2);
  CHECK(upstream[0].stack == kAppStack);
  CHECK(upstream[0].value_ns == 1'333'337);  // two thirds of 2 000 006
  CHECK(upstream[0].samples == 4);
  CHECK(upstream[1].stack == kKernelStack);
  CHECK(upstream[1].value_ns == 666'669);
}

TEST_CASE("profile: time without a sampled stack is a row without one") {
  const auto lock = waits(make_profile(profile_recording()), WaitClass::lock);

  REQUIRE(lock.size() == 1);
  CHECK_FALSE(lock[0].stack);
  CHECK(lock[0].thread.empty());
  CHECK(lock[0].value_ns == 10'000);
}

TEST_CASE("profile: a wait has a subject if all of its class had the same") {
  const Profile profile = make_profile(profile_recording());

  CHECK(waits(profile, WaitClass::upstream)[0].subject == "10.0.0.7:5432");
  CHECK(waits(profile, WaitClass::lock)[0].subject.empty());
}

TEST_CASE("profile: waiting for something to do is no work") {
  const Profile profile = make_profile(profile_recording());

  CHECK_FALSE(waits(profile, WaitClass::poll)[0].is_work);
  CHECK(waits(profile, WaitClass::upstream)[0].is_work);
}

TEST_CASE("profile: sampled waits stand for themselves where no sum is known") {
  Recording recording = profile_recording();
  for (Window& window : recording.windows) {
    window.processes.clear();
    window.waits.clear();
  }

  const auto upstream = waits(make_profile(recording), WaitClass::upstream);

  REQUIRE(upstream.size() == 2);
  CHECK(upstream[0].value_ns == 40'000);
  CHECK(upstream[1].value_ns == 20'000);
}

TEST_CASE("profile: only what was asked for is in it") {
  const Recording recording = profile_recording();

  for (const ProfileRow& row : make_profile(recording, {.on_cpu = false}).rows)
    CHECK(row.kind == ProfileKind::off_cpu);
  for (const ProfileRow& row : make_profile(recording, {.off_cpu = false}).rows)
    CHECK(row.kind == ProfileKind::on_cpu);
}

TEST_CASE("profile: times near the limit neither trap nor get lost") {
  Recording recording = profile_recording();
  recording.windows.resize(1);
  Window& window = recording.windows[0];
  const std::uint64_t most = UINT64_MAX;
  window.processes[0].blocked_ns[static_cast<std::size_t>(WaitClass::upstream)] = most;
  for (WaitStackTotals& wait : window.wait_stacks) wait.blocked_ns = most;

  const auto upstream = waits(make_profile(recording), WaitClass::upstream);

  REQUIRE(upstream.size() == 2);
  CHECK(upstream[0].value_ns + upstream[1].value_ns == most);
  CHECK(upstream[0].value_ns / 1000 == most / 2 / 1000);
}

TEST_CASE("profile: a recording without samples gives a profile without rows") {
  CHECK(make_profile(Recording{}).rows.empty());
}
