#include "collect/trial.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <map>

#include "target/file_read.h"
#include "target/text.h"
#include "target/unique_fd.h"

namespace boundscope {
namespace {

constexpr const char* kRarelyCalled = "inet_shutdown";

// One that does nothing.
UniqueFd load_trial(const char* target, bpf_attach_type type) {
  const int id = libbpf_find_vmlinux_btf_id(target, type);
  if (id < 0) return {};
  // r0 = 0; exit
  std::array<bpf_insn, 2> program{};
  program[0].code = BPF_ALU64 | BPF_MOV | BPF_K;
  program[1].code = BPF_JMP | BPF_EXIT;
  bpf_prog_load_opts options{};
  options.sz = sizeof(options);
  options.expected_attach_type = type;
  options.attach_btf_id = static_cast<__u32>(id);
  return UniqueFd(bpf_prog_load(BPF_PROG_TYPE_TRACING, "trial", "Dual BSD/GPL", program.data(),
                                program.size(), &options));
}

bool attaches(const UniqueFd& program) {
  const UniqueFd link(bpf_raw_tracepoint_open(nullptr, program.get()));
  return static_cast<bool>(link);
}

bool places_kprobe(const std::string& function) {
  const FileText type = read_file("/sys/bus/event_source/devices/kprobe/type");
  const auto number = parse_number<__u32>(trim(type.text));
  if (!number) return false;
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = *number;
  attributes.config1 = reinterpret_cast<__u64>(function.c_str());
  return static_cast<bool>(UniqueFd(static_cast<int>(
      syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC))));
}

}  // namespace

bool kernel_takes_iterator(const char* target) {
  return static_cast<bool>(load_trial(target, BPF_TRACE_ITER));
}

bool kernel_takes_function_hooks() {
  const UniqueFd program = load_trial(kRarelyCalled, BPF_TRACE_FEXIT);
  return program && attaches(program);
}

bool kernel_takes_kprobe(const std::string& function) {
  static std::map<std::string, bool> known;
  const auto [found, is_new] = known.try_emplace(function, false);
  if (is_new) found->second = places_kprobe(function);
  return found->second;
}

}  // namespace boundscope
