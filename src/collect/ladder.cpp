#include "collect/ladder.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "abi.h"
#include "collect/trial.h"
#include "probes.skel.h"

namespace boundscope {
namespace {

using Programs = std::vector<bpf_program*>;

// What the kernel's own type information names.
class KernelNames {
 public:
  bool has_function(const std::string& name) const { return has(name, BTF_KIND_FUNC); }
  bool has_tracepoint(const std::string& name) const {
    return has("btf_trace_" + name, BTF_KIND_TYPEDEF);
  }

 private:
  struct BtfDeleter {
    void operator()(btf* types) const noexcept { btf__free(types); }
  };
  bool has(const std::string& name, __u32 kind) const {
    return types_ && btf__find_by_name_kind(types_.get(), name.c_str(), kind) > 0;
  }
  std::unique_ptr<btf, BtfDeleter> types_{btf__load_vmlinux_btf()};
};

// What a program of section "fexit/inet_sendmsg" hangs on; no function: on something else.
struct Place {
  SocketHooks hooks = SocketHooks::none;
  std::string function;
};
Place place_of(const bpf_program* program) {
  constexpr std::pair<std::string_view, SocketHooks> kKinds[] = {
      {"fentry/", SocketHooks::functions},
      {"fexit/", SocketHooks::functions},
      {"kprobe/", SocketHooks::kprobes}};
  const std::string_view section = bpf_program__section_name(program);
  for (const auto& [kind, hooks] : kKinds)
    if (section.starts_with(kind)) return {hooks, std::string(section.substr(kind.size()))};
  return {};
}

bool is_there(const Place& place, const KernelNames& names) {
  return place.hooks == SocketHooks::kprobes ? kernel_takes_kprobe(place.function)
                                             : names.has_function(place.function);
}

// One name that the kernel does not know fails the whole object.
void choose_functions(probes& skeleton, const KernelNames& names, SocketHooks wanted) {
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, skeleton.obj) {
    const Place place = place_of(program);
    if (place.function.empty()) continue;
    bpf_program__set_autoload(program, place.hooks == wanted && is_there(place, names));
  }
  // What stands in for the end of a read.
  bpf_program* copied = bpf_object__find_program_by_name(skeleton.obj, "on_tcp_copied");
  if (copied != nullptr && wanted != SocketHooks::kprobes) bpf_program__set_autoload(copied, false);
}

// Without CONFIG_MEMCG or CONFIG_COMPACTION some are not there, and there is nothing to see.
void leave_out_unknown_tracepoints(probes& skeleton, const KernelNames& names) {
  constexpr std::string_view kSection = "tp_btf/";
  for (bpf_program* program : reclaim_programs(skeleton)) {
    const char* name = bpf_program__section_name(program) + kSection.size();
    if (!names.has_tracepoint(name)) bpf_program__set_autoload(program, false);
  }
}

bool has(SocketHooks hooks, const KernelNames& names) {
  switch (hooks) {
    case SocketHooks::tracepoints:
      return names.has_tracepoint("sock_send_length") && names.has_tracepoint("sock_recv_length") &&
             names.has_tracepoint("sk_data_ready");
    case SocketHooks::functions:
      return names.has_function("inet_sendmsg") && names.has_function("inet_recvmsg") &&
             names.has_function("sock_def_readable");
    case SocketHooks::kprobes:
      return names.has_tracepoint("tcp_rcv_space_adjust");
    case SocketHooks::none:
      return true;
  }
  return false;
}

// A program that hangs on the end of a function is called from a piece of code that early kernels
// free when it is detached, though tasks may sleep in that function for hours and then return into
// it. Those that wait for them have this function (Linux 5.12; taken over into later 5.10 kernels).
bool outlives_sleepers(const KernelNames& names) {
  return names.has_function("bpf_tramp_image_put");
}

// What may be tried here to see requests, the best first.
std::vector<SocketHooks> hooks_of(const KernelNames& names) {
  std::vector<SocketHooks> all;
  if (has(SocketHooks::tracepoints, names)) all.push_back(SocketHooks::tracepoints);
  if (has(SocketHooks::functions, names) && outlives_sleepers(names) &&
      kernel_takes_function_hooks())
    all.push_back(SocketHooks::functions);
  if (has(SocketHooks::kprobes, names)) all.push_back(SocketHooks::kprobes);
  return all;
}

// The highest first: what shows no requests comes last, whatever else it shows.
std::vector<std::pair<ProbeObject, SocketHooks>> objects_and_hooks(const KernelNames& names) {
  const std::vector<SocketHooks> see_requests = hooks_of(names);
  std::vector<std::pair<ProbeObject, SocketHooks>> all;
  for (const auto object : {ProbeObject::present, ProbeObject::old})
    for (const auto hooks : see_requests)
      if (object == ProbeObject::old || hooks != SocketHooks::kprobes)
        all.emplace_back(object, hooks);
  for (const auto object : {ProbeObject::present, ProbeObject::old})
    all.emplace_back(object, SocketHooks::none);
  return all;
}

Capability scheduling(const Rung& rung) {
  if (rung.object == ProbeObject::present)
    return {"scheduling", CapabilityState::available, "tp_btf, task storage", ""};
  if (rung.hooks == SocketHooks::kprobes)
    return {
        "scheduling", CapabilityState::degraded, "tp_btf, hash map",
        "kprobes go with states in tables, which cost the target more than those kept with each "
        "thread and have room for 8192 threads"};
  return {"scheduling", CapabilityState::degraded, "tp_btf, hash map",
          "this kernel cannot keep a state with each thread (Linux 5.15 and newer can), so it is "
          "looked up in a table, which costs the target more and has room for 8192 "
          "threads"};
}

Capability requests(const Rung& rung) {
  const std::string kept = rung.object == ProbeObject::present ? "socket storage" : "hash map";
  switch (rung.hooks) {
    case SocketHooks::tracepoints:
      return {"requests", CapabilityState::available, "tp_btf, " + kept, ""};
    case SocketHooks::functions:
      return {"requests", CapabilityState::available,
              (rung.hooks_stay() ? "fexit that stays, " : "fexit, ") + kept, ""};
    case SocketHooks::kprobes:
      return {
          "requests", CapabilityState::degraded, "kprobe that stays, " + kept,
          "kprobes see where functions begin, so a request ends when the service begins to send "
          "its answer; what a blocking send waits for slow readers is not seen, nor are answers "
          "that Nagle's algorithm holds back"};
    case SocketHooks::none:
      break;
  }
  if (rung.host_sees_requests)
    return {"requests", CapabilityState::absent, "",
            "this kernel shows requests only from the host's own pid namespace: run boundscope on "
            "the host, or give its container --pid=host"};
  return {"requests", CapabilityState::absent, "",
          "this kernel has no tracepoints for what sockets send and receive (Linux 6.3 and newer "
          "have), and does not let us attach to the functions that do it"};
}

}  // namespace

std::vector<bpf_program*> reclaim_programs(const probes& skeleton) {
  const auto& programs = skeleton.progs;
  return {programs.on_reclaim_end,        programs.on_reclaim_begin,
          programs.on_cgroup_reclaim_end, programs.on_cgroup_reclaim_begin,
          programs.on_compaction_end,     programs.on_compaction_begin};
}

std::vector<Rung> ladder() {
  const Spare sweep{{"sweep_files"}, "long polls"};
  const Spare workers{{"on_wakeup_new"}, "io_uring workers"};
  const Spare reclaim{{"on_reclaim_begin", "on_reclaim_end", "on_cgroup_reclaim_begin",
                       "on_cgroup_reclaim_end", "on_compaction_begin", "on_compaction_end"},
                      "reclaim"};
  const KernelNames names;
  std::vector<Rung> rungs;
  for (const auto& [object, hooks] : objects_and_hooks(names))
    for (const std::vector<Spare>& without : std::vector<std::vector<Spare>>{
             {}, {reclaim}, {sweep}, {workers}, {sweep, workers}, {sweep, workers, reclaim}})
      rungs.push_back({object, hooks, without});
  return rungs;
}

bool kernel_carries(const Rung& rung) {
  return rung.hooks != SocketHooks::kprobes ||
         (kernel_takes_kprobe("inet_sendmsg") && kernel_takes_kprobe("sock_def_readable"));
}

void choose_programs(probes& skeleton, const Rung& rung) {
  const auto& programs = skeleton.progs;
  const auto switch_off = [](const Programs& unused) {
    for (bpf_program* program : unused) bpf_program__set_autoload(program, false);
  };
  if (rung.hooks != SocketHooks::tracepoints)
    switch_off({programs.on_send, programs.on_read, programs.on_data_ready});
  const KernelNames names;
  choose_functions(skeleton, names, rung.hooks);
  leave_out_unknown_tracepoints(skeleton, names);
  if (rung.hooks == SocketHooks::none) switch_off({programs.sweep_sockets, programs.sweep_files});
  // One of them is enough.
  const bool by_storage =
      rung.object == ProbeObject::present && kernel_takes_iterator("bpf_sk_storage_map");
  switch_off({by_storage ? programs.sweep_files : programs.sweep_sockets});
  for (const Spare& spare : rung.without)
    for (const char* program : spare.programs)
      switch_off({bpf_object__find_program_by_name(skeleton.obj, program)});
}

std::vector<Capability> capabilities_of(const Rung& rung) {
  std::vector<Capability> capabilities{scheduling(rung), requests(rung)};
  for (const Spare& spare : rung.without)
    capabilities.push_back(
        {spare.capability, CapabilityState::absent, "", "this kernel refuses the program"});
  return capabilities;
}

}  // namespace boundscope
