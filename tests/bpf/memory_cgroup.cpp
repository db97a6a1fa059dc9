#include "memory_cgroup.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace boundscope::test {
namespace {

bool write_text(const std::string& path, const std::string& text) {
  std::ofstream out(path);
  out << text << std::flush;
  return static_cast<bool>(out);
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace

MemoryCgroup::MemoryCgroup(std::uint64_t limit_bytes) {
  const std::string root = "/sys/fs/cgroup";
  const bool is_v1 = exists(root + "/memory/cgroup.procs");
  if (!is_v1) write_text(root + "/cgroup.subtree_control", "+memory");
  const std::string path =
      root + (is_v1 ? "/memory" : "") + "/boundscope-test-" + std::to_string(::getpid());
  if (::mkdir(path.c_str(), 0755) != 0) return;
  const char* limit = is_v1 ? "/memory.limit_in_bytes" : "/memory.max";
  if (write_text(path + limit, std::to_string(limit_bytes))) {
    path_ = path;
  } else {
    ::rmdir(path.c_str());
  }
}

MemoryCgroup::~MemoryCgroup() {
  if (path_.empty()) return;
  for (int attempt = 0; ::rmdir(path_.c_str()) != 0 && attempt < 100; ++attempt) ::usleep(20'000);
}

void MemoryCgroup::add(pid_t pid) const {
  REQUIRE(write_text(path_ + "/cgroup.procs", std::to_string(pid)));
}

}  // namespace boundscope::test
