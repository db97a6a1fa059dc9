#include "boundscope/profile.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "analyze/owners.h"

namespace boundscope {
namespace {

// Sums and products of 64-bit times.
__extension__ using Wide = unsigned __int128;

using ProcessNames = std::map<pid_t, std::string_view>;

ProcessNames process_names(const Recording& recording) {
  ProcessNames names;
  for (const TargetProcess& process : recording.processes) names[process.pid] = process.comm;
  return names;
}

std::string name_of(const ProcessNames& names, pid_t pid) {
  const auto found = names.find(pid);
  return found == names.end() ? std::string() : std::string(found->second);
}

// The time that samples stand for; 0 if the recording does not say how often they were taken.
std::uint64_t sampled_ns(std::uint64_t samples, double frequency_hz) {
  if (!(frequency_hz > 0)) return 0;
  const double ns = static_cast<double>(samples) * 1e9 / frequency_hz;
  constexpr double kMost = 0x1p63;
  return ns < kMost ? static_cast<std::uint64_t>(ns + 0.5)
                    : std::numeric_limits<std::uint64_t>::max() / 2;
}

void add_on_cpu(const Recording& recording, const ProcessNames& names,
                std::vector<ProfileRow>& rows) {
  using Place = std::tuple<pid_t, std::string_view, bool, std::uint32_t>;
  std::map<Place, std::uint64_t> counts;
  for (const Window& window : recording.windows) {
    for (const SampleTotals& sample : window.samples) {
      counts[{sample.pid, sample.comm, sample.main_thread, sample.stack}] += sample.count;
    }
  }
  Owners owners(recording);
  for (const auto& [place, count] : counts) {
    const auto& [pid, comm, main_thread, stack] = place;
    const Owned& owned = owners.of(pid, comm, main_thread, stack);
    rows.push_back({.kind = ProfileKind::on_cpu,
                    .pid = pid,
                    .process = name_of(names, pid),
                    .thread = std::string(comm),
                    .owner = owned.owner,
                    .name = owned.name,
                    .subject = {},
                    .is_work = owned.is_work,
                    .stack = stack,
                    .value_ns = sampled_ns(count, recording.header.frequency_hz),
                    .samples = count});
  }
}

// A thread that waits so has nothing to do, as far as it knows.
bool waits_for_work(WaitClass wait) {
  switch (wait) {
    case WaitClass::client:
    case WaitClass::accept:
    case WaitClass::timer:
    case WaitClass::poll:
    case WaitClass::park:
      return true;
    default:
      return false;
  }
}

// All waits of one class in one process.
struct Waits {
  struct Sampled {
    std::uint64_t weight_ns = 0;
    std::uint64_t count = 0;
  };
  std::uint64_t process_ns = 0;  // of ProcessWindow: exact
  std::uint64_t ended_ns = 0;  // of WaitTotals: exact, too, but knows only subjects it had room for
  std::set<std::string_view> subjects;
  std::map<std::pair<std::string_view, std::uint32_t>, Sampled> stacks;  // by thread and stack
};
using WaitsByClass = std::map<std::pair<pid_t, WaitClass>, Waits>;

WaitsByClass collect_waits(const Recording& recording) {
  WaitsByClass all;
  for (const Window& window : recording.windows) {
    for (const ProcessWindow& process : window.processes) {
      for (std::size_t i = 0; i < kWaitClasses; ++i) {
        if (process.blocked_ns[i] == 0) continue;
        all[{process.pid, static_cast<WaitClass>(i)}].process_ns += process.blocked_ns[i];
      }
    }
    for (const WaitTotals& wait : window.waits) {
      Waits& waits = all[{wait.pid, wait.wait_class}];
      waits.ended_ns += wait.blocked_ns;
      waits.subjects.insert(wait.subject);
    }
    for (const WaitStackTotals& wait : window.wait_stacks) {
      Waits::Sampled& sampled = all[{wait.pid, wait.wait_class}].stacks[{wait.comm, wait.stack}];
      sampled.weight_ns += wait.blocked_ns;
      sampled.count += wait.count;
    }
  }
  return all;
}

// Waits that were sampled weigh what they stand for, and never nothing.
Wide weight_of(const Waits::Sampled& sampled) {
  return std::max<std::uint64_t>(sampled.weight_ns, 1);
}

// The best sum there is.
std::uint64_t total_ns(const Waits& waits, Wide weights) {
  if (waits.process_ns > 0) return waits.process_ns;
  if (waits.ended_ns > 0) return waits.ended_ns;
  return static_cast<std::uint64_t>(weights);
}

// Keeps the product of a weight and a 64-bit time within 128 bits, whatever a recording claims.
int shift_of(Wide weights) {
  int shift = 0;
  while ((weights >> shift) >> 63 != 0) ++shift;
  return shift;
}

void add_waits(const Waits& waits, ProfileRow row, std::vector<ProfileRow>& rows) {
  Wide weights = 0;
  for (const auto& entry : waits.stacks) weights += weight_of(entry.second);
  const std::uint64_t total = total_ns(waits, weights);
  if (waits.stacks.empty()) {
    row.value_ns = total;
    if (total > 0) rows.push_back(std::move(row));
    return;
  }
  // Differences of rounded running sums: the parts add up to the total to the nanosecond.
  const int shift = shift_of(weights);
  Wide before = 0;
  std::uint64_t given = 0;
  for (const auto& [place, sampled] : waits.stacks) {
    before += weight_of(sampled);
    const auto until = static_cast<std::uint64_t>(total * (before >> shift) / (weights >> shift));
    row.thread = std::string(place.first);
    row.stack = place.second;
    row.value_ns = until - given;
    row.samples = sampled.count;
    rows.push_back(row);
    given = until;
  }
}

void add_off_cpu(const Recording& recording, const ProcessNames& names,
                 std::vector<ProfileRow>& rows) {
  for (const auto& [key, waits] : collect_waits(recording)) {
    const auto& [pid, wait] = key;
    const bool one_subject = waits.subjects.size() == 1;
    add_waits(waits,
              {.kind = ProfileKind::off_cpu,
               .pid = pid,
               .process = name_of(names, pid),
               .thread = {},
               .name = {},
               .wait = wait,
               .subject = one_subject ? std::string(*waits.subjects.begin()) : std::string(),
               .is_work = !waits_for_work(wait)},
              rows);
  }
}

}  // namespace

Profile make_profile(const Recording& recording, ProfileKinds kinds) {
  Profile profile{kinds, {}};
  const ProcessNames names = process_names(recording);
  if (kinds.on_cpu) add_on_cpu(recording, names, profile.rows);
  if (kinds.off_cpu) add_off_cpu(recording, names, profile.rows);
  return profile;
}

}  // namespace boundscope
