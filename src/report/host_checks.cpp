#include <ostream>

#include "boundscope/report.h"
#include "report/columns.h"
#include "report/escape.h"

namespace boundscope {
namespace {

std::string_view mark(CapabilityState state) {
  switch (state) {
    case CapabilityState::available:
      return "ok";
    case CapabilityState::degraded:
      return "partly";
    case CapabilityState::absent:
      return "MISSING";
  }
  return "?";
}

std::string_view color(CapabilityState state) {
  switch (state) {
    case CapabilityState::available:
      return "\x1b[32m";
    case CapabilityState::degraded:
      return "\x1b[33m";
    case CapabilityState::absent:
      return "\x1b[31m";
  }
  return "";
}

}  // namespace

void write_host_checks(std::ostream& out, const std::vector<HostCheck>& checks,
                       const TextStyle& style) {
  std::size_t missing = 0;
  for (const HostCheck& check : checks) {
    const std::string cells =
        left(mark(check.state), 8) + "  " + left(escaped(check.name), 26) + "  ";
    std::string row = wrapped(escaped(check.found), cells);
    if (style.color) row = std::string(color(check.state)) + row.insert(8, "\x1b[0m");
    out << row;
    if (check.state != CapabilityState::available) ++missing;
    // Commands are not wrapped: they are there to be copied.
    if (!check.command.empty())
      out << std::string(10, ' ') << "to close: " << escaped(check.command) << '\n';
  }
  out << '\n';
  if (missing == 0)
    out << "This host can measure everything.\n";
  else
    out << missing << " of " << checks.size() << " checks limit what this host can measure.\n";
}

}  // namespace boundscope
