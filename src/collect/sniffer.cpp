#include "collect/sniffer.h"

#include <algorithm>
#include <cerrno>
#include <span>

#include "collect/load_error.h"
#include "collect/protocol.h"
#include "probes.skel.h"

namespace boundscope {
namespace {

constexpr std::int64_t kSniffsPerWindow = 64;

}  // namespace

Result<Sniffer> Sniffer::open(KernelProbes& kernel) {
  Sniffer sniffer(kernel);
  sniffer.buffer_.reset(ring_buffer__new(bpf_map__fd(kernel.skeleton().maps.sniffs), on_sniff,
                                         sniffer.totals_.get(), nullptr));
  if (!sniffer.buffer_) return load_error(errno, "open the ring buffer");
  return sniffer;
}

int Sniffer::on_sniff(void* totals, void* data, std::size_t size) {
  if (size < sizeof(bs_sniff)) return 0;
  const auto* sniff = static_cast<const bs_sniff*>(data);
  const std::size_t length = std::min<std::size_t>(sniff->length, sizeof(sniff->data));
  const ProtocolGuess guess = guess_protocol(std::span(sniff->data, length), sniff->read_bytes);
  ProtocolTotals& row = (*static_cast<Totals*>(totals))[{sniff->port, std::string(guess.protocol)}];
  row.port = sniff->port;
  row.protocol = guess.protocol;
  row.sampled += 1;
  row.messages += guess.messages;
  if (guess.messages > 1) row.pipelined += 1;
  return 0;
}

void Sniffer::allow() { kernel_->skeleton().bss->sniffs_left = kSniffsPerWindow; }

void Sniffer::read(Window& window) {
  ring_buffer__consume(buffer_.get());
  for (auto& [key, row] : *totals_) window.protocols.push_back(std::move(row));
  totals_->clear();
}

}  // namespace boundscope
