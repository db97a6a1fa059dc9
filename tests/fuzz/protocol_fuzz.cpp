// First bytes of requests. The first two bytes of the input say how much longer the read was.
#include "collect/protocol.h"
#include "fuzz/require.h"

using namespace boundscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::span<const std::uint8_t> seen(data + 2, size - 2);
  const std::size_t read_bytes = seen.size() + std::size_t{data[0]} * 256 + data[1];
  const ProtocolGuess guess = guess_protocol(seen, read_bytes);
  fuzz::require(!guess.protocol.empty(), "every protocol has a name");
  fuzz::require(guess.messages >= 1, "what was read holds a message");
  fuzz::require(guess.messages <= read_bytes + 1, "no more messages than bytes");
  return 0;
}
