// What memory is made of: smaps as text, and the reader on made-up and real processes.
#include "target/footprint.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "support/proc_tree.h"

using namespace boundscope;
using boundscope::test::ProcTree;
using namespace std::chrono_literals;

namespace {

std::string mapping(const std::string& head, std::uint64_t rss, std::uint64_t pss,
                    std::uint64_t unshared, std::uint64_t huge = 0) {
  const auto line = [](const char* key, std::uint64_t kilobytes) {
    return std::string(key) + ":   " + std::to_string(kilobytes) + " kB\n";
  };
  return head + "\n" + line("Size", 999999) + line("Rss", rss) + line("Pss", pss) +
         line("Pss_Dirty", 1) + line("Shared_Clean", rss - unshared) + line("Shared_Dirty", 0) +
         line("Private_Clean", 0) + line("Private_Dirty", unshared) + line("AnonHugePages", huge) +
         line("Swap", 2) + line("SwapPss", 1) + "THPeligible:           0\nVmFlags: rd wr mr\n";
}

const std::string kService =
    mapping("00400000-00500000 r--p 00000000 fe:00 11  /usr/bin/service", 100, 50, 0) +
    mapping("00500000-00600000 r-xp 00100000 fe:00 11  /usr/bin/service", 200, 100, 0) +
    mapping("00700000-00800000 rw-p 00000000 00:00 0  [heap]", 400, 400, 400, 128) +
    mapping("7f0000000000-7f0000001000 ---p 00000000 00:00 0 ", 0, 0, 0) +
    mapping("7f0000001000-7f0000801000 rw-p 00000000 00:00 0 ", 24, 24, 24) +
    mapping("7f0000801000-7f0000901000 rw-s 00000000 fe:00 12  /var/lib/data file", 1000, 500, 0) +
    mapping("7f0001000000-7f0001100000 rw-s 00000000 00:01 5  /dev/shm/x (deleted)", 64, 32, 0) +
    mapping("7f0002000000-7f0002100000 rwxp 00000000 00:00 0 ", 48, 48, 48) +
    mapping("7ffd00000000-7ffd00100000 rw-p 00000000 00:00 0  [stack]", 8, 8, 8);

std::string rollup(std::uint64_t rss, std::uint64_t pss) {
  return mapping("00400000-7ffd00100000 ---p 00000000 00:00 0   [rollup]", rss, pss, 10);
}

void resident(const ProcTree& tree, pid_t pid, std::uint64_t kilobytes) {
  const std::string at = "proc/" + std::to_string(pid) + "/";
  tree.files.write(at + "status", "Name:\tservice\nRssAnon:\t" + std::to_string(kilobytes) +
                                      " kB\nRssFile:\t0 kB\nRssShmem:\t0 kB\nVmSwap:\t0 kB\n");
}

}  // namespace

TEST_CASE("footprint: every mapping counts once, by what it is") {
  const MemoryTotals totals = parse_smaps(kService);

  CHECK(totals.source == "smaps");
  CHECK(totals.mappings == 9);
  CHECK(totals.rss_bytes == 1844 * 1024);
  CHECK(totals.pss_bytes == 1162 * 1024);
  CHECK(totals.private_bytes == 480 * 1024);
  CHECK(totals.swap_bytes == 18 * 1024);
  CHECK(totals.huge_bytes == 128 * 1024);
  CHECK(totals.anonymous_bytes == 400 * 1024);
  CHECK(totals.stack_bytes == 32 * 1024);
  CHECK(totals.code_bytes == (150 + 48) * 1024);
  CHECK(totals.file_bytes == 500 * 1024);
  CHECK(totals.shmem_bytes == 32 * 1024);
}

TEST_CASE("footprint: what lies above a guard is a stack only if it looks like one") {
  const auto stack_of = [](const std::string& guard, const std::string& above) {
    return parse_smaps(mapping(guard, 0, 0, 0) + mapping(above, 4, 4, 4)).stack_bytes;
  };
  const std::string guard = "7f0000000000-7f0000001000 ---p 00000000 00:00 0 ";

  CHECK(stack_of(guard, "7f0000001000-7f0000801000 rw-p 00000000 00:00 0 ") == 4096);
  CHECK(stack_of(guard, "7f0000001000-7f0000801000 rw-p 00000000 00:00 0  [anon:stack 1]") == 4096);
  // Not adjacent; an arena behind the unused rest of another one; a library's data; too large.
  CHECK(stack_of(guard, "7f0000002000-7f0000801000 rw-p 00000000 00:00 0 ") == 0);
  CHECK(stack_of("7f0000000000-7f0001000000 ---p 00000000 00:00 0 ",
                 "7f0001000000-7f0001021000 rw-p 00000000 00:00 0 ") == 0);
  CHECK(stack_of(guard, "7f0000001000-7f0000801000 rw-p 00000000 fe:00 9  /lib/x.so") == 0);
  CHECK(stack_of(guard, "7f0000001000-7f1000801000 rw-p 00000000 00:00 0 ") == 0);
}

TEST_CASE("footprint: text that is no smaps has no values") {
  for (const char* text : {"", "\n\n", "Rss: 5 kB\n", "garbage\nRss: x kB\n", "9-1 rw-p 0 0 0\n"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(parse_smaps(text).rss_bytes.has_value());
    CHECK_FALSE(parse_smaps_rollup(text).rss_bytes.has_value());
  }
  const MemoryTotals huge = parse_smaps(
      "00400000-00500000 r--p 00000000 fe:00 11 /x\nRss: 99999999999999999999 kB\nPss: 4 kB\n");
  CHECK(huge.rss_bytes == 0);
  CHECK(huge.pss_bytes == 4096);
}

TEST_CASE("footprint: a large process is not walked, and that is said") {
  ProcTree tree;
  tree.process({.pid = 7});
  tree.files.write("proc/7/smaps_rollup", rollup(1000, 900));
  tree.files.write("proc/7/maps", "");
  tree.files.write("proc/7/smaps", kService);
  resident(tree, 7, 20u << 20);  // 20 GiB
  const pid_t pids[] = {7};

  const auto rows = FootprintReader(tree.roots()).read(pids, 30ms);

  REQUIRE(rows.size() == 1);
  CHECK(rows[0].pid == 7);
  CHECK(rows[0].source == "statm");
  CHECK(rows[0].rss_bytes == std::uint64_t{20} << 30);
  CHECK_FALSE(rows[0].pss_bytes.has_value());
  CHECK(rows[0].missing.find("20.0 GiB would take 120 ms") != std::string::npos);
}

TEST_CASE("footprint: with many mappings only the sums are read") {
  ProcTree tree;
  tree.process({.pid = 7});
  resident(tree, 7, 1000);
  std::string maps;
  for (int i = 0; i < 1001; ++i) maps += "1-2 rw-p 0 0:0 0\n";
  tree.files.write("proc/7/maps", maps);
  tree.files.write("proc/7/smaps", kService);
  tree.files.write("proc/7/smaps_rollup", rollup(1000, 900));
  const pid_t pids[] = {7};

  const auto rows = FootprintReader(tree.roots()).read(pids, 30ms);

  REQUIRE(rows.size() == 1);
  CHECK(rows[0].source == "smaps_rollup");
  CHECK(rows[0].pss_bytes == 900 * 1024);
  CHECK_FALSE(rows[0].stack_bytes.has_value());
  CHECK_FALSE(rows[0].missing.empty());
}

TEST_CASE("footprint: files that cannot be read leave the size and the reason") {
  ProcTree tree;
  tree.process({.pid = 7});
  tree.process({.pid = 8});
  resident(tree, 7, 1000);
  resident(tree, 8, 3000);
  const pid_t pids[] = {7, 8, 9};

  const auto rows = FootprintReader(tree.roots()).read(pids, 30ms);

  REQUIRE(rows.size() == 2);
  CHECK(rows[0].pid == 8);  // the largest first
  CHECK(rows[1].rss_bytes == 1000 * 1024);
  CHECK(rows[1].missing.find("cannot be read") != std::string::npos);
}

TEST_CASE("footprint: our own process adds up on the real /proc") {
  const pid_t pids[] = {::getpid()};

  const auto rows = FootprintReader().read(pids, 1s);

  REQUIRE(rows.size() == 1);
  const MemoryTotals& own = rows[0];
  REQUIRE(own.source == "smaps");
  CHECK(*own.pss_bytes > 0);
  CHECK(*own.pss_bytes <= *own.rss_bytes);
  CHECK(*own.private_bytes + *own.shared_bytes == *own.rss_bytes);
  CHECK(*own.stack_bytes > 0);
  CHECK(*own.code_bytes > 0);
  CHECK(*own.anonymous_bytes + *own.stack_bytes + *own.code_bytes + *own.file_bytes +
            *own.shmem_bytes ==
        *own.pss_bytes);
}
