#include "collect/stop_probes.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "collect/load_error.h"
#include "probes.skel.h"

namespace boundscope {
namespace {

constexpr std::size_t kOneByOne = 4;
constexpr pid_t kEveryProcess = -1;

}  // namespace

Result<> StopProbes::attach(PausePoint::Kind kind, pid_t pid, const PausePoints& points,
                            Links& links) {
  auto& programs = kernel_->skeleton().progs;
  const bool is_end = kind == PausePoint::Kind::end;
  // By the descriptor whose bytes were verified: the path may lead to another program by now.
  const std::string file = "/proc/self/fd/" + std::to_string(points.file->get());
  for (const PausePoint& point : points.points) {
    if (point.kind != kind) continue;
    bpf_uprobe_opts options{};
    options.sz = sizeof(options);
    options.ref_ctr_offset = point.ref_ctr_offset;
    options.retprobe = point.on_return;
    BpfLink link(
        bpf_program__attach_uprobe_opts(is_end ? programs.on_stop_end : programs.on_stop_begin, pid,
                                        file.c_str(), point.offset, &options));
    if (!link) return load_error(errno, "probe the stops of the runtime in " + point.path);
    (is_end ? links.ends : links.begins).push_back(std::move(link));
  }
  return Done{};
}

Result<> StopProbes::attach(pid_t pid, const PausePoints& points, Links& links) {
  if (auto done = attach(PausePoint::Kind::end, pid, points, links); !done) return done;
  return attach(PausePoint::Kind::begin, pid, points, links);
}

// From one by one to everywhere. In between a stop may be seen to end twice, which does no harm,
// but never to begin twice.
Result<> StopProbes::widen(Places& places, const PausePoints& points) {
  Links everywhere;
  if (auto done = attach(PausePoint::Kind::end, kEveryProcess, points, everywhere); !done)
    return done;
  places.by_process.clear();
  const std::set<pid_t> users = std::exchange(places.users, {});  // of nothing, if this fails
  for (std::uint32_t slot = 1; slot < BS_MAX_PROCESSES; ++slot)
    kernel_->process(slot).stopped_since_ns = 0;  // whose end was missed meanwhile
  if (auto done = attach(PausePoint::Kind::begin, kEveryProcess, points, everywhere); !done)
    return done;
  places.everywhere = std::move(everywhere);
  places.users = users;
  return Done{};
}

Result<> StopProbes::watch(pid_t pid, const PausePoints& points) {
  struct stat file {};
  if (points.points.empty() || !points.file || fstat(points.file->get(), &file) != 0)
    return Error{ErrorKind::environment, "the runtime's file is gone", {}};
  Places& places = files_[{file.st_dev, file.st_ino}];
  places.users.insert(pid);
  kernel_->skeleton().bss->stops_are_seen = 1;
  if (places.everywhere || places.by_process.contains(pid)) return Done{};
  Result<> done = Done{};
  if (places.by_process.size() >= kOneByOne) {
    done = widen(places, points);
  } else {
    Links links;
    done = attach(pid, points, links);
    if (done) places.by_process[pid] = std::move(links);
  }
  if (!done) places.users.erase(pid);
  return done;
}

bool StopProbes::watches(pid_t pid) const {
  return std::any_of(files_.begin(), files_.end(),
                     [pid](const auto& file) { return file.second.users.contains(pid); });
}

void StopProbes::forget(pid_t pid) {
  for (auto& [file, places] : files_) {
    places.by_process.erase(pid);
    places.users.erase(pid);
    if (places.users.empty()) places.everywhere.reset();
  }
}

std::vector<pid_t> StopProbes::give_up(pid_t pid) {
  std::vector<pid_t> others{pid};
  for (const auto& [file, places] : files_)
    if (places.everywhere && places.users.contains(pid))
      others = {places.users.begin(), places.users.end()};
  for (const pid_t other : others) forget(other);
  return others;
}

}  // namespace boundscope
