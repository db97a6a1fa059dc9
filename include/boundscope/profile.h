// Profile: where threads ran and where they waited, by stack; what flame graphs and profilers show.
//
// Covers the whole recording and drops nothing: a sample without names keeps its place (the formats
// show it as unknown), and time without a stack is a row without one. docs/profiles.md explains it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "boundscope/analysis.h"
#include "boundscope/recording.h"

namespace boundscope {

enum class ProfileKind { on_cpu, off_cpu };

struct ProfileKinds {
  bool on_cpu = true;
  bool off_cpu = true;
};

struct ProfileRow {
  ProfileKind kind = ProfileKind::on_cpu;
  pid_t pid = 0;
  std::string process;                   // comm; empty if not known
  std::string thread;                    // comm; empty if not known
  CpuOwner owner = CpuOwner::unknown;    // on_cpu
  std::string name;                      // on_cpu: the owner's detail; may be empty
  WaitClass wait = WaitClass::other;     // off_cpu
  std::string subject;                   // off_cpu: peer or lock, if the waits had only one
  bool is_work = true;                   // false: spinning, or waiting for something to do
  std::optional<std::uint32_t> stack{};  // index into Recording::stacks; empty: none was sampled
  // on_cpu: samples / frequency, scaled to nothing else. off_cpu: the exact time of the process and
  // wait class, split among its stacks as the sampled waits were.
  std::uint64_t value_ns = 0;
  std::uint64_t samples = 0;  // CPU samples or sampled waits
};

struct Profile {
  ProfileKinds kinds;            // what was asked for; rows may be missing all the same
  std::vector<ProfileRow> rows;  // on_cpu first; the same recording gives the same order
};

// Pure; never fails: a recording without samples gives a profile without rows.
Profile make_profile(const Recording& recording, ProfileKinds kinds = {});

}  // namespace boundscope
