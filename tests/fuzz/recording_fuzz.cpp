// Recordings of any content: what can be read can be written, and reads as the same again.
#include <sstream>

#include "boundscope/recording.h"
#include "fuzz/input.h"
#include "fuzz/require.h"
#include "support/write_recording.h"

using namespace boundscope;

namespace {

std::string written(const Recording& recording) {
  std::ostringstream out;
  RecordingWriter writer(out);
  fuzz::require(testing::write_recording(writer, recording), "what was read can be written");
  return out.str();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream in{std::string(fuzz::text_of(data, size))};
  const Result<Recording> recording = read_recording(in);
  if (!recording) {
    fuzz::require(!recording.error().message.empty(), "an error says why");
    return 0;
  }
  const std::string text = written(*recording);
  std::istringstream second(text);
  const Result<Recording> again = read_recording(second);
  fuzz::require(static_cast<bool>(again), "what was written can be read");
  fuzz::require(written(*again) == text, "it reads as the same");
  return 0;
}
