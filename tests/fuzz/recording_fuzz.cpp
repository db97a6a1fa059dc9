// Recordings of any content: what can be read can be written, and reads as the same again.
#include <sstream>

#include "boundscope/recording.h"
#include "fuzz/input.h"
#include "fuzz/require.h"

using namespace boundscope;

namespace {

std::string written(const Recording& recording) {
  std::ostringstream out;
  RecordingWriter writer(out);
  bool all = static_cast<bool>(writer.header(recording.header));
  for (const TargetProcess& process : recording.processes) all &= bool(writer.process(process));
  for (const Frame& frame : recording.frames) all &= bool(writer.frame(frame));
  for (const Stack& stack : recording.stacks) all &= bool(writer.stack(stack));
  for (const Window& window : recording.windows) all &= bool(writer.window(window));
  if (recording.end != RecordingEnd::truncated) all &= bool(writer.end(recording.end));
  fuzz::require(all, "what was read can be written");
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
