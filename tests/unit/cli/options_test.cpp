#include "cli/options.h"

#include <doctest/doctest.h>

using namespace boundscope;

namespace {

Options parsed(const std::vector<std::string>& arguments) {
  const Result<Request> request = parse_options(arguments);
  REQUIRE_MESSAGE(request, (request ? "" : request.error().message));
  REQUIRE(std::holds_alternative<Options>(*request));
  return std::get<Options>(*request);
}

Error refused(const std::vector<std::string>& arguments) {
  const Result<Request> request = parse_options(arguments);
  REQUIRE_FALSE(request);
  CHECK(request.error().kind == ErrorKind::usage);
  CHECK_FALSE(request.error().hint.empty());
  return request.error();
}

std::string printed(const std::vector<std::string>& arguments) {
  const Result<Request> request = parse_options(arguments);
  REQUIRE(request);
  REQUIRE(std::holds_alternative<Printout>(*request));
  return std::get<Printout>(*request).text;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("options: what is not given has its default") {
  const Options options = parsed({"attach", "-p", "17"});

  CHECK(options.command == Command::attach);
  CHECK(options.target.pids == std::vector<pid_t>{17});
  CHECK(options.duration_s == 30);
  CHECK(options.frequency_hz == 99);
  CHECK(options.budget_share == doctest::Approx(0.01));
  CHECK(options.format == Format::text);
  CHECK(options.output.empty());
  CHECK(options.backend == Backend::bpf);
}

TEST_CASE("options: every option arrives") {
  const Options options = parsed({"attach", "--port", "8080", "-d", "2.5", "-F49", "--budget=0.5",
                                  "-o", "x.rec", "--format", "json", "-v", "--backend", "procfs"});

  CHECK(options.target.port == 8080);
  CHECK(options.duration_s == 2.5);
  CHECK(options.frequency_hz == 49);
  CHECK(options.budget_share == doctest::Approx(0.005));
  CHECK(options.output == "x.rec");
  CHECK(options.format == Format::json);
  CHECK(options.verbose);
  CHECK(options.backend == Backend::procfs);
}

TEST_CASE("options: each kind of backend") {
  CHECK(parsed({"attach", "-p", "1", "--backend", "bpf"}).backend == Backend::bpf);
  CHECK(parsed({"attach", "-p", "1", "--backend", "kprobes"}).backend == Backend::kprobes);
  CHECK(contains(refused({"attach", "-p", "1", "--backend", "ebpf"}).hint, "kprobes"));
}

TEST_CASE("options: each kind of target") {
  CHECK(parsed({"attach", "-p", "18,17,18"}).target.pids == std::vector<pid_t>{18, 17});
  CHECK(parsed({"attach", "--unit", "nginx"}).target.unit == "nginx");
  CHECK(parsed({"attach", "--cgroup", "/a b"}).target.cgroup == "/a b");
  CHECK(parsed({"attach", "--comm", "redis-server"}).target.comm == "redis-server");
  CHECK(parsed({"attach", "--container", "4f0c"}).container == "4f0c");
}

TEST_CASE("options: all that follows -- is the command, whatever it looks like") {
  const Options options = parsed({"attach", "-d", "5", "--", "./batch", "-d", "nan", "--", "-h"});

  CHECK(options.duration_s == 5);
  CHECK(options.target.command == std::vector<std::string>{"./batch", "-d", "nan", "--", "-h"});
}

TEST_CASE("options: exactly one target") {
  CHECK(contains(refused({"attach"}).message, "no target"));
  CHECK(contains(refused({"attach", "-p", "1", "--port", "2"}).message, "--pid and --port"));
  CHECK(contains(refused({"attach", "-p", "1", "--", "ls"}).message, "two targets"));
  CHECK(contains(refused({"attach", "--"}).message, "no command"));
}

TEST_CASE("options: absurd values are refused") {
  for (const char* duration : {"0", "-1", "0.5", "1e9", "nan", "inf", "30s", "", " 5", "0x10"})
    CHECK(contains(refused({"attach", "-p", "1", "--duration=" + std::string(duration)}).message,
                   "uration"));
  for (const char* frequency : {"0", "-99", "100000", "x"})
    CHECK(contains(refused({"attach", "-p", "1", "-F", frequency}).message, "--frequency"));
  for (const char* budget : {"0", "-1", "101", "nan"})
    CHECK(contains(refused({"attach", "-p", "1", "--budget", budget}).message, "--budget"));
  for (const char* pid : {"0", "-4", "1,", ",1", "1,,2", "x", "99999999999"})
    CHECK(contains(refused({"attach", "-p", pid}).message, "--pid"));
  for (const char* port : {"0", "65536", "http"})
    CHECK(contains(refused({"attach", "--port", port}).message, "--port"));
  CHECK(contains(refused({"report", "f", "--format", "xml"}).message, "--format"));
}

TEST_CASE("options: a budget of 100 percent is no limit") {
  CHECK(parsed({"attach", "-p", "1", "--budget", "100"}).budget_share == 1);
}

TEST_CASE("options: a name longer than the kernel keeps is refused with the name to use") {
  CHECK(contains(refused({"attach", "--comm", "containerd-shim-runc"}).hint, "'containerd-shim'"));
}

TEST_CASE("options: record needs a file, and stdout is one") {
  CHECK(contains(refused({"record", "-p", "1"}).message, "file"));
  CHECK(parsed({"record", "-p", "1", "-o", "-"}).output == "-");
  CHECK(contains(refused({"attach", "-p", "1", "-o", "-"}).message, "stdout"));
}

TEST_CASE("options: report takes one file and no target") {
  CHECK(parsed({"report", "x.rec"}).input == "x.rec");
  CHECK(parsed({"report", "-"}).input == "-");
  CHECK(contains(refused({"report"}).message, "recording"));
  refused({"report", "a", "b"});
  refused({"report", "a", "-p", "1"});
  refused({"report", "a", "--", "ls"});
}

TEST_CASE("options: a slip of the finger gets a suggestion") {
  CHECK(contains(refused({"atach", "-p", "1"}).hint, "'attach'"));
  CHECK(contains(refused({"attach", "--durtion", "3", "-p", "1"}).hint, "'--duration'"));
  CHECK_FALSE(contains(refused({"frobnicate"}).hint, "did you mean"));
}

TEST_CASE("options: options are not guessed from their beginnings, nor given twice") {
  refused({"attach", "-p", "1", "--dur", "3"});
  CHECK(contains(refused({"attach", "-p", "1", "-d", "3", "-d", "4"}).message, "twice"));
}

TEST_CASE("options: a target before the command is explained") {
  CHECK(contains(refused({"-p", "17"}).hint, "boundscope attach -p"));
  refused({});
}

TEST_CASE("options: help is printed wherever it is asked for, and fits the screen") {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"-h"},
                                                    {"help"},
                                                    {"attach", "-h"},
                                                    {"record", "--help"},
                                                    {"report", "-h"},
                                                    {"doctor", "-h"},
                                                    {"help", "attach"}}) {
    const std::string text = printed(arguments);

    CHECK(contains(text, "EXAMPLES"));
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = text.find('\n', begin);
      CHECK(end - begin <= 80);
      begin = end + 1;
    }
  }
}

TEST_CASE("options: the version is printed") {
  CHECK(contains(printed({"-V"}), BOUNDSCOPE_VERSION));
  CHECK(printed({"--version"}) == printed({"-V"}));
}
