#include "cli/measurement_sink.h"

namespace boundscope {

MeasurementSink::MeasurementSink(std::ostream* file, FileFailure on_failure, Progress& progress,
                                 std::function<Result<>()> on_attached)
    : on_failure_(on_failure), progress_(progress), on_attached_(std::move(on_attached)) {
  if (file != nullptr) file_.emplace(*file);
}

Result<> MeasurementSink::written(const std::function<Result<>(RecordingWriter&)>& write) {
  if (!file_) return Done{};
  Result<> result = write(*file_);
  if (result) return result;
  file_error_ = result.error();
  file_.reset();
  if (on_failure_ == FileFailure::end) return result;
  return Done{};
}

Result<> MeasurementSink::on_header(const RecordingHeader& header) {
  if (Result<> kept = memory_.on_header(header); !kept) return kept;
  if (Result<> kept = written([&](RecordingWriter& file) { return file.header(header); }); !kept)
    return kept;
  return on_attached_();
}

Result<> MeasurementSink::on_process(const TargetProcess& process) {
  if (Result<> kept = memory_.on_process(process); !kept) return kept;
  return written([&](RecordingWriter& file) { return file.process(process); });
}

Result<> MeasurementSink::on_frame(const Frame& frame) {
  if (Result<> kept = memory_.on_frame(frame); !kept) return kept;
  return written([&](RecordingWriter& file) { return file.frame(frame); });
}

Result<> MeasurementSink::on_stack(const Stack& stack) {
  if (Result<> kept = memory_.on_stack(stack); !kept) return kept;
  return written([&](RecordingWriter& file) { return file.stack(stack); });
}

Result<> MeasurementSink::on_window(const Window& window) {
  if (Result<> kept = memory_.on_window(window); !kept) return kept;
  progress_.window(window);
  return written([&](RecordingWriter& file) { return file.window(window); });
}

Result<> MeasurementSink::on_end(RecordingEnd end) {
  if (Result<> kept = memory_.on_end(end); !kept) return kept;
  return written([&](RecordingWriter& file) { return file.end(end); });
}

Result<> MeasurementSink::file_outcome() const {
  if (file_error_) return *file_error_;
  return Done{};
}

}  // namespace boundscope
