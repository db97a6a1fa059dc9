// Fake /proc, cgroup and /sys trees in a temporary folder, for tests that must not depend on the
// machine they run on.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "boundscope/target.h"

namespace boundscope::test {

// A folder that vanishes with its owner.
class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "boundscope-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp failed");
    path_ = pattern;
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string path(std::string_view below = "") const {
    return (path_ / std::filesystem::path(below)).string();
  }
  void write(std::string_view below, std::string_view text) const {
    std::filesystem::create_directories((path_ / std::filesystem::path(below)).parent_path());
    std::ofstream(path(below), std::ios::binary) << text;
  }
  void link(std::string_view below, std::string_view target) const {
    std::filesystem::create_directories((path_ / std::filesystem::path(below)).parent_path());
    std::filesystem::remove(path(below));
    std::filesystem::create_symlink(std::filesystem::path(target), path(below));
  }
  void make_directory(std::string_view below) const {
    std::filesystem::create_directories(path(below));
  }
  void remove(std::string_view below) const { std::filesystem::remove_all(path(below)); }

 private:
  std::filesystem::path path_;
};

// A process as its files in /proc tell it.
struct FakeProcess {
  pid_t pid = 0;
  pid_t parent = 1;
  std::string comm = "service";
  char state = 'S';
  std::uint32_t flags = 0;
  std::uint64_t start_ticks = 1000;
  std::uint64_t cpu_ticks = 0;
  std::uint64_t minor_faults = 0;
  std::uint64_t major_faults = 0;
  std::uint64_t rss_pages = 0;
  std::uint64_t shared_pages = 0;
  std::uint32_t threads = 1;
  std::string exe = "/usr/bin/service";
  std::string cgroup = "0::/\n";
  std::string allowed_cpus = "0-3";
  std::string network = "net:[1]";
  std::vector<std::uint64_t> sockets = {};  // inodes of open sockets
};

inline constexpr std::uint32_t kKernelThread = 0x00200000;  // PF_KTHREAD

// HostRoots under one temporary folder: proc/, cgroup/ and sys/.
class ProcTree {
 public:
  ProcTree() {
    for (const char* folder : {"proc", "cgroup", "sys"}) files.make_directory(folder);
    files.write("proc/uptime", "100.00 300.00\n");
    host_cpu(4, "100 0 50 1000 5 1 2 7");
    files.write("proc/meminfo", "MemTotal:       1048576 kB\nMemFree: 1 kB\n");
  }

  HostRoots roots() const {
    return {.proc = files.path("proc"), .cgroup = files.path("cgroup"), .sys = files.path("sys")};
  }

  void process(const FakeProcess& p) const {
    const std::string at = "proc/" + std::to_string(p.pid) + "/";
    files.write(at + "stat", stat_line(p));
    files.write(at + "statm", "9999 " + std::to_string(p.rss_pages) + " " +
                                  std::to_string(p.shared_pages) + " 1 0 1 0\n");
    files.write(at + "status", "Name:\t" + p.comm + "\nTgid:\t" + std::to_string(p.pid) +
                                   "\nUid:\t0\t33\t0\t0\nCpus_allowed_list:\t" + p.allowed_cpus +
                                   "\n");
    files.write(at + "cgroup", p.cgroup);
    files.link(at + "exe", p.exe);
    files.link(at + "ns/net", p.network);
    files.make_directory(at + "fd");
    int fd = 3;
    for (const std::uint64_t inode : p.sockets) {
      files.link(at + "fd/" + std::to_string(fd++), "socket:[" + std::to_string(inode) + "]");
    }
  }
  void gone(pid_t pid) const { files.remove("proc/" + std::to_string(pid)); }
  void self(pid_t pid) const { files.link("proc/self", std::to_string(pid)); }

  // Lines of /proc/PID/net/tcp: (port, state, inode).
  struct Socket {
    unsigned port;
    std::string state = "0A";
    std::uint64_t inode = 0;
  };
  void sockets(pid_t pid, const std::vector<Socket>& sockets,
               const std::string& table = "tcp") const {
    std::string text =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n";
    int number = 0;
    for (const Socket& socket : sockets) {
      char port[8];
      std::snprintf(port, sizeof port, "%04X", socket.port);
      text += "   " + std::to_string(number++) + ": 00000000:" + port + " 00000000:0000 " +
              socket.state + " 00000000:00000000 00:00000000 00000000     0        0 " +
              std::to_string(socket.inode) + " 1 0000000000000000 100 0 0 10 0\n";
    }
    files.write("proc/" + std::to_string(pid) + "/net/" + table, text);
  }

  // /proc/stat: user nice system idle iowait irq softirq steal, in ticks.
  void host_cpu(int cpus, const std::string& ticks) const {
    std::string text = "cpu  " + ticks + " 0 0\n";
    for (int cpu = 0; cpu < cpus; ++cpu) text += "cpu" + std::to_string(cpu) + " 1 0 1 1 0 0 0 0\n";
    files.write("proc/stat", text + "intr 12345\n");
  }

  // Turns cgroup/ into a v2 mount; `in_container` makes its root look like a cgroup below another.
  void unified(bool in_container = false) const {
    files.write("cgroup/cgroup.controllers", "cpu memory\n");
    files.write("cgroup/cgroup.procs", "");
    if (in_container) files.write("cgroup/cgroup.events", "populated 1\n");
  }
  // A v1 mount, or the unified one beside it (hybrid).
  void hierarchy(const std::string& name) const {
    files.write("cgroup/" + name + "/cgroup.procs", "");
    if (name == "unified") {
      files.write("cgroup/unified/cgroup.controllers", "");
    } else {
      files.write("cgroup/" + name + "/release_agent", "");
    }
  }
  // A cgroup with files; cgroup.procs is empty unless given. `path` includes the v1 mount.
  void cgroup(const std::string& path,
              const std::map<std::string, std::string>& contents = {}) const {
    files.write("cgroup/" + path + "/cgroup.procs", "");
    files.write("cgroup/" + path + "/cgroup.events", "populated 1\n");
    for (const auto& [name, text] : contents) files.write("cgroup/" + path + "/" + name, text);
  }

  TempFolder files;

 private:
  static std::string stat_line(const FakeProcess& p) {
    const auto number = [](std::uint64_t value) { return std::to_string(value) + " "; };
    const std::string group = std::to_string(p.pid) + " ";
    return std::to_string(p.pid) + " (" + p.comm + ") " + p.state + " " + std::to_string(p.parent) +
           " " + group + group + "0 -1 " + number(p.flags) + number(p.minor_faults) + "0 " +
           number(p.major_faults) + "0 " + number(p.cpu_ticks) + "0 0 0 20 0 " + number(p.threads) +
           "0 " + number(p.start_ticks) + "123456 " + number(p.rss_pages) +
           "18446744073709551615 1 1 0 0 0 0\n";
  }
};

}  // namespace boundscope::test
