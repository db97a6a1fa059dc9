// Owning handles of libbpf's objects: what is acquired is released, on every path.
#pragma once

#include <bpf/libbpf.h>

#include <memory>

namespace boundscope {

template <auto Destroy>
struct Destroyer {
  template <class T>
  void operator()(T* handle) const noexcept {
    Destroy(handle);
  }
};

using BpfLink = std::unique_ptr<bpf_link, Destroyer<bpf_link__destroy>>;
using RingBuffer = std::unique_ptr<ring_buffer, Destroyer<ring_buffer__free>>;

}  // namespace boundscope
