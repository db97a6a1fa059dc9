// Reads a file of its own, again and again, through the page cache. Where that is too small for the
// file, each pass has to make room.
//
//   reader MEBIBYTES PASSES
#include <fcntl.h>
#include <pthread.h>

#include <ctime>
#include <string>
#include <vector>

#include "talk.h"

namespace {

constexpr std::size_t kBlock = 64 * 1024;

int new_file(long mebibytes) {
  std::string name = "/var/tmp/reader.XXXXXX";
  const int fd = check(mkstemp(name.data()), "make a file");
  unlink(name.c_str());
  const std::vector<char> block(kBlock, 'x');
  for (long i = 0; i < mebibytes * 16; ++i)
    if (write(fd, block.data(), kBlock) < 0) fail("fill a file");
  check(fsync(fd), "fsync");
  // What is in the cache by now is charged to whoever we belong to before the test has moved us.
  posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  return fd;
}

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int fd = new_file(std::atol(argv[1]));
  ready();
  wait_for_go();
  std::vector<char> block(kBlock);
  const double began_ms = cpu_ms();
  for (long pass = std::atol(argv[2]); pass > 0; --pass) {
    check(static_cast<int>(lseek(fd, 0, SEEK_SET)), "lseek");
    while (read(fd, block.data(), kBlock) > 0) {
    }
  }
  report("cpu_ms", cpu_ms() - began_ms);
  done_and_wait_for_end();
}
