// Looks at the first bytes of some requests and counts protocols by listening port.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "boundscope/recording.h"
#include "boundscope/result.h"
#include "collect/bpf_handle.h"
#include "collect/kernel_probes.h"

namespace boundscope {

class Sniffer {
 public:
  static Result<Sniffer> open(KernelProbes& kernel);

  // Allows the kernel side to send a bounded number of requests until the next read().
  void allow();

  // Adds what was seen since the last call. The bytes are not kept.
  void read(Window& window);

 private:
  using Totals = std::map<std::pair<std::uint16_t, std::string>, ProtocolTotals>;

  explicit Sniffer(KernelProbes& kernel) : kernel_(&kernel), totals_(std::make_unique<Totals>()) {}
  static int on_sniff(void* totals, void* data, std::size_t size);

  KernelProbes* kernel_;
  std::unique_ptr<Totals> totals_;  // its address is the callback's context
  RingBuffer buffer_;
};

}  // namespace boundscope
