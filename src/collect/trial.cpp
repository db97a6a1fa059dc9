#include "collect/trial.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <array>

#include "target/unique_fd.h"

namespace boundscope {

bool kernel_takes_iterator(const char* target) {
  const int id = libbpf_find_vmlinux_btf_id(target, BPF_TRACE_ITER);
  if (id < 0) return false;
  // r0 = 0; exit
  std::array<bpf_insn, 2> program{};
  program[0].code = BPF_ALU64 | BPF_MOV | BPF_K;
  program[1].code = BPF_JMP | BPF_EXIT;
  bpf_prog_load_opts options{};
  options.sz = sizeof(options);
  options.expected_attach_type = BPF_TRACE_ITER;
  options.attach_btf_id = static_cast<__u32>(id);
  const UniqueFd loaded(bpf_prog_load(BPF_PROG_TYPE_TRACING, "trial", "Dual BSD/GPL",
                                      program.data(), program.size(), &options));
  return static_cast<bool>(loaded);
}

}  // namespace boundscope
