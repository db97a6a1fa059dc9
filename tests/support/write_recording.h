// A whole recording into a writer, as the collector would write it.
#pragma once

#include "boundscope/recording.h"

namespace boundscope::testing {

// Whether all of it could be written. What is cut off has no end.
inline bool write_recording(RecordingWriter& writer, const Recording& recording) {
  bool all = static_cast<bool>(writer.header(recording.header));
  for (const TargetProcess& process : recording.processes) all &= bool(writer.process(process));
  for (const Frame& frame : recording.frames) all &= bool(writer.frame(frame));
  for (const Stack& stack : recording.stacks) all &= bool(writer.stack(stack));
  for (const Window& window : recording.windows) all &= bool(writer.window(window));
  if (recording.end != RecordingEnd::truncated) all &= bool(writer.end(recording.end));
  return all;
}

}  // namespace boundscope::testing
