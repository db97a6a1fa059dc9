// Waits for the disk. How long they take is the disk's affair.
#include <fcntl.h>
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "ways.h"

namespace {

constexpr std::size_t kBlock = 1 << 16;
constexpr std::size_t kFileSize = kBlock * kRepeats;
constexpr std::size_t kAlignment = 4096;

using Buffer = std::unique_ptr<void, decltype(&std::free)>;

Buffer aligned_block() {
  Buffer buffer(std::aligned_alloc(kAlignment, kBlock), &std::free);
  std::memset(buffer.get(), 'x', kBlock);
  return buffer;
}

off_t offset_of(int block) { return static_cast<off_t>(block) * static_cast<off_t>(kBlock); }

// A file of its own for each way, without a name: it goes with the program.
int new_file(const std::string& directory) {
  std::string name = directory + "/waits.XXXXXX";
  const int fd = check(mkstemp(name.data()), "make a file");
  unlink(name.c_str());
  return fd;
}

void fill(int fd) {
  const Buffer block = aligned_block();
  for (int i = 0; i < kRepeats; ++i)
    if (pwrite(fd, block.get(), kBlock, offset_of(i)) < 0) fail("fill a file");
  check(fsync(fd), "fsync");
}

bool bypass_cache(int fd) { return fcntl(fd, F_SETFL, O_DIRECT) == 0; }

void read_from_disk(Stopwatch& watch, const std::string& directory) {
  const int fd = new_file(directory);
  fill(fd);
  if (!bypass_cache(fd)) return;
  const Buffer block = aligned_block();
  for (int i = 0; i < kRepeats; ++i)
    watch.measure([&] {
      if (pread(fd, block.get(), kBlock, offset_of(i)) < 0) fail("pread");
    });
}

void write_to_disk(Stopwatch& watch, const std::string& directory) {
  const int fd = new_file(directory);
  fill(fd);
  if (!bypass_cache(fd)) return;
  const Buffer block = aligned_block();
  for (int i = 0; i < kRepeats; ++i)
    watch.measure([&] {
      if (pwrite(fd, block.get(), kBlock, offset_of(i)) < 0) fail("pwrite");
    });
}

void sync_to_disk(Stopwatch& watch, const std::string& directory) {
  const int fd = new_file(directory);
  const Buffer block = aligned_block();
  for (int i = 0; i < kRepeats; ++i) {
    if (pwrite(fd, block.get(), kBlock, offset_of(i)) < 0) fail("pwrite");
    watch.measure([&] { check(fdatasync(fd), "fdatasync"); });
  }
}

void fault_from_disk(Stopwatch& watch, const std::string& directory) {
  const int fd = new_file(directory);
  fill(fd);
  posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  void* memory = mmap(nullptr, kFileSize, PROT_READ, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) fail("mmap");
  madvise(memory, kFileSize, MADV_RANDOM);
  const auto* bytes = static_cast<const volatile char*>(memory);
  for (int i = 0; i < kRepeats; ++i) watch.measure([&] { (void)bytes[offset_of(i)]; });
}

}  // namespace

void add_disk_ways(std::vector<Way>& ways, const std::string& directory) {
  const auto add = [&](const char* name, void (*wait)(Stopwatch&, const std::string&)) {
    ways.push_back({name, [=](Stopwatch& watch) { wait(watch, directory); }});
  };
  add("disk_read", read_from_disk);
  add("disk_write", write_to_disk);
  add("disk_sync", sync_to_disk);
  add("page_fault", fault_from_disk);
}
