#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace boundscope {

// Nanoseconds since 1970 of a time in UTC, "2026-11-24T10:00:00Z"; empty if it is none.
std::optional<std::int64_t> unix_ns(std::string_view time);

}  // namespace boundscope
