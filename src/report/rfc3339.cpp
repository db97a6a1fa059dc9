#include "report/rfc3339.h"

#include <charconv>
#include <chrono>

namespace boundscope {
namespace {

// `size` digits at `at`, from `low` to `high`.
std::optional<int> number(std::string_view text, std::size_t at, std::size_t size, int low,
                          int high) {
  const char* begin = text.data() + at;
  int value = -1;
  const auto [stopped, error] = std::from_chars(begin, begin + size, value);
  if (error != std::errc() || stopped != begin + size || value < low || value > high)
    return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::int64_t> unix_ns(std::string_view time) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
  if (time.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i)
    if (kForm[i] != '0' && kForm[i] != time[i]) return std::nullopt;
  // Years that fit into 64 bits of nanoseconds.
  const auto year = number(time, 0, 4, 1970, 2261);
  const auto month = number(time, 5, 2, 1, 12);
  const auto day = number(time, 8, 2, 1, 31);
  const auto hour = number(time, 11, 2, 0, 23);
  const auto minute = number(time, 14, 2, 0, 59);
  const auto second = number(time, 17, 2, 0, 60);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const std::chrono::nanoseconds since = std::chrono::sys_days(date).time_since_epoch() +
                                         std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                                         std::chrono::seconds(*second);
  return since.count();
}

}  // namespace boundscope
