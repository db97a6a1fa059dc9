#include "analyze/owners.h"

#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

#include "analyze/owners/kernel_part.h"
#include "analyze/owners/library_name.h"
#include "analyze/owners/rule_set.h"
#include "analyze/owners/table_frames.h"
#include "analyze/sample_weights.h"

namespace boundscope {
namespace {

using Frames = std::span<const std::uint32_t>;

// Program of a process: its rules depend on these two.
using Program = std::pair<Runtime, std::string>;

std::string file_name(std::string_view path) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
  return std::string(path.substr(path.rfind('/') + 1));
}

struct Parts {
  Frames kernel;
  Frames user;  // up to the first frame that lies in nothing mapped: what follows is made up
};

Parts parts_of(const Recording& recording, const Stack& stack) {
  const Frames all(stack.frames);
  std::size_t kernel = 0;
  while (kernel < all.size() && recording.frames[all[kernel]].module == "[kernel]") ++kernel;
  std::size_t end = kernel;
  while (end < all.size() && !recording.frames[all[end]].module.empty()) ++end;
  return {all.first(kernel), all.subspan(kernel, end - kernel)};
}

void fill_in(std::string& text, std::string_view place, std::string_view value) {
  const std::size_t at = text.find(place);
  if (at != std::string::npos) text.replace(at, place.size(), value);
}

const Frame* innermost(const Recording& recording, std::uint32_t stack) {
  if (stack >= recording.stacks.size() || recording.stacks[stack].frames.empty()) return nullptr;
  return &recording.frames[recording.stacks[stack].frames.front()];
}

}  // namespace

struct Owners::State {
  // A thread as far as rules can tell: its program's rules, its name, main thread or not.
  struct Thread {
    RuleSet* rules = nullptr;
    std::string comm;
    bool is_main = false;
    std::unordered_map<std::uint32_t, Owned> by_stack;
  };

  explicit State(const Recording& of) : recording(&of), kernel(of), roots(of, "roots") {
    for (const TargetProcess& process : of.processes) {
      programs[process.pid] = {process.runtime, file_name(process.exe)};
    }
  }

  Thread& thread_of(pid_t pid, std::string_view comm, bool is_main);
  Owned decide(const Stack& stack, const Thread& thread);
  Owned decide_user(Frames frames, const Thread& thread);

  const Recording* recording;
  KernelPart kernel;
  TableFrames roots;  // where threads start
  std::map<pid_t, Program> programs;
  std::map<Program, RuleSet> rule_sets;
  std::map<std::pair<RuleSet*, bool>, std::map<std::string, Thread, std::less<>>> threads;
  std::vector<std::optional<bool>> early;  // by stack
  Owned nobody;
};

Owners::State::Thread& Owners::State::thread_of(pid_t pid, std::string_view comm, bool is_main) {
  const auto program = programs.try_emplace(pid, Runtime::unknown, std::string()).first;
  auto rules = rule_sets.find(program->second);
  if (rules == rule_sets.end()) {
    rules = rule_sets
                .emplace(std::piecewise_construct, std::forward_as_tuple(program->second),
                         std::forward_as_tuple(*recording, program->second.first,
                                               std::string_view(program->second.second)))
                .first;
  }
  auto& named = threads[{&rules->second, is_main}];
  auto thread = named.find(comm);
  if (thread == named.end()) {
    thread =
        named.emplace(std::string(comm), Thread{&rules->second, std::string(comm), is_main, {}})
            .first;
  }
  return thread->second;
}

Owned Owners::State::decide(const Stack& stack, const Thread& thread) {
  const Parts parts = parts_of(*recording, stack);
  const bool in_kernel = stack.in_kernel || !parts.kernel.empty();
  const bool is_skid = kernel.is_skid(parts.kernel) && !parts.user.empty();
  if (in_kernel && !is_skid) {
    Owned owned{CpuOwner::kernel, std::string(kernel.subsystem(parts.kernel))};
    owned.paging = paging_work(*recording, stack);
    owned.faults_for_gc = owned.name == "memory" && !parts.user.empty() &&
                          decide_user(parts.user, thread).owner == CpuOwner::gc;
    return owned;
  }
  return decide_user(parts.user, thread);
}

Owned Owners::State::decide_user(Frames frames, const Thread& thread) {
  const auto [rule, frame] = thread.rules->decide(frames, thread.comm);
  if (rule == nullptr) return {};
  std::string name(rule->name);
  if (frame < recording->frames.size()) {
    fill_in(name, "$module", library_name(recording->frames[frame].module));
  }
  fill_in(name, "$thread", thread.is_main ? "main thread" : "workers");
  return {rule->owner, std::move(name), rule->is_work, rule->is_barrier};
}

Owners::Owners(const Recording& recording) : state_(std::make_unique<State>(recording)) {}
Owners::~Owners() = default;
Owners::Owners(Owners&&) noexcept = default;
Owners& Owners::operator=(Owners&&) noexcept = default;

const Owned& Owners::of(pid_t pid, std::string_view comm, bool main_thread, std::uint32_t stack) {
  if (stack >= state_->recording->stacks.size()) return state_->nobody;
  State::Thread& thread = state_->thread_of(pid, comm, main_thread);
  const auto [entry, is_new] = thread.by_stack.try_emplace(stack);
  if (is_new) entry->second = state_->decide(state_->recording->stacks[stack], thread);
  return entry->second;
}

bool Owners::ends_early(std::uint32_t stack) {
  const Recording& recording = *state_->recording;
  if (stack >= recording.stacks.size()) return true;
  state_->early.resize(recording.stacks.size());
  std::optional<bool>& known = state_->early[stack];
  if (!known) {
    const Stack& asked = recording.stacks[stack];
    known = !asked.cut && !state_->roots.any_in(asked);
  }
  return *known;
}

OwnerCounts count_owners(const Run& run) {
  OwnerCounts counts;
  counts.by_row.resize(run.rows);
  counts.paging_by_row.resize(run.rows);
  Owners owners(*run.recording);
  const SampleWeights weights(run);
  for (std::size_t i = 0; i < run.windows.size(); ++i) {
    for (const SampleTotals& sample : run.windows[i]->samples) {
      const Owned& owned = owners.of(sample.pid, sample.comm, sample.main_thread, sample.stack);
      const auto owner = static_cast<std::size_t>(owned.owner);
      const double count = static_cast<double>(sample.count) * weights.of(sample.pid, sample.comm);
      counts.by_row[run.row[i]][owner] += count;
      counts.by_process[sample.pid][owner] += count;
      counts.paging_by_row[run.row[i]][static_cast<std::size_t>(owned.paging)] += count;
      counts.samples += count;
      if (owned.faults_for_gc) counts.gc_faults += count;
      if (owned.is_barrier) counts.barriers += count;
      if (!owned.is_work) counts.idle += count;
      if (!owned.name.empty()) counts.names[owner][owned.name] += count;
      if (owners.ends_early(sample.stack)) counts.early += count;
      const Frame* leaf = innermost(*run.recording, sample.stack);
      if (leaf == nullptr || leaf->symbol.empty()) counts.unnamed += count;
      if (leaf != nullptr && leaf->symbol.empty() && leaf->module == "[jit]") {
        counts.jit_unnamed += count;
      }
    }
  }
  return counts;
}

}  // namespace boundscope
