#include "analyze/rewrite/source.h"

#include <algorithm>
#include <array>

namespace boundscope {
namespace {

// The process that uses most CPU time; the first one of the target where none uses any.
pid_t busiest_process(const Run& run) {
  std::map<pid_t, std::uint64_t> on_cpu;
  for (const Window* window : run.windows) {
    for (const ProcessWindow& process : window->processes) {
      on_cpu[process.pid] += process.on_cpu_ns;
    }
  }
  const auto most =
      std::max_element(on_cpu.begin(), on_cpu.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most != on_cpu.end() && most->second > 0) return most->first;
  return run.recording->processes.empty() ? 0 : run.recording->processes.front().pid;
}

// Compiled languages without a row of their own behave like these.
std::string native_language(const std::string& language) {
  constexpr std::array<std::string_view, 3> kOwn{"c", "c++", "rust"};
  if (std::find(kOwn.begin(), kOwn.end(), language) != kOwn.end()) return language;
  constexpr std::array<std::string_view, 3> kLikeC{"zig", "fortran", "d"};
  if (language.empty() || std::find(kLikeC.begin(), kLikeC.end(), language) != kLikeC.end()) {
    return "c";
  }
  return language;
}

double workers_of(const Run& run, Runtime runtime) {
  if (run.windows.empty()) return 1;
  double count = 0;
  for (const ProcessWindow& process : run.windows.back()->processes) {
    count += run.runtime_of(process.pid) == runtime ? 1 : 0;
  }
  return std::max(1.0, count);
}

}  // namespace

// A JIT that can be switched on makes a language of its own.
std::string prior_language(const TargetProcess& process) {
  if (process.runtime == Runtime::native) return native_language(process.language);
  if (process.jit == "yjit") return "ruby+yjit";
  if (process.jit == "luajit") return "luajit";
  return std::string(language_of(process.runtime));
}

Source source_of(const Run& run) {
  Source source;
  const auto found = run.processes.find(busiest_process(run));
  if (found == run.processes.end()) return source;
  const TargetProcess& process = *found->second;
  source.runtime = process.runtime;
  source.language = prior_language(process);
  source.jit = process.jit;
  source.collector = process.collector;
  constexpr std::array<std::string_view, 4> kInterpreted{"python", "ruby", "php", "lua"};
  source.interpreted =
      std::find(kInterpreted.begin(), kInterpreted.end(), source.language) != kInterpreted.end();
  source.compiled = source.language == "c" || source.language == "c++" || source.language == "rust";
  switch (process.runtime) {
    case Runtime::node:
    case Runtime::deno:
    case Runtime::bun:
    case Runtime::cpython:
    case Runtime::ruby:
    case Runtime::php:
    case Runtime::lua:
      source.one_at_a_time = true;
      break;
    default:
      break;
  }
  source.workers = workers_of(run, process.runtime);
  return source;
}

std::vector<std::string> usual_targets(const Source& source) {
  const std::string& from = source.language;
  if (from == "go") return {"rust", "c++"};
  if (from == "java" || from == "c#") return {"go", "rust", "c++"};
  if (from == "rust") return {"c++"};
  if (source.compiled) return {"rust"};
  return {"go", "java", "rust", "c++"};
}

bool collects(std::string_view language) {
  return language != "c" && language != "c++" && language != "rust";
}

bool uses_all_cpus(std::string_view language) {
  return language == "go" || language == "java" || language == "rust" || language == "c++" ||
         language == "c" || language == "c#" || language == "erlang";
}

}  // namespace boundscope
