// Names of the enumerators that appear in a recording, in the order of the enumeration.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <string_view>

#include "boundscope/recording.h"

namespace boundscope {

template <class Enum>
struct Names;

template <>
struct Names<WaitClass> {
  static constexpr std::array<std::string_view, kWaitClasses> kAll = {
      "client",    "upstream",   "accept",   "socket_other", "disk_read", "disk_write",
      "disk_sync", "disk_other", "io_uring", "lock",         "pipe",      "timer",
      "poll",      "page_fault", "memory",   "child",        "park",      "other"};
};

template <>
struct Names<Activity> {
  static constexpr std::array<std::string_view, kActivities> kAll = {"running", "runnable", "lock",
                                                                     "disk", "upstream"};
};

template <>
struct Names<RecordingEnd> {
  static constexpr std::array<std::string_view, 4> kAll = {"complete", "interrupted",
                                                           "target_exited", "truncated"};
};

template <>
struct Names<CapabilityState> {
  static constexpr std::array<std::string_view, 3> kAll = {"available", "degraded", "absent"};
};

template <>
struct Names<Runtime> {
  static constexpr std::array<std::string_view, 13> kAll = {
      "unknown", "go",     "jvm",    "node", "cpython", "ruby", "php",
      "beam",    "dotnet", "native", "deno", "bun",     "lua"};
};

// An enumerator without a name would be an empty string at the end of its table.
static_assert(!Names<WaitClass>::kAll.back().empty() && !Names<Activity>::kAll.back().empty());

template <class Enum>
std::string_view name_of(Enum value) {
  const auto index = static_cast<std::size_t>(value);
  assert(index < Names<Enum>::kAll.size());
  return Names<Enum>::kAll[index];
}

template <class Enum>
std::optional<Enum> from_name(std::string_view name) {
  const auto& all = Names<Enum>::kAll;
  const auto found = std::find(all.begin(), all.end(), name);
  if (found == all.end()) return std::nullopt;
  return static_cast<Enum>(found - all.begin());
}

}  // namespace boundscope
