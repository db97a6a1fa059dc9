// The kernel tier runs where the collector can: as root, on a kernel with type information.
// Elsewhere it says why it does not and exits with 77, which ctest reports as skipped.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <unistd.h>

#include <iostream>

int main(int argc, char** argv) {
  constexpr int kSkipped = 77;
  if (geteuid() != 0) {
    std::cout << "skipped: attaching BPF programs needs root\n";
    return kSkipped;
  }
  if (access("/sys/kernel/btf/vmlinux", R_OK) != 0) {
    std::cout << "skipped: this kernel has no type information (/sys/kernel/btf/vmlinux)\n";
    return kSkipped;
  }
  doctest::Context context(argc, argv);
  return context.run();
}
