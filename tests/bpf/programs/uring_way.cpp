// Waits for completions of io_uring, without its library.
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <array>
#include <atomic>

#include "ways.h"

namespace {

class Ring {
 public:
  // A kernel may refuse: then is_open() is false.
  Ring() : fd_(static_cast<int>(syscall(SYS_io_uring_setup, 4, &parameters_))) {
    if (!is_open()) return;
    submission_ = map<char>(parameters_.sq_off.array + parameters_.sq_entries * sizeof(unsigned),
                            IORING_OFF_SQ_RING);
    completion_ = map<char>(parameters_.cq_off.cqes + parameters_.cq_entries * sizeof(io_uring_cqe),
                            IORING_OFF_CQ_RING);
    entries_ = map<io_uring_sqe>(parameters_.sq_entries * sizeof(io_uring_sqe), IORING_OFF_SQES);
  }

  bool is_open() const { return fd_ >= 0; }

  void read_byte(int from, char& byte) {
    unsigned* tail = at<unsigned>(submission_, parameters_.sq_off.tail);
    const unsigned index = *tail & *at<unsigned>(submission_, parameters_.sq_off.ring_mask);
    entries_[index] = {};
    entries_[index].opcode = IORING_OP_READ;
    entries_[index].fd = from;
    entries_[index].addr = reinterpret_cast<__u64>(&byte);
    entries_[index].len = 1;
    at<unsigned>(submission_, parameters_.sq_off.array)[index] = index;
    std::atomic_ref(*tail).fetch_add(1, std::memory_order_release);
    if (syscall(SYS_io_uring_enter, fd_, 1, 1, IORING_ENTER_GETEVENTS, nullptr, 0) != 1)
      fail("io_uring_enter");
    std::atomic_ref(*at<unsigned>(completion_, parameters_.cq_off.head)).fetch_add(1);
  }

 private:
  template <class T>
  T* map(std::size_t bytes, off_t what) const {
    void* memory =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd_, what);
    if (memory == MAP_FAILED) fail("map a ring");
    return static_cast<T*>(memory);
  }
  template <class T>
  static T* at(char* ring, unsigned offset) {
    return reinterpret_cast<T*>(ring + offset);
  }

  io_uring_params parameters_{};
  int fd_;
  char* submission_ = nullptr;
  char* completion_ = nullptr;
  io_uring_sqe* entries_ = nullptr;
};

void wait_for_completion(Stopwatch& watch) {
  Ring ring;
  report("io_uring_works", ring.is_open());
  if (!ring.is_open()) return;
  std::array<int, 2> ends{};
  check(pipe(ends.data()), "pipe");
  char byte = 0;
  wait_and_be_woken(
      watch, [&] { ring.read_byte(ends[0], byte); },
      [&] {
        if (write(ends[1], "x", 1) != 1) fail("write");
      });
}

}  // namespace

void add_uring_way(std::vector<Way>& ways) { ways.push_back({"io_uring", wait_for_completion}); }
