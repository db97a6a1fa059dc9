#include "collect/stop_probes.h"

#include <sys/stat.h>

#include <cerrno>

#include "collect/load_error.h"
#include "probes.skel.h"

namespace boundscope {
namespace {

constexpr std::size_t kOneByOne = 4;
constexpr pid_t kEveryProcess = -1;

}  // namespace

Result<std::vector<BpfLink>> StopProbes::attach(pid_t pid, const PausePoints& points) {
  auto& programs = kernel_->skeleton().progs;
  std::vector<BpfLink> links;
  // Ends first: a stop that is seen to begin is seen to end.
  for (const PausePoint::Kind kind : {PausePoint::Kind::end, PausePoint::Kind::begin}) {
    for (const PausePoint& point : points.points) {
      if (point.kind != kind) continue;
      bpf_program* program =
          kind == PausePoint::Kind::end ? programs.on_stop_end : programs.on_stop_begin;
      bpf_uprobe_opts options{};
      options.sz = sizeof(options);
      options.ref_ctr_offset = point.ref_ctr_offset;
      options.retprobe = point.on_return;
      BpfLink link(bpf_program__attach_uprobe_opts(program, pid, point.path.c_str(), point.offset,
                                                   &options));
      if (!link) return load_error(errno, "probe the stops of the runtime in " + point.path);
      links.push_back(std::move(link));
    }
  }
  return links;
}

Result<> StopProbes::watch(pid_t pid, const PausePoints& points) {
  struct stat file {};
  if (points.points.empty() || stat(points.points.front().path.c_str(), &file) != 0)
    return Error{ErrorKind::environment, "the runtime's file is gone", {}};
  Places& places = files_[{file.st_dev, file.st_ino}];
  if (!places.everywhere.empty() || places.by_process.contains(pid)) return Done{};
  const bool many = places.by_process.size() >= kOneByOne;
  auto links = attach(many ? kEveryProcess : pid, points);
  if (!links) return links.error();
  if (many) {
    places.everywhere = *std::move(links);
    places.by_process.clear();
  } else {
    places.by_process[pid] = *std::move(links);
  }
  kernel_->skeleton().bss->stops_are_seen = 1;
  return Done{};
}

void StopProbes::forget(pid_t pid) {
  for (auto& [file, places] : files_) places.by_process.erase(pid);
}

}  // namespace boundscope
