// An HTTP service with one thread per connection. --mode says what a request costs:
//   compute   --work rounds of computation
//   mutex     --work rounds alone, then --locked-work rounds under one mutex
//   read      one pread of 4 KiB past the page cache at a random place of --file
//   sync      append 4 KiB to --file and fsync
//   longpoll  no answer until the process ends
// --parked N adds N threads that wait for a condition that never comes.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <thread>

#include "common.h"
#include "compute.h"
#include "http.h"

using namespace boundscope::workload;

namespace {

constexpr std::size_t kBlockBytes = 4096;

using Handler = std::function<void()>;

class Gate {  // opens never: where surplus threads of a pool wait
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [] { return false; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
};

Handler compute_handler(std::int64_t work) {
  return [work] {
    if (compute(work, 1) == 0) std::puts("zero");
  };
}

Handler mutex_handler(std::int64_t work, std::int64_t locked_work) {
  auto mutex = std::make_shared<std::mutex>();
  auto shared = std::make_shared<std::uint64_t>(1);
  return [=] {
    const std::uint64_t mine = compute(work, 1);
    const std::lock_guard lock(*mutex);
    *shared = compute(locked_work, *shared ^ mine);
  };
}

struct AlignedBlock {
  alignas(kBlockBytes) char bytes[kBlockBytes] = {};
};

Handler read_handler(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC);
  struct stat status {};
  if (fd < 0 || fstat(fd, &status) != 0) fail("open " + path);
  const std::int64_t blocks = status.st_size / static_cast<std::int64_t>(kBlockBytes);
  return [fd, blocks] {
    thread_local std::minstd_rand random(std::random_device{}());
    thread_local AlignedBlock block;
    const off_t offset = static_cast<off_t>(random() % static_cast<std::uint64_t>(blocks)) *
                         static_cast<off_t>(kBlockBytes);
    if (pread(fd, block.bytes, kBlockBytes, offset) < 0) fail("pread");
  };
}

Handler sync_handler(const std::string& path) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) fail("open " + path);
  return [fd] {
    const AlignedBlock block;
    if (write(fd, block.bytes, kBlockBytes) < 0 || fsync(fd) != 0) fail("write");
  };
}

Handler make_handler(const Arguments& arguments) {
  const std::string mode = arguments.text("mode", "compute");
  if (mode == "compute") return compute_handler(arguments.number("work", 100));
  if (mode == "mutex")
    return mutex_handler(arguments.number("work", 5), arguments.number("locked-work", 100));
  if (mode == "read") return read_handler(arguments.text("file", ""));
  if (mode == "sync") return sync_handler(arguments.text("file", ""));
  if (mode == "longpoll") return [] { Gate().wait(); };
  std::fprintf(stderr, "unknown --mode %s\n", mode.c_str());
  std::exit(2);
}

void serve(UniqueFd connection, const Handler& handle) {
  const std::string response = make_response(64);
  std::string buffer;
  while (receive_request(connection.get(), buffer)) {
    handle();
    if (!send_all(connection.get(), response)) return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  limit_lifetime(arguments);
  const Handler handle = make_handler(arguments);
  Gate gate;
  for (std::int64_t i = arguments.number("parked", 0); i > 0; --i)
    std::thread([&gate] { gate.wait(); }).detach();

  const UniqueFd listener = listen_on_loopback(arguments.number("port", 0));
  announce_ready(listener);
  for (;;)
    if (UniqueFd connection = accept_connection(listener))
      std::thread([&handle, connection = std::move(connection)]() mutable {
        serve(std::move(connection), handle);
      }).detach();
}
