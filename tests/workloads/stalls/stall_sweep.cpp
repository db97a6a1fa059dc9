// Loops whose time in caches and memory is known from their own clock.
//
//   stall_sweep chase|words|lines|sum|table|search|product KIB SECONDS
//
// chase follows pointers in random order, with some arithmetic at each; words computes with all
// words in their order, lines with one word of each cache line; sum does nothing but load and add.
// table looks words up in an order that it computes; search halves sorted words, with a branch that
// nobody predicts at each (a step is one of those); product multiplies two rows of numbers.
// Each first times itself on 16 KiB, which the nearest cache holds. Ends with a line: {"near_ns":
// .., "ns": .., "stall_share": ..}, the share of the time that it takes longer than there.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iterator>
#include <numeric>
#include <random>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t kNearKib = 16;

struct Line {
  Line* next = nullptr;
  std::uint64_t words[7] = {};
};
static_assert(sizeof(Line) == 64);

double cpu_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e9 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec);
}

std::vector<Line> make_lines(std::size_t kib) {
  std::vector<Line> lines(kib * 1024 / sizeof(Line));
  std::vector<std::uint32_t> order(lines.size());
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937_64(1));
  for (std::size_t i = 0; i < order.size(); ++i) {
    lines[order[i]].next = &lines[order[(i + 1) % order.size()]];
    lines[order[i]].words[0] = i;
  }
  return lines;
}

[[gnu::noinline]] Line* chase(Line* line, std::size_t steps, std::uint64_t& sum) {
  std::uint64_t value = sum;
  for (std::size_t i = 0; i < steps; ++i) {
    line = line->next;
    value = (value ^ line->words[0]) * 31 + 7;
  }
  sum = value;
  return line;
}

[[gnu::noinline]] void add_words(const std::uint64_t* words, std::size_t count,
                                 std::uint64_t& sum) {
  std::uint64_t value = sum;
  for (std::size_t i = 0; i < count; ++i) value = value * 3 + words[i];
  sum = value;
}

[[gnu::noinline]] void add_lines(const std::uint64_t* words, std::size_t count,
                                 std::uint64_t& sum) {
  std::uint64_t value = sum;
  for (std::size_t i = 0; i < count; i += 8) value = value * 3 + words[i];
  sum = value;
}

[[gnu::noinline]] void add_up(const std::uint64_t* words, std::size_t count, std::uint64_t& sum) {
  std::uint64_t value = sum;
  for (std::size_t i = 0; i < count; ++i) {
    value += words[i];
    asm volatile("" : "+r"(value));  // word by word
  }
  sum = value;
}

[[gnu::noinline]] void look_up(const std::uint64_t* words, std::size_t count, std::size_t times,
                               std::uint64_t& sum) {
  std::uint64_t value = sum | 1;
  for (std::size_t i = 0; i < times; ++i) {
    value ^= value << 13;
    value ^= value >> 7;
    value ^= value << 17;
    value += words[value & (count - 1)];
  }
  sum = value;
}

// Looks for numbers below twice the count; the words are their own indices times two.
[[gnu::noinline]] double search(const std::uint64_t* words, std::size_t count, std::size_t times,
                                std::uint64_t& sum) {
  double steps = 0;
  for (std::size_t i = 0; i < times; ++i) {
    sum = sum * 6364136223846793005 + 1442695040888963407;
    const std::uint64_t wanted = (sum >> 32) & (2 * count - 1);
    std::size_t low = 0, high = count;
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (words[middle] < wanted)
        low = middle + 1;
      else
        high = middle;
    }
    steps += std::log2(static_cast<double>(count));
    sum += low;
  }
  return steps;
}

[[gnu::noinline]] void multiply(const std::uint64_t* words, std::size_t count, std::uint64_t& sum) {
  const auto* first = reinterpret_cast<const double*>(words);
  const double* second = first + count;
  double value = 0;
  for (std::size_t i = 0; i < count; ++i) value += first[i] * second[i];
  sum += value > 1 ? 1 : 0;
}

// Nanoseconds a step.
double run(std::string_view mode, std::size_t kib, double seconds, std::uint64_t& sum) {
  std::vector<Line> lines = make_lines(kib);
  auto* words = reinterpret_cast<std::uint64_t*>(lines.data());
  const std::size_t count = lines.size() * 8;
  if (mode == "search")
    for (std::size_t i = 0; i < count; ++i) words[i] = 2 * i;
  if (mode == "product") std::fill(words, words + count, 0);
  const std::size_t repeat = std::max<std::size_t>(1, 4096 / kib);
  Line* at = lines.data();
  double steps = 0;
  const double began = cpu_ns();
  while (cpu_ns() - began < 1e9 * seconds) {
    for (std::size_t i = 0; i < repeat; ++i) {
      if (mode == "chase") {
        at = chase(at, 4096, sum);
        steps += 4096;
      } else if (mode == "words") {
        add_words(words, count, sum);
        steps += static_cast<double>(count);
      } else if (mode == "table") {
        look_up(words, count, 4096, sum);
        steps += 4096;
      } else if (mode == "search") {
        steps += search(words, count, 256, sum);
      } else if (mode == "product") {
        multiply(words, count / 2, sum);
        steps += static_cast<double>(count) / 2;
      } else if (mode == "sum") {
        add_up(words, count, sum);
        steps += static_cast<double>(count);
      } else {
        add_lines(words, count, sum);
        steps += static_cast<double>(lines.size());
      }
    }
  }
  return (cpu_ns() - began) / steps;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view mode = count == 4 ? arguments[1] : "";
  const std::size_t kib = count == 4 ? std::strtoul(arguments[2], nullptr, 10) : 0;
  constexpr std::string_view kModes[] = {"chase", "words",  "lines",  "sum",
                                         "table", "search", "product"};
  // A power of two: table and search take parts of numbers.
  if (std::ranges::find(kModes, mode) == std::end(kModes) || !std::has_single_bit(kib)) {
    std::fprintf(stderr,
                 "usage: stall_sweep chase|words|lines|sum|table|search|product KIB SECONDS\n"
                 "KIB is a power of two\n");
    return 2;
  }
  std::uint64_t sum = 1;
  run(mode, kNearKib, 0.2, sum);
  const double near_ns = run(mode, kNearKib, 0.8, sum);
  const double ns = run(mode, kib, std::strtod(arguments[3], nullptr), sum);
  std::printf("{\"near_ns\": %.4f, \"ns\": %.4f, \"stall_share\": %.4f, \"sum\": %llu}\n", near_ns,
              ns, std::max(0.0, 1 - near_ns / ns), static_cast<unsigned long long>(sum));
  return 0;
}
