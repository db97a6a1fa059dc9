#include "recording/recording_builder.h"

namespace boundscope {

Result<> RecordingBuilder::on_header(const RecordingHeader& header) {
  recording_.header = header;
  return Done{};
}

Result<> RecordingBuilder::on_process(const TargetProcess& process) {
  recording_.processes.push_back(process);
  return Done{};
}

Result<> RecordingBuilder::on_frame(const Frame& frame) {
  recording_.frames.push_back(frame);
  return Done{};
}

Result<> RecordingBuilder::on_stack(const Stack& stack) {
  recording_.stacks.push_back(stack);
  return Done{};
}

Result<> RecordingBuilder::on_window(const Window& window) {
  recording_.windows.push_back(window);
  return Done{};
}

Result<> RecordingBuilder::on_end(RecordingEnd end) {
  recording_.end = end;
  return Done{};
}

}  // namespace boundscope
