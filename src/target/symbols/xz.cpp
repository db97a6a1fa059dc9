#include "target/symbols/xz.h"

#include <lzma.h>

#include <algorithm>
#include <cstdint>

namespace boundscope {
namespace {

constexpr std::uint64_t kDecoderMemory = 80 * 1024 * 1024;  // xz -9 needs 65 MiB
constexpr std::size_t kFirstGuess = 256 * 1024;

class Decoder {
 public:
  Decoder() : ready_(lzma_stream_decoder(&stream_, kDecoderMemory, 0) == LZMA_OK) {}
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { lzma_end(&stream_); }

  explicit operator bool() const { return ready_; }
  lzma_stream& stream() { return stream_; }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool ready_;
};

}  // namespace

std::optional<std::string> decompress_xz(std::string_view data, std::size_t limit) {
  Decoder decoder;
  if (!decoder) return std::nullopt;
  lzma_stream& stream = decoder.stream();
  stream.next_in = reinterpret_cast<const std::uint8_t*>(data.data());
  stream.avail_in = data.size();

  std::string bytes;
  for (;;) {
    const std::size_t filled = bytes.size();
    bytes.resize(std::min(std::max(kFirstGuess, filled * 2), limit));
    if (bytes.size() == filled) return std::nullopt;  // the limit is reached
    stream.next_out = reinterpret_cast<std::uint8_t*>(bytes.data()) + filled;
    stream.avail_out = bytes.size() - filled;
    const lzma_ret status = lzma_code(&stream, LZMA_FINISH);
    bytes.resize(bytes.size() - stream.avail_out);
    if (status == LZMA_STREAM_END) return bytes;
    if (status != LZMA_OK) return std::nullopt;
  }
}

}  // namespace boundscope
