#include "collect/pmu_group.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace boundscope {
namespace {

constexpr double kMostOfTheTime = 0.9;  // counted / wanted

UniqueFd open_counter(std::uint32_t type, std::uint64_t config, pid_t tid, int leader) {
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = type;
  attributes.config = config;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  attributes.read_format =
      PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  return UniqueFd(static_cast<int>(
      syscall(SYS_perf_event_open, &attributes, tid, -1, leader, PERF_FLAG_FD_CLOEXEC)));
}

Error refused(std::string_view event) {
  const int error = errno;
  const bool denied = error == EACCES || error == EPERM;
  return {ErrorKind::environment,
          "hardware counter " + std::string(event) + ": " + std::strerror(error),
          denied
              ? "run as root, or lower kernel.perf_event_paranoid to 1"
              : "virtual machines often have no counters; stalls are told from CPU samples then"};
}

}  // namespace

Result<PmuGroupCounter> PmuGroupCounter::open(const PmuEventSet& set, const PmuGroup& group,
                                              pid_t tid) {
  PmuGroupCounter counter;
  counter.counters_.push_back(open_counter(set.type, set.cycles.config, tid, -1));
  if (!counter.counters_.front()) return refused(set.cycles.name);
  for (const PmuEvent& event : group.events) {
    counter.counters_.push_back(
        open_counter(set.type, event.config, tid, counter.counters_.front().get()));
    if (!counter.counters_.back()) return refused(event.name);
  }
  return counter;
}

std::optional<PmuCounts> PmuGroupCounter::read() const {
  constexpr std::size_t kHead = 3;  // number of counters, time enabled, time running
  std::vector<std::uint64_t> values(kHead + counters_.size());
  const std::size_t size = values.size() * sizeof(values.front());
  if (::read(counters_.front().get(), values.data(), size) != static_cast<ssize_t>(size))
    return std::nullopt;
  const auto enabled = static_cast<double>(values[1]);
  const auto running = static_cast<double>(values[2]);
  if (running < kMostOfTheTime * enabled) return std::nullopt;
  PmuCounts counts;
  counts.cycles = static_cast<double>(values[kHead]);
  for (std::size_t i = 1; i < counters_.size(); ++i)
    counts.events.push_back(static_cast<double>(values[kHead + i]));
  return counts;
}

}  // namespace boundscope
