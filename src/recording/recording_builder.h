// A sink that keeps the recording in memory, as reading the file back would give it.
#pragma once

#include "boundscope/recording.h"

namespace boundscope {

class RecordingBuilder : public RecordingSink {
 public:
  Result<> on_header(const RecordingHeader& header) override;
  Result<> on_process(const TargetProcess& process) override;
  Result<> on_frame(const Frame& frame) override;
  Result<> on_stack(const Stack& stack) override;
  Result<> on_window(const Window& window) override;
  Result<> on_end(RecordingEnd end) override;

  const Recording& recording() const { return recording_; }

 private:
  Recording recording_;
};

}  // namespace boundscope
