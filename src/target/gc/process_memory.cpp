#include "target/gc/process_memory.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace boundscope {

Result<ProcessMemory> ProcessMemory::open(const ProcFs& proc, pid_t pid) {
  UniqueFd fd(::open(proc.path(pid, "mem").c_str(), O_RDONLY | O_CLOEXEC));
  if (fd) return ProcessMemory(std::move(fd));
  const int error = errno;
  const bool denied = error == EACCES || error == EPERM;
  return Error{
      .kind = ErrorKind::environment,
      .message = fmt::format("cannot read the memory of process {}: {}", pid, std::strerror(error)),
      .hint = denied ? "run as root, or with CAP_SYS_PTRACE" : "check that the process still runs"};
}

bool ProcessMemory::read(std::uint64_t address, void* bytes, std::size_t size) const {
  auto* to = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t got = ::pread(fd_.get(), to, size, static_cast<off_t>(address));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    address += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

std::optional<std::string> ProcessMemory::read(std::uint64_t address, std::size_t size) const {
  std::string bytes(size, '\0');
  return read(address, bytes.data(), size) ? std::optional(std::move(bytes)) : std::nullopt;
}

std::optional<std::uint64_t> load_bias(const ProcFs& proc, pid_t pid, std::uint64_t linked_entry) {
  const FileText vector = read_file(proc.path(pid, "auxv"));
  for (std::size_t at = 0; at + sizeof(Elf64_auxv_t) <= vector.text.size();
       at += sizeof(Elf64_auxv_t)) {
    Elf64_auxv_t entry;
    std::memcpy(&entry, vector.text.data() + at, sizeof entry);
    if (entry.a_type == AT_ENTRY) return entry.a_un.a_val - linked_entry;
  }
  return std::nullopt;
}

}  // namespace boundscope
