#include "collect/load_error.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "collect/rights.h"
#include "target/proc_fs.h"

namespace boundscope {
namespace {

// libbpf calls back without a context pointer; its first warning names the real cause.
std::string& first_failure() {
  static thread_local std::string text;
  return text;
}

// What loading cannot do without, if it is that.
std::string missing_capability() {
  const auto own = parse_status(ProcFs().read("self/status").text).effective_capabilities;
  if (own && !holds(*own, Right::bpf)) return "CAP_BPF is missing: ";
  if (own && !holds(*own, Right::perfmon)) return "CAP_PERFMON is missing: ";
  return "";
}

std::string hint_for(int error_number) {
  if (access("/sys/kernel/btf/vmlinux", R_OK) != 0)
    return "this kernel offers no type information (BTF): boundscope needs a kernel with "
           "CONFIG_DEBUG_INFO_BTF=y and a mounted /sys; --backend procfs needs neither, and says "
           "less";
  switch (error_number) {
    case EPERM:
    case EACCES:
      return missing_capability() +
             "run it as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE; `boundscope doctor` "
             "shows what this host refuses; --backend procfs needs no BPF, and says less";
    case ENOMEM:
      return "free some memory, or raise the limit of the container that boundscope runs in";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files (ulimit -n)";
    case EBUSY:
      return "another instance may be at work; wait for it to end";
    default:
      return "`boundscope doctor` shows what this kernel can do";
  }
}

}  // namespace

Error load_error(int error_number, const std::string& tried) {
  std::string message = "cannot " + tried + ": " + std::strerror(error_number);
  if (!first_failure().empty()) message += " (" + first_failure() + ")";
  first_failure().clear();
  return Error{ErrorKind::environment, message, hint_for(error_number)};
}

int keep_first_failure(libbpf_print_level level, const char* format, va_list arguments) {
  if (level != LIBBPF_WARN || !first_failure().empty()) return 0;
  std::array<char, 256> line{};
  std::vsnprintf(line.data(), line.size(), format, arguments);
  std::string text(line.data());
  if (const auto end = text.find('\n'); end != std::string::npos) text.resize(end);
  first_failure() = text;
  return 0;
}

}  // namespace boundscope
