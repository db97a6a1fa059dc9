// Text of /proc as values; the text may be anything.
#include "target/proc_parse.h"

#include <doctest/doctest.h>

#include "target/text.h"

using namespace boundscope;

namespace {

std::string stat_with_comm(const std::string& comm) {
  return "17 (" + comm +
         ") R 3 17 17 0 -1 4194560 11 2 13 4 100 23 7 8 20 0 5 0 4242 1000 77 18446744073709551615 "
         "1";
}

}  // namespace

TEST_CASE("target: the fields of a process are read by their numbers") {
  const auto stat = parse_stat(stat_with_comm("nginx"));

  REQUIRE(stat);
  CHECK(stat->pid == 17);
  CHECK(stat->comm == "nginx");
  CHECK(stat->state == 'R');
  CHECK(stat->parent == 3);
  CHECK(stat->minor_faults == 11);
  CHECK(stat->major_faults == 13);
  CHECK(stat->cpu_ticks == 123);
  CHECK(stat->threads == 5);
  CHECK(stat->start_ticks == 4242);
  CHECK(stat->rss_pages == 77);
}

TEST_CASE("target: stat yields where code and stack of the program begin") {
  const auto stat =
      parse_stat("17 (x) R 3 17 17 0 -1 0 1 2 3 4 5 6 7 8 20 0 5 0 4 1000 7 99 4096 8192 65536");

  REQUIRE(stat);
  CHECK(stat->code_start == 4096);
  CHECK(stat->stack_start == 65536);
}

TEST_CASE("target: a comm that imitates the rest of the line does not shift the fields") {
  for (const std::string comm :
       {"a) R 1 (b", "(", ")", ") S 1 1 1", "two words", "new\nline", "", "\xff\x01"}) {
    const auto stat = parse_stat(stat_with_comm(comm));

    REQUIRE(stat);
    CHECK(stat->comm == comm);
    CHECK(stat->parent == 3);
  }
}

TEST_CASE("target: a cut or damaged stat line is no process") {
  const std::string whole = stat_with_comm("x");
  const auto rss_ends = whole.find(" 77 ") + 3;
  for (std::size_t size = 0; size < rss_ends - 1; ++size) CHECK(!parse_stat(whole.substr(0, size)));

  CHECK(!parse_stat("17 x R 1"));
  CHECK(!parse_stat(")17 ("));
  CHECK(!parse_stat("17 (x) RR 3 17 17 0 -1 0 1 2 3 4 5 6 7 8 20 0 5 0 4 1 7"));
  CHECK(!parse_stat("99999999999999 (x) R 3 17 17 0 -1 0 1 2 3 4 5 6 7 8 20 0 5 0 4 1 7"));
}

TEST_CASE("target: a process whose main thread has ended is no zombie while others run") {
  ProcStat stat;
  stat.state = 'Z';
  stat.threads = 4;
  CHECK_FALSE(stat.is_zombie());
  stat.threads = 1;
  CHECK(stat.is_zombie());
}

TEST_CASE("target: status yields owner, capabilities, affinity and pids of all namespaces") {
  const auto status = parse_status(
      "Name:\tx\nTgid:\t12\nUid:\t1\t33\t1\t1\nNSpid:\t12\t7\t1\nCapEff:\t000001ffffffffff\n"
      "Cpus_allowed_list:\t0-1,4\n");

  CHECK(status.process == 12);
  CHECK(status.uid == 33);
  CHECK(status.namespace_pids == std::vector<pid_t>{12, 7, 1});
  CHECK(status.effective_capabilities == 0x1ffffffffffull);
  CHECK(status.allowed_cpus == 3);
}

TEST_CASE("target: CPU lists are counted, and nonsense counts nothing") {
  CHECK(count_cpu_list("0") == 1);
  CHECK(count_cpu_list("0-3,8,10-11") == 7);
  for (const char* bad : {"", "3-1", "x", "0-4294967295", "0,,1", "-1"}) {
    CAPTURE(bad);
    CHECK(count_cpu_list(bad) == 0);
  }
}

TEST_CASE("target: cgroup lines keep colons and blanks of the path") {
  const auto entries =
      parse_cgroups("4:cpu,cpuacct:/a b:c\n1:name=systemd:/x\n0::/u\nbroken\n7:cpu\n");

  REQUIRE(entries.size() == 3);
  CHECK(entries[0].controllers == std::vector<std::string>{"cpu", "cpuacct"});
  CHECK(entries[0].path == "/a b:c");
  CHECK(entries[1].controllers == std::vector<std::string>{"name=systemd"});
  CHECK(entries[2].controllers.empty());
  CHECK(entries[2].path == "/u");
}

TEST_CASE("target: values are found by their whole key, with and without a colon") {
  const std::string text = "nr_throttled_x 1\nnr_throttled 23\nMemTotal:   42 kB\nbad x\n";

  CHECK(find_value(text, "nr_throttled") == 23);
  CHECK(find_value(text, "MemTotal") == 42);
  CHECK(!find_value(text, "bad"));
  CHECK(!find_value(text, "nr"));
}

TEST_CASE("target: schedstat and statm need all that is read from them") {
  CHECK(parse_schedstat("5 7 9\n")->run_queue_ns == 7);
  CHECK(!parse_schedstat("5\n"));
  CHECK(parse_statm("100 40 30 1 0 1 0\n")->shared_pages == 30);
  CHECK(!parse_statm("100 40"));
}

TEST_CASE("target: names from processes cannot drive a terminal") {
  CHECK(printable("a\x1b[2Jb\n\x7f") == "a?[2Jb??");
  CHECK(printable("caf\xc3\xa9") == "caf\xc3\xa9");
}
