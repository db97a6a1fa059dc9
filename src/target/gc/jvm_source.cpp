#include "target/gc/jvm_source.h"

#include <utility>

#include "target/gc/hsperfdata.h"
#include "target/gc/jvm_image.h"
#include "target/gc/jvm_stats.h"

namespace boundscope {
namespace {

class JvmSource : public GcSource {
 public:
  explicit JvmSource(JvmImage image) : image_(std::move(image)) {}

  Result<GcReading> read() override {
    const std::string bytes = image_.read();
    if (bytes.empty()) {
      return Error{.kind = ErrorKind::environment,
                   .message = "the JVM's counters cannot be read any more",
                   .hint = "it has ended or runs another program"};
    }
    if (!counters_ || counters_->is_outdated(bytes)) counters_ = PerfCounters::parse(bytes);
    if (!counters_) {
      return Error{.kind = ErrorKind::environment,
                   .message = "the JVM's counters are damaged or not complete yet",
                   .hint = "try again when it has started"};
    }
    GcReading reading = read_jvm_counters(*counters_, bytes);
    reading.source = image_.is_shared() ? "hsperfdata" : "hsperfdata-memory";
    return reading;
  }

 private:
  JvmImage image_;
  std::optional<PerfCounters> counters_;
};

}  // namespace

Result<std::unique_ptr<GcSource>> open_jvm_source(const ProcFs& proc, pid_t pid) {
  auto image = JvmImage::open(proc, pid);
  if (!image) return image.error();
  auto source = std::make_unique<JvmSource>(std::move(*image));
  const auto first = source->read();  // what makes no sense now will not later
  if (!first) return first.error();
  return std::unique_ptr<GcSource>(std::move(source));
}

}  // namespace boundscope
