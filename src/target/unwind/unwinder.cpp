#include "target/unwind/unwinder.h"

#include <utility>

namespace boundscope {
namespace {

using Clock = std::chrono::steady_clock;

// Tables are the target's: they may be made to take long. Stacks after that stay as they are.
constexpr std::chrono::milliseconds kMostTimeInWindow{100};

}  // namespace

UnwoundStack Unwinder::unwind(pid_t pid, const UserStack& stack, std::size_t most_frames) {
  if (spent_ >= kMostTimeInWindow) return {{stack.ip}, true};
  const auto began = Clock::now();
  ProcessCode& process = spaces_->of(pid);
  UnwoundStack unwound = boundscope::unwind(
      stack, [&](std::uint64_t address) { return look_up(pid, process, address); }, most_frames);
  spent_ += Clock::now() - began;
  return unwound;
}

CodeInfo Unwinder::look_up(pid_t pid, ProcessCode& process, std::uint64_t address) {
  const CodeMapping* mapping = process.space.find(address);
  if (mapping == nullptr) return {};
  UnwindTable* table = mapping->inode == 0 ? nullptr : table_of(pid, process, *mapping);
  if (table == nullptr) return {.is_code = true, .rule = nullptr};
  const auto linked = table->address_of(address - mapping->start + mapping->offset);
  return {.is_code = true, .rule = linked ? table->rule_at(*linked) : nullptr};
}

// Null: the file has no tables, or cannot be opened any more.
UnwindTable* Unwinder::table_of(pid_t pid, ProcessCode& process, const CodeMapping& mapping) {
  const auto known = process.files.find(mapping.start);
  if (known != process.files.end()) {
    if (auto* table = tables_.find(known->second)) return *table ? &**table : nullptr;
  }
  auto file = open_mapped_file(proc_, pid, mapping, process.space.path_of(mapping));
  if (!file) return nullptr;
  process.files[mapping.start] = file->identity;
  auto* table = tables_.find(file->identity);
  if (table == nullptr) {
    auto opened = UnwindTable::open(std::move(file->fd));
    const std::size_t bytes = sizeof(UnwindTable) + (opened ? opened->bytes() : 0);
    table = &tables_.add(file->identity, std::move(opened), bytes);
  }
  return *table ? &**table : nullptr;
}

}  // namespace boundscope
