// What the first bytes of a request say about its protocol. The bytes are the target's client's to
// choose: hostile. They are looked at once and forgotten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace boundscope {

struct ProtocolGuess {
  std::string_view protocol = "other";  // "http1" "http2" "tls" "resp" "other"
  std::uint32_t messages = 1;           // complete or begun messages in the bytes seen
};

// `bytes`: the start of what one read returned; `read_bytes`: how much it returned in all. Where
// the read was longer than what is seen, `messages` is scaled up.
ProtocolGuess guess_protocol(std::span<const std::uint8_t> bytes, std::size_t read_bytes);

}  // namespace boundscope
