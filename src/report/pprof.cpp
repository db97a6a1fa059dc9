#include "report/pprof.h"

#include <algorithm>
#include <array>
#include <limits>
#include <ostream>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <string_view>

#include "report/escape.h"
#include "report/flame_stacks.h"
#include "report/gzip.h"
#include "report/pprof_tables.h"
#include "report/rfc3339.h"

namespace boundscope {
namespace {

using protozero::pbf_writer;
namespace field = pprof_field;

constexpr const char* kSamples = "samples";
constexpr const char* kCpu = "cpu";
constexpr const char* kOffCpu = "off_cpu";

// The format's numbers are signed.
std::int64_t as_signed(std::uint64_t value) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::min(value, kMost));
}

class PprofWriter {
 public:
  explicit PprofWriter(const Recording& recording)
      : recording_(recording), places_(recording, strings_) {}

  std::string write(const Profile& profile) {
    // Programs call the first mapping the main one.
    if (!recording_.processes.empty()) places_.add_main(recording_.processes.front().exe);
    add_value_type(field::kProfileSampleType, kSamples, "count");
    add_value_type(field::kProfileSampleType, kCpu, "nanoseconds");
    add_value_type(field::kProfileSampleType, kOffCpu, "nanoseconds");
    for (const ProfileRow& row : profile.rows) add_sample(row);
    add_header(profile.kinds);
    data_ += places_.take();
    strings_.write(out_);
    return std::move(data_);
  }

 private:
  void add_value_type(std::uint32_t tag, std::string_view type, std::string_view unit) {
    pbf_writer value(out_, tag);
    value.add_int64(field::kValueTypeType, strings_.index(type));
    value.add_int64(field::kValueTypeUnit, strings_.index(unit));
  }

  void add_sample(const ProfileRow& row) {
    const std::vector<std::uint64_t> locations = places_.locations(row.stack);
    const bool on_cpu = row.kind == ProfileKind::on_cpu;
    const std::int64_t value = as_signed(row.value_ns);
    const std::array<std::int64_t, 3> values = {on_cpu ? as_signed(row.samples) : 0,
                                                on_cpu ? value : 0, on_cpu ? 0 : value};
    pbf_writer sample(out_, field::kProfileSample);
    sample.add_packed_uint64(field::kSampleLocation, locations.begin(), locations.end());
    sample.add_packed_int64(field::kSampleValue, values.begin(), values.end());
    add_label(sample, "process", row.process);
    add_label(sample, "thread", row.thread);
    add_pid(sample, row.pid);
    if (on_cpu) {
      add_label(sample, "owner", to_string(row.owner));
      add_label(sample, "detail", row.name);
    } else {
      add_label(sample, "wait_class", to_string(row.wait));
      add_label(sample, "subject", row.subject);
    }
    if (!row.is_work) add_label(sample, "idle", "yes");
  }

  void add_label(pbf_writer& sample, std::string_view key, std::string_view value) {
    if (value.empty()) return;
    pbf_writer label(sample, field::kSampleLabel);
    label.add_int64(field::kLabelKey, strings_.index(key));
    label.add_int64(field::kLabelString, strings_.index(escaped(value)));
  }

  void add_pid(pbf_writer& sample, pid_t pid) {
    pbf_writer label(sample, field::kSampleLabel);
    label.add_int64(field::kLabelKey, strings_.index("pid"));
    label.add_int64(field::kLabelNumber, pid);
  }

  void add_header(ProfileKinds kinds) {
    std::uint64_t duration_ns = 0;
    for (const Window& window : recording_.windows) duration_ns += window.duration_ns;
    if (const auto started_ns = unix_ns(recording_.header.started))
      out_.add_int64(field::kProfileTime, *started_ns);
    out_.add_int64(field::kProfileDuration, as_signed(duration_ns));
    add_value_type(field::kProfilePeriodType, kCpu, "nanoseconds");
    if (recording_.header.frequency_hz >= 1e-9)
      out_.add_int64(field::kProfilePeriod,
                     static_cast<std::int64_t>(1e9 / recording_.header.frequency_hz + 0.5));
    out_.add_int64(field::kProfileDefaultType, strings_.index(kinds.on_cpu ? kCpu : kOffCpu));
  }

  const Recording& recording_;
  std::string data_;
  pbf_writer out_{data_};
  PprofStrings strings_;
  PprofPlaces places_;
};

}  // namespace

void write_pprof(std::ostream& out, const Recording& recording, const Profile& profile) {
  out << gzip(PprofWriter(recording).write(profile));
}

}  // namespace boundscope
