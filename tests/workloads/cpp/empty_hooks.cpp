// Attaches every program of a BPF object file and holds them until --seconds are over or SIGTERM.
//   empty_hooks --object empty_hooks.bpf.o
#include <bpf/libbpf.h>
#include <unistd.h>

#include <cstdio>

#include "common.h"

using namespace boundscope::workload;

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  limit_lifetime(arguments);
  bpf_object* object = bpf_object__open_file(arguments.text("object", "").c_str(), nullptr);
  if (object == nullptr) fail("open the BPF object");
  if (bpf_object__load(object) != 0) fail("load the BPF object");
  int attached = 0;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    if (bpf_program__attach(program) == nullptr) fail(bpf_program__section_name(program));
    ++attached;
  }
  std::printf("ready %d\n", attached);
  std::fflush(stdout);
  for (;;) pause();  // the process ends by a signal; the kernel detaches with its descriptors
}
