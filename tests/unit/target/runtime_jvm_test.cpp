// What a JVM publishes about itself, read as hostile data, and what is known without it.
#include "target/runtime_jvm.h"

#include <doctest/doctest.h>

#include <cstdint>

#include "support/proc_tree.h"

using namespace boundscope;
using namespace boundscope::test;
using namespace std::string_literals;

namespace {

std::string word(std::uint32_t value, bool little) {
  std::string bytes(4, '\0');
  for (int i = 0; i < 4; ++i) {
    bytes[little ? i : 3 - i] = static_cast<char>(value >> (8 * i) & 0xff);
  }
  return bytes;
}

std::string string_entry(const std::string& name, const std::string& value, bool little) {
  const auto data_at = static_cast<std::uint32_t>(20 + name.size() + 1);
  const auto size = data_at + static_cast<std::uint32_t>(value.size()) + 1;
  return word(size, little) + word(20, little) +
         word(static_cast<std::uint32_t>(value.size()) + 1, little) + "B\0\5\1"s +
         word(data_at, little) + name + '\0' + value + '\0';
}

// A number, which has no elements.
std::string number_entry(bool little) {
  return word(32, little) + word(20, little) + word(0, little) + "J\0\2\3"s + word(24, little) +
         "abc\0"s + std::string(8, '\x11');
}

struct Counter {
  const char* name;
  const char* value;
};
std::string hsperfdata(const std::vector<Counter>& counters, bool little = true) {
  std::string entries = number_entry(little);
  for (const auto& [name, value] : counters) entries += string_entry(name, value, little);
  return "\xca\xfe\xc0\xc0"s + (little ? '\1' : '\0') + "\2\0\1"s + std::string(16, '\0') +
         word(32, little) + word(static_cast<std::uint32_t>(counters.size()) + 1, little) + entries;
}

const std::vector<Counter> kCounters = {{"java.property.java.version", "21.0.4"},
                                        {"java.property.java.vm.vendor", "Eclipse Adoptium"},
                                        {"sun.gc.policy.name", "Copy:MSC"}};

constexpr const char* kLibjvm = "/opt/jdk/lib/server/libjvm.so";

// A process with a JVM from /opt/jdk of its container.
struct JvmProcess {
  explicit JvmProcess(const std::string& more_maps = "") {
    tree.process({.pid = 7});
    maps = "1000-2000 r-xp 0 00:00 1 "s + kLibjvm + "\n" + more_maps;
  }
  void release(const std::string& text) { tree.files.write("proc/7/root/opt/jdk/release", text); }
  JvmDetails details() const {
    const ProcFs proc(tree.roots().proc);
    return jvm_details(proc, 7, ProcessRoot(proc.path(7, "root")), maps, kLibjvm);
  }

  ProcTree tree;
  std::string maps;
};

}  // namespace

TEST_CASE("runtime jvm: counters are read in either byte order") {
  for (const bool little : {true, false}) {
    const auto strings = parse_hsperfdata(hsperfdata(kCounters, little));
    REQUIRE(strings);
    const JvmDetails details = jvm_details_of(*strings);
    CHECK(details.version == "21.0.4");
    CHECK(details.vendor == "Eclipse Adoptium");
    CHECK(details.collector == "serial");
  }
}

TEST_CASE("runtime jvm: every collector is known by its counters") {
  struct {
    const char* counter;
    const char* name;
    const char* collector;
  } const cases[] = {{"sun.gc.policy.name", "GarbageFirst", "g1"},
                     {"sun.gc.policy.name", "ParScav:MSC", "parallel"},
                     {"sun.gc.policy.name", "ParNew:CMS", "cms"},
                     {"sun.gc.collector.0.name", "PSScavenge", "parallel"},
                     {"sun.gc.collector.2.name", "Z concurrent cycle pauses", "z"},
                     {"sun.gc.collector.0.name", "Shenandoah partial", "shenandoah"},
                     {"java.rt.vmArgs", "-XX:+UseEpsilonGC -Xmx64m", "epsilon"},
                     {"java.rt.vmArgs", "-Xmx64m", ""}};
  for (const auto& expected : cases) {
    CAPTURE(expected.name);
    CHECK(jvm_details_of({{expected.counter, expected.name}}).collector == expected.collector);
  }
}

TEST_CASE("runtime jvm: of contradicting options the last one counts") {
  CHECK(collector_of_options("java\0-XX:+UseG1GC\0-XX:+UseZGC\0-jar\0x.jar\0"s) == "z");
  CHECK(collector_of_options("-XX:+UseZGC -XX:+UseG1GC") == "g1");
  CHECK(collector_of_options("java -jar x.jar") == "");
}

TEST_CASE("runtime jvm: files that are something else are refused") {
  const std::string whole = hsperfdata(kCounters);
  std::string version_1 = whole;
  version_1[5] = 1;
  std::string odd_order = whole;
  odd_order[4] = 2;

  CHECK(!parse_hsperfdata(""));
  CHECK(!parse_hsperfdata(std::string(64, 'x')));
  CHECK(!parse_hsperfdata(version_1));
  CHECK(!parse_hsperfdata(odd_order));
}

TEST_CASE("runtime jvm: a file that is cut anywhere yields what is whole") {
  const std::string whole = hsperfdata(kCounters);
  for (std::size_t size = 32; size < whole.size(); ++size) {
    const auto strings = parse_hsperfdata(whole.substr(0, size));
    REQUIRE(strings);
    CHECK(strings->size() < kCounters.size());
  }
}

TEST_CASE("runtime jvm: absurd lengths and offsets are survived") {
  const std::string whole = hsperfdata(kCounters);
  for (std::size_t at = 4; at < whole.size(); ++at) {
    for (const char value : {'\xff', '\x7f', '\0', '\1'}) {
      std::string damaged = whole;
      damaged[at] = value;
      const auto strings = parse_hsperfdata(damaged);
      if (!strings) continue;
      for (const auto& [name, text] : *strings) CHECK(text.size() <= whole.size());
    }
  }
}

TEST_CASE("runtime jvm: entries that point back to themselves end") {
  std::string cyclic = hsperfdata(kCounters);
  cyclic.replace(28, 4, "\xff\xff\xff\xff");    // the number of entries
  cyclic.replace(32, 4, std::string(4, '\0'));  // the length of the first

  REQUIRE(parse_hsperfdata(cyclic));
  CHECK(parse_hsperfdata(cyclic)->empty());
}

TEST_CASE("runtime jvm: the counters that a process has mapped win over everything else") {
  JvmProcess process("3000-4000 rw-s 0 00:00 2 /tmp/hsperfdata_app/7\n");
  process.tree.files.write("proc/7/root/tmp/hsperfdata_app/7", hsperfdata(kCounters));
  process.tree.files.write("proc/7/status",
                           "Tgid:\t7\nUid:\t0\t" + std::to_string(::geteuid()) + "\t0\t0\n");
  process.release("IMPLEMENTOR=\"Somebody\"\nJAVA_VERSION=\"11\"\n");

  CHECK(process.details().version == "21.0.4");
  CHECK(process.details().vendor == "Eclipse Adoptium");
}

TEST_CASE("runtime jvm: counters that another user has put there do not count") {
  JvmProcess process("3000-4000 rw-s 0 00:00 2 /tmp/hsperfdata_app/7\n");
  process.tree.files.write("proc/7/root/tmp/hsperfdata_app/7", hsperfdata(kCounters));
  process.tree.files.write("proc/7/status",
                           "Tgid:\t7\nUid:\t0\t" + std::to_string(::geteuid() + 1) + "\t0\t0\n");

  CHECK(process.details().version == "");
}

TEST_CASE("runtime jvm: counters behind a link that leads out of the container are not read") {
  JvmProcess process("3000-4000 rw-s 0 00:00 2 /tmp/hsperfdata_app/7\n");
  process.tree.files.write("outside", hsperfdata(kCounters));
  process.tree.files.link("proc/7/root/tmp/hsperfdata_app/7", "../../../../../outside");
  process.tree.files.write("proc/7/status",
                           "Tgid:\t7\nUid:\t0\t" + std::to_string(::geteuid()) + "\t0\t0\n");

  CHECK(process.details().version == "");
}

TEST_CASE("runtime jvm: without counters the installation and the command line tell") {
  JvmProcess process;
  process.release("IMPLEMENTOR=\"Debian\"\nJAVA_VERSION=\"17.0.15\"\n");
  process.tree.files.write("proc/7/cmdline", "java\0-XX:+UseParallelGC\0-jar\0x.jar\0"s);
  process.tree.files.write("proc/7/environ", "SECRET=x\0JAVA_TOOL_OPTIONS=-XX:+UseZGC\0"s);

  CHECK(process.details().version == "17.0.15");
  CHECK(process.details().vendor == "Debian");
  CHECK(process.details().collector == "parallel");
}

TEST_CASE("runtime jvm: an unknown collector stays unknown") {
  JvmProcess process;
  process.tree.files.write("proc/7/cmdline", "java\0-jar\0x.jar\0"s);

  CHECK(process.details().collector == "");
  CHECK(process.details().vendor == "");
}

TEST_CASE("runtime jvm: the installation is the folder above lib or jre") {
  CHECK(java_home("/opt/jdk-21/lib/server/libjvm.so") == "/opt/jdk-21");
  CHECK(java_home("/opt/jdk8/jre/lib/amd64/server/libjvm.so") == "/opt/jdk8/jre");
  CHECK(java_home("libjvm.so") == "");
}
