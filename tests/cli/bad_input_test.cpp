// Bad input: a clear message with what to do, the right exit status, nothing on stdout.
#include <doctest/doctest.h>

#include "cli/run_program.h"

using namespace boundscope;

namespace {

const std::string kGood = BOUNDSCOPE_GOLDEN "/io_upstream/recording.jsonl";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The message of a run that must fail.
std::string failure(const std::string& arguments, int status) {
  const Run run = run_boundscope(arguments);
  CHECK_MESSAGE(run.status == status, arguments);
  CHECK(run.out.empty());
  CHECK(run.err.starts_with("boundscope: "));
  return run.err;
}

}  // namespace

TEST_CASE("cli: an answer ends with status 0 and leaves stderr empty") {
  const Run run = run_boundscope("report " + kGood);

  CHECK(run.status == 0);
  CHECK(run.err.empty());
  CHECK(contains(run.out, "Where a request's time goes"));
}

TEST_CASE("cli: no colours and no progress in a pipe") {
  CHECK_FALSE(contains(run_boundscope("report -v " + kGood).out, "\x1b"));
}

TEST_CASE("cli: a recording is read from stdin") {
  CHECK(run_boundscope("report - < " + kGood).out == run_boundscope("report " + kGood).out);
}

TEST_CASE("cli: json ends with status 0 and is one object") {
  const Run run = run_boundscope("report --format json " + kGood);

  CHECK(run.status == 0);
  CHECK(run.out.starts_with("{\n"));
  CHECK(run.out.ends_with("}\n"));
}

TEST_CASE("cli: languages are asked about by any of their names") {
  const Run run = run_boundscope("report --format json --to Golang,cpp " + kGood);

  CHECK(run.status == 0);
  CHECK(contains(run.out, "\"language\": \"c++\""));
  CHECK(contains(failure("report --to cobol " + kGood, 2), "nothing is known about a rewrite in"));
  CHECK(contains(failure("report --to rsut " + kGood, 2), "did you mean 'rust'"));
  CHECK(contains(failure("report --to go,,rust " + kGood, 2), "--to does not take"));
  CHECK(contains(failure("report --to go --format folded " + kGood, 2), "belong to the answer"));
}

TEST_CASE("cli: damaged priors are refused with their line, good ones are named in the answer") {
  const ScratchFolder folder;
  const std::string cell = "code\tgo\trust\t1\t2\t3\t4\tmeasured\t2026-11\tours\n";
  const std::string good = folder.file("good.tsv", cell);
  const std::string bad = folder.file("bad.tsv", cell + "code\tgo\trust\tfast\n");

  CHECK(contains(run_boundscope("report --format json --priors " + good + " " + kGood).out,
                 "good.tsv"));
  CHECK(contains(failure("report --priors " + bad + " " + kGood, 1), "bad.tsv, line 2: "));
  CHECK(
      contains(failure("report --priors " + folder.path("none") + " " + kGood, 1), "No such file"));
  CHECK(contains(failure("report --priors " + folder.path("") + " " + kGood, 1), "directory"));
  CHECK(contains(failure("report --priors /dev/zero " + kGood, 1), "larger than"));
}

TEST_CASE("cli: a recording that is not there, not a file or not a recording") {
  const ScratchFolder folder;

  CHECK(contains(failure("report " + folder.path("none"), 1), "No such file"));
  CHECK(contains(failure("report " + folder.path(""), 1), "directory"));
  CHECK(contains(failure("report " + folder.file("empty", ""), 1), "empty"));
  CHECK(contains(failure("report " + folder.file("text", "hello\n"), 1),
                 "not a boundscope recording"));
  CHECK(contains(failure("report " BOUNDSCOPE_PROGRAM, 1), "not a boundscope recording"));
  CHECK(contains(failure("report /dev/zero", 1), "not a boundscope recording"));
  CHECK(contains(failure("report - < /dev/null", 1), "standard input"));
}

TEST_CASE("cli: a damaged recording names the line") {
  const ScratchFolder folder;
  const std::string good = read_file(kGood);
  std::string damaged = good;
  damaged[good.find('\n') + 5] = '}';

  CHECK(contains(failure("report " + folder.file("damaged", damaged), 1), "line 2"));
}

TEST_CASE("cli: a newer recording is refused with words") {
  const ScratchFolder folder;

  CHECK(
      contains(failure("report " + folder.file("newer", "{\"kind\":\"header\",\"major\":2}\n"), 1),
               "version 2"));
}

TEST_CASE("cli: a truncated recording is answered, and the answer says so") {
  const ScratchFolder folder;
  const std::string good = read_file(kGood);
  const std::string cut = folder.file("cut", good.substr(0, good.size() * 2 / 3));

  const Run run = run_boundscope("report -v " + cut);

  CHECK(run.status == 0);
  CHECK(contains(run.out, "recording breaks off"));
}

TEST_CASE("cli: a stdout that cannot be written is an error") {
  CHECK(contains(failure("report " + kGood + " > /dev/full", 1), "standard output"));
  CHECK(contains(failure("report " + kGood + " >&-", 1), "standard output"));
}

TEST_CASE("cli: a reader that leaves early kills nothing") {
  const Run run = run_boundscope("report " + kGood + " | true");

  CHECK(run.status == 0);
}

TEST_CASE("cli: a closed stdin or stderr does no harm") {
  CHECK(run_boundscope("report " + kGood + " <&- 2>&-").status == 0);
}

TEST_CASE("cli: wrong usage ends with status 2") {
  failure("", 2);
  failure("atach -p 1", 2);
  failure("attach", 2);
  failure("attach -p 1 --port 80", 2);
  failure("attach -p 1 -d 0", 2);
  failure("attach -p 1 -d -1", 2);
  failure("attach -p 1 -d 1e9", 2);
  failure("attach -p 1 -d nan", 2);
  failure("attach -p 1 -F 0", 2);
  failure("attach -p 1 -F 100000", 2);
  failure("record -p 1", 2);
  failure("report", 2);
  failure("report x --format xml", 2);
}

TEST_CASE("cli: help and version end with status 0 on stdout") {
  CHECK(contains(run_boundscope("-h").out, "EXAMPLES"));
  CHECK(contains(run_boundscope("attach -h").out, "--duration"));
  CHECK(run_boundscope("-V").status == 0);
  CHECK(contains(failure("-V > /dev/full", 1), "standard output"));
}

TEST_CASE("cli: names of the target cannot write to the terminal") {
  const Run run = run_boundscope("report -v " BOUNDSCOPE_GOLDEN "/hostile_names/recording.jsonl");

  CHECK(run.status == 0);
  for (const char c : run.out) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
}
