#include "target/code/load_sites.h"

#include <unistd.h>

#include <algorithm>

namespace boundscope {
namespace {

std::string read_around(const UniqueFd& file, std::uint64_t begin, std::size_t size) {
  std::string bytes(size, '\0');
  const ssize_t got = ::pread(file.get(), bytes.data(), size, static_cast<off_t>(begin));
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

}  // namespace

std::optional<LoadSite> LoadSites::at(pid_t pid, std::uint64_t address) {
  ProcessCode& process = spaces_->of(pid);
  const CodeMapping* mapping = process.space.find(address);
  if (mapping == nullptr) return std::nullopt;
  if (mapping->is_jit || mapping->inode == 0) return in_memory(pid, *mapping, address);
  const FileIdentity* file = identity_of_file(pid, process, *mapping);
  if (file == nullptr) return in_memory(pid, *mapping, address);
  return in_file(*file, address - mapping->start + mapping->offset);
}

// Null: it cannot be opened any more. Otherwise it is among the open files.
const FileIdentity* LoadSites::identity_of_file(pid_t pid, ProcessCode& process,
                                                const CodeMapping& mapping) {
  const auto known = process.files.find(mapping.start);
  if (known != process.files.end() && files_.find(known->second) != nullptr) return &known->second;
  auto file = open_mapped_file(proc_, pid, mapping, process.space.path_of(mapping));
  if (!file) return nullptr;
  if (files_.find(file->identity) == nullptr) files_.add(file->identity, std::move(file->fd), 1);
  return &process.files.insert_or_assign(mapping.start, file->identity).first->second;
}

std::optional<LoadSite> LoadSites::in_file(const FileIdentity& file, std::uint64_t offset) {
  if (file_sites_.size() >= kMostSites) file_sites_.clear();
  const auto [found, is_new] = file_sites_.try_emplace(FilePlace{file, offset});
  if (is_new) {
    const std::uint64_t begin = offset - std::min<std::uint64_t>(offset, kCodeBefore);
    const std::string bytes = read_around(*files_.find(file), begin, offset - begin + kCodeAfter);
    found->second = load_site(bytes, offset - begin, core_);
  }
  return found->second;
}

std::optional<LoadSite> LoadSites::in_memory(pid_t pid, const CodeMapping& mapping,
                                             std::uint64_t address) {
  if (memory_sites_.size() >= kMostSites) return std::nullopt;
  const auto [found, is_new] = memory_sites_.try_emplace(MemoryPlace{pid, address});
  if (!is_new) return found->second;
  const ProcessMemory* memory = memory_of(pid);
  if (memory == nullptr) return std::nullopt;
  const std::uint64_t begin =
      address - std::min(address - mapping.start, std::uint64_t{kCodeBefore});
  const std::uint64_t end = address + std::min(mapping.end - address, std::uint64_t{kCodeAfter});
  const auto bytes = memory->read(begin, end - begin);
  if (bytes) found->second = load_site(*bytes, address - begin, core_);
  return found->second;
}

const ProcessMemory* LoadSites::memory_of(pid_t pid) {
  if (memories_.size() >= kMostOpenFiles && !memories_.contains(pid)) memories_.clear();
  const auto [found, is_new] = memories_.try_emplace(pid);
  if (is_new) {
    if (auto memory = ProcessMemory::open(proc_, pid)) found->second.emplace(*std::move(memory));
  }
  return found->second ? &*found->second : nullptr;
}

void LoadSites::forget_memory() {
  memories_.clear();
  memory_sites_.clear();
}

}  // namespace boundscope
