// An HTTP service whose memory does what --mode says, with one thread per connection:
//   mapped    a request touches --pages random pages of --file, which is mapped
//   read      a request reads them with pread()
//   leak      a request keeps --bytes for ever
//   hold      a request computes (--work rounds)
// With --workers N it is a prefork server: a parent that holds --shared-mb and N processes that
// hold --private-mb each and serve. --hot-mb limits the pages of --file that are used. --mappings N
// makes that many mappings, of --mapped-mb together, of which --touched-mb get pages.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "common.h"
#include "compute.h"
#include "http.h"

using namespace boundscope::workload;

namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::int64_t kMiB = 1 << 20;

using Handler = std::function<void()>;

// Pages of the file that requests choose from.
struct Pages {
  int fd = -1;
  std::uint64_t count = 0;

  explicit Pages(const Arguments& arguments) {
    const std::string path = arguments.text("file", "");
    fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (fd < 0 || fstat(fd, &status) != 0) fail("open " + path);
    posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
    const std::int64_t hot = arguments.number("hot-mb", 0) * kMiB;
    const std::int64_t bytes = hot > 0 ? std::min(hot, status.st_size) : status.st_size;
    count = static_cast<std::uint64_t>(bytes) / kPageBytes;
  }

  static std::uint64_t random_below(std::uint64_t limit) {
    thread_local std::mt19937_64 random(std::random_device{}());
    return random() % limit;
  }
};

Handler mapped_handler(const Arguments& arguments) {
  const Pages pages(arguments);
  void* memory = mmap(nullptr, pages.count * kPageBytes, PROT_READ, MAP_SHARED, pages.fd, 0);
  if (memory == MAP_FAILED) fail("mmap");
  madvise(memory, pages.count * kPageBytes, MADV_RANDOM);
  const auto* bytes = static_cast<const volatile char*>(memory);
  return [bytes, pages, n = arguments.number("pages", 4)] {
    for (std::int64_t i = 0; i < n; ++i) {
      const std::uint64_t page = Pages::random_below(pages.count);
      if (bytes[page * kPageBytes] == 1) std::puts("one");
    }
  };
}

Handler read_handler(const Arguments& arguments) {
  const Pages pages(arguments);
  return [pages, n = arguments.number("pages", 4)] {
    char block[kPageBytes];
    for (std::int64_t i = 0; i < n; ++i) {
      const std::uint64_t page = Pages::random_below(pages.count);
      if (pread(pages.fd, block, kPageBytes, static_cast<off_t>(page * kPageBytes)) < 0)
        fail("pread");
    }
  };
}

// Memory that has pages.
char* touched(std::int64_t bytes) {
  auto* memory = static_cast<char*>(std::malloc(static_cast<std::size_t>(bytes)));
  if (memory == nullptr) fail("malloc");
  std::memset(memory, 7, static_cast<std::size_t>(bytes));
  return memory;
}

Handler leak_handler(const Arguments& arguments) {
  struct Kept {
    std::mutex mutex;
    std::vector<char*> blocks;
  };
  auto kept = std::make_shared<Kept>();
  return [kept, bytes = arguments.number("bytes", 16384), work = arguments.number("work", 5)] {
    if (compute(work, 1) == 0) std::puts("zero");
    char* block = touched(bytes);
    const std::lock_guard lock(kept->mutex);
    kept->blocks.push_back(block);
  };
}

Handler make_handler(const Arguments& arguments) {
  const std::string mode = arguments.text("mode", "hold");
  if (mode == "mapped") return mapped_handler(arguments);
  if (mode == "read") return read_handler(arguments);
  if (mode == "leak") return leak_handler(arguments);
  if (mode == "hold")
    return [work = arguments.number("work", 100)] {
      if (compute(work, 1) == 0) std::puts("zero");
    };
  std::fprintf(stderr, "unknown --mode %s\n", mode.c_str());
  std::exit(2);
}

// Neighbours with different rights are not merged.
void make_mappings(std::int64_t count, std::int64_t mapped_mb, std::int64_t touched_mb) {
  if (count == 0) return;
  const auto each = static_cast<std::size_t>(mapped_mb * kMiB / count) / kPageBytes * kPageBytes;
  const auto all = static_cast<std::size_t>(count) * each;
  auto* memory = static_cast<char*>(mmap(nullptr, all, PROT_READ | PROT_WRITE,
                                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  if (memory == MAP_FAILED || each == 0) fail("mmap");
  madvise(memory, all, MADV_NOHUGEPAGE);
  const auto touched_bytes = static_cast<std::size_t>(touched_mb * kMiB);
  for (std::size_t at = 0; at < std::min(all, touched_bytes); at += kPageBytes) memory[at] = 1;
  for (std::int64_t i = 0; i < count; i += 2)
    if (mprotect(memory + static_cast<std::size_t>(i) * each, each, PROT_READ) != 0)
      fail("mprotect");
}

void serve(UniqueFd connection, const Handler& handle) {
  const std::string response = make_response(64);
  std::string buffer;
  while (receive_request(connection.get(), buffer)) {
    handle();
    if (!send_all(connection.get(), response)) return;
  }
}

[[noreturn]] void serve_all(const UniqueFd& listener, const Handler& handle) {
  for (;;)
    if (UniqueFd connection = accept_connection(listener))
      std::thread([&handle, connection = std::move(connection)]() mutable {
        serve(std::move(connection), handle);
      }).detach();
}

void start_workers(const Arguments& arguments, const UniqueFd& listener, const Handler& handle) {
  const pid_t parent = getpid();
  for (std::int64_t i = arguments.number("workers", 0); i > 0; --i) {
    const pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid != 0) continue;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) std::exit(0);
    limit_lifetime(arguments);
    touched(arguments.number("private-mb", 1) * kMiB);
    serve_all(listener, handle);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  limit_lifetime(arguments);
  const Handler handle = make_handler(arguments);
  if (const std::int64_t shared = arguments.number("shared-mb", 0); shared > 0)
    touched(shared * kMiB);
  make_mappings(arguments.number("mappings", 0), arguments.number("mapped-mb", 0),
                arguments.number("touched-mb", 0));
  const UniqueFd listener = listen_on_loopback(arguments.number("port", 0));
  start_workers(arguments, listener, handle);
  announce_ready(listener);
  if (arguments.number("workers", 0) == 0) serve_all(listener, handle);
  for (;;) pause();
}
