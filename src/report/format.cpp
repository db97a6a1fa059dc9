#include "report/format.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace boundscope {
namespace {

// A whole percent, without claiming 0 or 100 for what only comes close.
std::string percent_figure(double share) {
  const double value = share * 100;
  if (value > 0 && value < 0.5) return "<1";
  if (value < 100 && value >= 99.5) return ">99";
  return fmt::format("{:.0f}", value);
}

}  // namespace

std::string percent(double share) { return percent_figure(share) + " %"; }

std::string percent_range(const Estimate& estimate) {
  const std::string from = percent_figure(estimate.low);
  const std::string to = percent_figure(estimate.high);
  if (from == to && from == percent_figure(estimate.value)) return "";
  return from == to ? to + " %" : from + " to " + to + " %";
}

std::string number(double value) {
  const double size = std::abs(value);
  if (size < 1e6 && value == std::floor(value)) return fmt::format("{:.0f}", value);
  if (size >= 100) return fmt::format("{:.0f}", value);
  if (size >= 10) return fmt::format("{:.1f}", value);
  if (size >= 0.0995) return fmt::format("{:.2f}", value);
  return size < 0.00005 ? "almost 0" : fmt::format("{:.2g}", value);
}

std::string count(double value) { return fmt::format("{:.0f}", value); }

std::string milliseconds(double value_ms) {
  if (value_ms >= 1000) return number(value_ms / 1000) + " s";
  if (value_ms >= 1 || value_ms == 0) return number(value_ms) + " ms";
  return number(value_ms * 1000) + " us";
}

std::string seconds(double value_s) {
  return value_s >= 10 ? fmt::format("{:.0f} s", value_s) : fmt::format("{:.1f} s", value_s);
}

std::string duration(double value_s) {
  constexpr double kMinute = 60, kHour = 3600, kDay = 86400;
  if (value_s >= 2 * kDay) return fmt::format("{:.0f} days", value_s / kDay);
  if (value_s >= 2 * kHour) return fmt::format("{:.0f} h", value_s / kHour);
  if (value_s >= 2 * kMinute) return fmt::format("{:.0f} min", value_s / kMinute);
  return seconds(value_s);
}

std::string bytes(double value) {
  constexpr std::array<const char*, 5> kUnits{"bytes", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; std::abs(value) >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return fmt::format("{} {}", unit == 0 ? count(value) : number(value), kUnits[unit]);
}

std::string ratio(double value) {
  if (value >= 9.95) return fmt::format("{:.0f}x", value);
  if (value >= 1.995) return fmt::format("{:.1f}x", value);
  return fmt::format("{:.2f}x", value);
}

std::string ratio_range(double low, double high) {
  const std::string from = ratio(low);
  std::string to = ratio(high);
  if (from == to) return to;
  return from == "1.00x" ? "up to " + to : from + " to " + to;
}

std::string ratio_span(double low, double high) {
  std::string from = ratio(low);
  const std::string to = ratio(high);
  if (from == to) return to;
  from.pop_back();
  return from + " to " + to;
}

}  // namespace boundscope
