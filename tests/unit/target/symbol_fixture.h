// Processes with mapped files in a fake /proc, for tests of symbols.
#pragma once

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <string>

#include "support/proc_tree.h"
#include "target/symbols/symbolizer.h"
#include "unit/target/elf_image.h"

namespace boundscope::test {

class SymbolTree {
 public:
  static constexpr pid_t kPid = 70;
  static constexpr std::uint64_t kStart = 0x7f0000001000;  // where .text of an ElfImage is mapped

  SymbolTree() { process(kPid); }

  // A process whose root is the folder container/.
  void process(pid_t pid) {
    const std::string at = "proc/" + std::to_string(pid);
    const std::string uid = std::to_string(::getuid());
    tree.files.write(at + "/status", "Name:\tx\nUid:\t" + uid + "\t" + uid + "\t" + uid + "\t" +
                                         uid + "\nNSpid:\t" + std::to_string(pid) + "\t7\n");
    tree.files.make_directory("container");
    tree.files.link(at + "/root", tree.files.path("container"));
    tree.files.write(at + "/maps", "");
  }

  void file(const std::string& path, std::string_view bytes) {
    tree.files.write("container" + path, bytes);
  }

  // Lets a process map .text of a file of the container at `start`.
  void map(const std::string& path, std::uint64_t start = kStart, pid_t pid = kPid) {
    map_as(path, path, start, pid);
  }
  // The same with another name in maps.
  void map_as(const std::string& path, const std::string& name, std::uint64_t start = kStart,
              pid_t pid = kPid) {
    struct stat info {};
    ::stat(tree.files.path("container" + path).c_str(), &info);
    char line[128];
    std::snprintf(line, sizeof line, "%llx-%llx r-xp 00001000 %02x:%02x %llu ",
                  static_cast<unsigned long long>(start),
                  static_cast<unsigned long long>(start + ElfImage::kTextSize), major(info.st_dev),
                  minor(info.st_dev), static_cast<unsigned long long>(info.st_ino));
    add_line(line + name, pid);
  }
  void add_line(const std::string& line, pid_t pid = kPid) {
    std::string& text = maps_[pid];
    text += line + "\n";
    tree.files.write("proc/" + std::to_string(pid) + "/maps", text);
  }
  void unmap_all(pid_t pid = kPid) { maps_[pid].clear(); }

  // The tree outlives it.
  Symbolizer symbolizer(SymbolLimits limits = {}) {
    limits.debug_folder = tree.files.path("host-debug");
    spaces_.forget();
    return Symbolizer(tree.roots(), spaces_, limits);
  }
  void next_window(Symbolizer& symbolizer) {
    spaces_.forget();
    symbolizer.forget_frames();
  }

  ProcTree tree;

 private:
  // Reading takes no time, so that each window reads again.
  static double no_time() { return 0; }
  AddressSpaces spaces_{ProcFs(tree.roots().proc), {no_time, no_time}};
  std::map<pid_t, std::string> maps_;
};

// first at +0x100, second at +0x300, 0x10 bytes each, both exported; "hidden" at +0x200 is not.
inline ElfImage small_program() {
  return ElfImage().dynsym(
      {{"first", ElfImage::kText + 0x100, 0x10}, {"second", ElfImage::kText + 0x300, 0x10}});
}
inline ImageSymbol hidden_function() {
  return {"hidden", ElfImage::kText + 0x200, 0x10, STT_FUNC, STB_LOCAL};
}

}  // namespace boundscope::test
