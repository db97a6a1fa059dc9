// The files of /proc that hold names or numbers which the target chooses, with any content.
#include "collect/polled_wait.h"
#include "fuzz/input.h"
#include "fuzz/require.h"
#include "target/container_name.h"
#include "target/listeners.h"
#include "target/proc_parse.h"
#include "target/socket_table.h"

using namespace boundscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  if (const auto stat = parse_stat(text)) {
    fuzz::require(stat->comm.size() < size, "the name is part of the text");
    stat->is_zombie();
    stat->is_kernel_thread();
  }
  fuzz::require(parse_status(text).namespace_pids.size() <= size, "no more pids than bytes");
  for (const CgroupEntry& entry : parse_cgroups(text)) {
    fuzz::require(entry.path.starts_with('/'), "a cgroup's path starts with a slash");
  }
  if (const auto container = container_of(text)) {
    fuzz::require(!container->id.empty() && container->id.size() <= size, "the id is in the name");
  }
  parse_statm(text);
  parse_resident(text);
  parse_schedstat(text);
  count_cpu_list(text);
  find_value(text, "usage_usec");
  fuzz::require(parse_listeners(text).size() <= size, "no more sockets than bytes");
  SocketTable sockets;
  parse_sockets(text, sockets);
  fuzz::require(sockets.size() <= size, "no more sockets than bytes");
  if (const auto call = parse_polled_call(text)) {
    classify(
        *call,
        [](std::uint64_t) {
          return PolledWait{WaitClass::disk_other, ""};
        },
        [] { return true; });
  }
  return 0;
}
