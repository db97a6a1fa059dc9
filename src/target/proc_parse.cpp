#include "target/proc_parse.h"

#include <array>
#include <cstdint>

#include "target/text.h"

namespace boundscope {
namespace {

template <class Number>
bool assign(std::string_view text, Number& to, int base = 10) {
  const auto value = parse_number<Number>(text, base);
  if (value) to = *value;
  return value.has_value();
}

// proc(5) numbers the fields from 1; the state is field 3 and the first one after the comm.
constexpr std::size_t kFirstField = 3;
constexpr std::size_t kLastField = 28;

}  // namespace

std::optional<ProcStat> parse_stat(std::string_view text) {
  // A comm may hold " (" and ") ", but nothing after it holds a parenthesis.
  const auto open = text.find(" (");
  const auto close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open + 2) {
    return std::nullopt;
  }
  ProcStat stat;
  stat.comm = text.substr(open + 2, close - open - 2);

  std::array<std::string_view, kLastField + 1> field;
  std::string_view rest = trim(text.substr(close + 1));
  for (std::size_t i = kFirstField; i <= kLastField; ++i) field[i] = take_word(rest);
  if (field[3].size() != 1) return std::nullopt;
  stat.state = field[3][0];

  std::uint64_t user_ticks = 0;
  std::uint64_t system_ticks = 0;
  const bool whole = assign(text.substr(0, open), stat.pid) && assign(field[4], stat.parent) &&
                     assign(field[5], stat.group) && assign(field[9], stat.flags) &&
                     assign(field[10], stat.minor_faults) && assign(field[12], stat.major_faults) &&
                     assign(field[14], user_ticks) && assign(field[15], system_ticks) &&
                     assign(field[20], stat.threads) && assign(field[22], stat.start_ticks) &&
                     assign(field[24], stat.rss_pages);
  if (!whole) return std::nullopt;
  stat.cpu_ticks = user_ticks + system_ticks;
  assign(field[26], stat.code_start);
  assign(field[28], stat.stack_start);
  return stat;
}

ProcStatus parse_status(std::string_view text) {
  ProcStatus status;
  while (!text.empty()) {
    std::string_view value = take_until(text, '\n');
    const std::string_view key = take_until(value, ':');
    if (key == "Uid") {
      take_word(value);  // the real one
      status.uid = parse_number<uid_t>(take_word(value));
    } else if (key == "Tgid") {
      status.process = parse_number<pid_t>(trim(value));
    } else if (key == "CapEff") {
      status.effective_capabilities = parse_number<std::uint64_t>(trim(value), 16);
    } else if (key == "Cpus_allowed_list") {
      status.allowed_cpus = count_cpu_list(trim(value));
    } else if (key == "NSpid") {
      while (const auto pid = parse_number<pid_t>(take_word(value))) {
        status.namespace_pids.push_back(*pid);
      }
    }
  }
  return status;
}

std::uint32_t count_cpu_list(std::string_view text) {
  constexpr std::uint32_t kMostCpus = 1u << 16;  // far beyond NR_CPUS: anything larger is nonsense
  std::uint32_t count = 0;
  while (!text.empty()) {
    std::string_view range = take_until(text, ',');
    const auto first = parse_number<std::uint32_t>(take_until(range, '-'));
    const auto last = range.empty() ? first : parse_number<std::uint32_t>(range);
    if (!first || !last || *last < *first || *last >= kMostCpus) return 0;
    count += *last - *first + 1;
    if (count > kMostCpus) return 0;
  }
  return count;
}

std::vector<CgroupEntry> parse_cgroups(std::string_view text) {
  std::vector<CgroupEntry> entries;
  while (!text.empty()) {
    std::string_view path = take_until(text, '\n');
    take_until(path, ':');  // the number of the hierarchy
    std::string_view controllers = take_until(path, ':');
    if (path.empty() || path.front() != '/') continue;  // the rest may hold further colons

    CgroupEntry entry;
    entry.path = path;
    while (!controllers.empty()) entry.controllers.emplace_back(take_until(controllers, ','));
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::optional<ProcMemory> parse_statm(std::string_view text) {
  text = trim(text);
  take_word(text);  // the whole address space
  const auto resident = parse_number<std::uint64_t>(take_word(text));
  const auto shared = parse_number<std::uint64_t>(take_word(text));
  if (!resident || !shared) return std::nullopt;
  return ProcMemory{*resident, *shared};
}

std::optional<ProcResident> parse_resident(std::string_view status) {
  const auto bytes = [&](std::string_view key) -> std::optional<std::uint64_t> {
    const auto kilobytes = find_value(status, key);
    if (!kilobytes || *kilobytes > (UINT64_MAX >> 12)) return std::nullopt;
    return *kilobytes * 1024;
  };
  const auto anonymous = bytes("RssAnon");
  const auto file = bytes("RssFile");
  const auto shmem = bytes("RssShmem");
  if (!anonymous || !file || !shmem) return std::nullopt;
  return ProcResident{*anonymous, *file, *shmem, bytes("VmSwap").value_or(0)};
}

std::optional<ProcSchedstat> parse_schedstat(std::string_view text) {
  text = trim(text);
  const auto on_cpu = parse_number<std::uint64_t>(take_word(text));
  const auto run_queue = parse_number<std::uint64_t>(take_word(text));
  if (!on_cpu || !run_queue) return std::nullopt;
  return ProcSchedstat{*on_cpu, *run_queue};
}

std::optional<std::uint64_t> find_value(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    std::string_view name = take_word(line);
    if (name.ends_with(':')) name.remove_suffix(1);
    if (name == key) return parse_number<std::uint64_t>(take_word(line));
  }
  return std::nullopt;
}

}  // namespace boundscope
