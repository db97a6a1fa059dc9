#include "report/gzip.h"

#define ZLIB_CONST  // input is const
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace boundscope {
namespace {

constexpr int kGzipWrapper = 16;  // added to the window size: a gzip header, not zlib's own
constexpr int kMemoryLevel = 8;   // zlib's default

class Deflater {
 public:
  Deflater() {
    // The parameters are right, so all that can fail is an allocation.
    if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzipWrapper,
                     kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::bad_alloc();
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void append(std::string_view data, bool is_last, std::string& out) {
    stream_.next_in = reinterpret_cast<const Bytef*>(data.data());
    stream_.avail_in = static_cast<uInt>(data.size());
    do {
      stream_.next_out = buffer_.data();
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      deflate(&stream_, is_last ? Z_FINISH : Z_NO_FLUSH);
      out.append(reinterpret_cast<const char*>(buffer_.data()), buffer_.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

 private:
  z_stream stream_{};
  std::array<Bytef, 65536> buffer_{};
};

}  // namespace

std::string gzip(std::string_view data) {
  constexpr std::size_t kMost = std::numeric_limits<uInt>::max();  // at a time
  std::string out;
  Deflater deflater;
  do {
    const std::string_view part = data.substr(0, std::min(data.size(), kMost));
    data.remove_prefix(part.size());
    deflater.append(part, data.empty(), out);
  } while (!data.empty());
  return out;
}

}  // namespace boundscope
