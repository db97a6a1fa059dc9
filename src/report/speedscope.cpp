#include "report/speedscope.h"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <string_view>

#include "report/escape.h"
#include "report/flame_stacks.h"

namespace boundscope {
namespace {

using Json = nlohmann::ordered_json;

// The format is recognised by this name.
constexpr const char* kSchema = "https://www.speedscope.app/file-format-schema.json";

std::string text(const Json& json) { return json.dump(); }

Json frames_json(const std::vector<NamedFrame>& frames) {
  Json rows = Json::array();
  for (const NamedFrame& frame : frames) {
    Json row = {{"name", frame.name}};
    if (!frame.module.empty()) row["file"] = frame.module;
    rows.push_back(std::move(row));
  }
  return rows;
}

// Samples are many and only numbers: appended as text, they need no tree in memory.
std::string profile_json(const std::string& name, const std::map<FramePath, std::uint64_t>& sums) {
  std::string samples;
  std::string weights;
  std::uint64_t total_ns = 0;
  for (const auto& [path, value_ns] : sums) {
    const char* separator = samples.empty() ? "" : ",\n";
    fmt::format_to(std::back_inserter(samples), "{}[{}]", separator, fmt::join(path, ","));
    fmt::format_to(std::back_inserter(weights), "{}{}", weights.empty() ? "" : ",", value_ns);
    total_ns += value_ns;
  }
  return fmt::format(
      "{{\"type\":\"sampled\",\"name\":{},\"unit\":\"nanoseconds\",\"startValue\":0,"
      "\"endValue\":{},\n\"samples\":[{}],\n\"weights\":[{}]}}",
      text(name), total_ns, samples, weights);
}

}  // namespace

void write_speedscope(std::ostream& out, const Recording& recording, const Profile& profile) {
  const FlameStacks stacks = flame_stacks(recording, profile);
  const std::string target = escaped(recording.header.target);
  out << "{\"$schema\":" << text(kSchema)
      << ",\n\"exporter\":" << text("boundscope " BOUNDSCOPE_VERSION)
      << ",\"name\":" << text(target)
      << ",\n\"shared\":{\"frames\":" << text(frames_json(stacks.frames)) << "},\n\"profiles\":[";
  if (profile.kinds.on_cpu) out << profile_json("on-CPU: " + target, stacks.on_cpu_ns);
  if (profile.kinds.on_cpu && profile.kinds.off_cpu) out << ",\n";
  if (profile.kinds.off_cpu) out << profile_json("off-CPU: " + target, stacks.off_cpu_ns);
  out << "]}\n";
}

}  // namespace boundscope
