#include "cli/parse_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace boundscope {
namespace {

Error wrong(const std::string& option, const std::string& text, const std::string& hint) {
  return {ErrorKind::usage, fmt::format("{} does not take \"{}\"", option, text), hint};
}

template <class T>
std::optional<T> whole(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return value;
}

}  // namespace

Result<double> parse_number(const std::string& option, const std::string& text, double low,
                            double high, const std::string& unit) {
  const std::optional<double> value = whole<double>(text);
  // Not a number compares false with everything.
  if (value && *value >= low && *value <= high) return *value;
  return wrong(option, text, fmt::format("give a number from {} to {}{}", low, high, unit));
}

Result<std::vector<pid_t>> parse_pids(const std::string& text) {
  std::vector<pid_t> pids;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::optional<pid_t> pid = whole<pid_t>(text.substr(begin, end - begin));
    if (!pid || *pid <= 0)
      return wrong("--pid", text, "give process ids, separated by commas: -p 17 or -p 17,18");
    if (std::find(pids.begin(), pids.end(), *pid) == pids.end()) pids.push_back(*pid);
    begin = end + 1;
  }
  return pids;
}

Result<std::uint16_t> parse_port(const std::string& text) {
  const std::optional<std::uint16_t> port = whole<std::uint16_t>(text);
  if (port && *port > 0) return *port;
  return wrong("--port", text, "give a port from 1 to 65535");
}

Result<std::string> parse_comm(const std::string& text) {
  constexpr std::size_t kMaxComm = 15;
  if (text.empty())
    return wrong("--comm", text, "give the name of a process, as 'ps -o comm' shows it");
  if (text.size() <= kMaxComm) return text;
  return wrong("--comm", text,
               fmt::format("the kernel keeps 15 bytes of a name: try --comm '{}'",
                           text.substr(0, kMaxComm)));
}

Result<Backend> parse_backend(const std::string& text) {
  if (text == "bpf") return Backend::bpf;
  if (text == "kprobes") return Backend::kprobes;
  if (text == "procfs") return Backend::procfs;
  return wrong("--backend", text, "the backends are: bpf, kprobes, procfs");
}

Result<Format> parse_format(const std::string& text) {
  if (text == "text") return Format::text;
  if (text == "json") return Format::json;
  if (text == "folded") return Format::folded;
  if (text == "pprof") return Format::pprof;
  if (text == "speedscope") return Format::speedscope;
  return wrong("--format", text, "the formats are: text, json, folded, pprof, speedscope");
}

Result<ProfileKinds> parse_profile(const std::string& text) {
  if (text == "on-cpu") return ProfileKinds{.on_cpu = true, .off_cpu = false};
  if (text == "off-cpu") return ProfileKinds{.on_cpu = false, .off_cpu = true};
  if (text == "both") return ProfileKinds{.on_cpu = true, .off_cpu = true};
  return wrong("--profile", text, "the profiles are: on-cpu, off-cpu, both");
}

Result<std::vector<std::string>> parse_names(const std::string& option, const std::string& text) {
  std::vector<std::string> names;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    names.push_back(text.substr(begin, end - begin));
    if (names.back().empty())
      return wrong(option, text, "give one name or several: " + option + " go,rust");
    begin = end + 1;
  }
  return names;
}

}  // namespace boundscope
