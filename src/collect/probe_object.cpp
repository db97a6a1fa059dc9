#include "collect/probe_object.h"

#include <cerrno>
#include <cstdlib>

#include "abi.h"
#include "probes.skel.h"
#include "probes_old.skel.h"

namespace boundscope {
namespace {

static_assert(sizeof(probes::probes__bss) == sizeof(probes_old::probes_old__bss));
static_assert(sizeof(probes::probes__data) == sizeof(probes_old::probes_old__data));

// What the generated probes__open() does, with the bytes of the other object.
probes* open_old() {
  auto* opened = static_cast<probes*>(std::calloc(1, sizeof(probes)));
  if (opened == nullptr) return nullptr;
  int error = probes__create_skeleton(opened);
  if (error == 0) {
    std::size_t bytes = 0;
    opened->skeleton->data = const_cast<void*>(probes_old::elf_bytes(&bytes));
    opened->skeleton->data_sz = bytes;
    error = bpf_object__open_skeleton(opened->skeleton, nullptr);
  }
  if (error == 0) return opened;
  probes__destroy(opened);
  errno = -error;
  return nullptr;
}

}  // namespace

probes* open_probes(ProbeObject object) {
  return object == ProbeObject::present ? probes__open() : open_old();
}

}  // namespace boundscope
