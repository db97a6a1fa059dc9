// Recordings and the reports that belong to them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "boundscope/report.h"

using namespace boundscope;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> cases() {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(BOUNDSCOPE_GOLDEN))
    if (fs::exists(entry.path() / "recording.jsonl")) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

std::string content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE_MESSAGE(in, path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

Recording recording_of(const fs::path& folder) {
  std::ifstream in(folder / "recording.jsonl", std::ios::binary);
  Result<Recording> recording = read_recording(in);
  REQUIRE_MESSAGE(recording, (recording ? "" : recording.error().message));
  return *std::move(recording);
}

// The same, number for number up to what compilers and processors round differently.
void check_same(const Json& actual, const Json& expected, const std::string& path) {
  if (actual.is_number() && expected.is_number()) {
    const double difference = std::abs(actual.get<double>() - expected.get<double>());
    CHECK_MESSAGE(difference <= 1e-6 * std::max(1.0, std::abs(expected.get<double>())), path, ": ",
                  actual.dump(), " instead of ", expected.dump());
    return;
  }
  REQUIRE_MESSAGE(actual.type() == expected.type(), path);
  if (!actual.is_structured()) {
    CHECK_MESSAGE(actual == expected, path);
    return;
  }
  REQUIRE_MESSAGE(actual.size() == expected.size(), path);
  if (actual.is_array()) {
    for (std::size_t i = 0; i < actual.size(); ++i)
      check_same(actual[i], expected[i], path + "[" + std::to_string(i) + "]");
    return;
  }
  for (const auto& [key, value] : expected.items()) {
    REQUIRE_MESSAGE(actual.contains(key), path, ".", key);
    check_same(actual[key], value, path + "." + key);
  }
}

}  // namespace

TEST_CASE("golden: there are recordings to report on") { CHECK(cases().size() >= 6); }

TEST_CASE("golden: each recording gives the text it should") {
  for (const fs::path& folder : cases()) {
    CAPTURE(folder.filename().string());
    const Recording recording = recording_of(folder);
    std::ostringstream out;

    write_text(out, recording, analyze(recording));

    CHECK(out.str() == content(folder / "expected.txt"));
  }
}

TEST_CASE("golden: each recording gives the JSON it should") {
  for (const fs::path& folder : cases()) {
    CAPTURE(folder.filename().string());
    const Recording recording = recording_of(folder);
    std::ostringstream out;

    write_json(out, recording, analyze(recording));

    Json expected = Json::parse(content(folder / "expected.json"));
    expected["boundscope"] = BOUNDSCOPE_VERSION;
    check_same(Json::parse(out.str()), expected, folder.filename().string());
  }
}

TEST_CASE("golden: the verdicts are those the recordings were made for") {
  const auto verdict_of = [](const char* name) {
    const Verdict verdict = analyze(recording_of(fs::path(BOUNDSCOPE_GOLDEN) / name)).verdict;
    return std::string(to_string(verdict.bound)) + ":" + std::string(to_string(verdict.cause));
  };

  CHECK(verdict_of("io_upstream") == "io:upstream");
  CHECK(verdict_of("cpu_language") == "cpu:language");
  CHECK(verdict_of("idle") == "idle:");
  CHECK(verdict_of("pool") == "contention:pool");
  CHECK(verdict_of("batch_threads").starts_with("cpu:"));
}

TEST_CASE("golden: the example in docs/json.md is a real report") {
  const std::string page = content(fs::path(BOUNDSCOPE_GOLDEN) / "../../docs/json.md");
  const std::string report = content(fs::path(BOUNDSCOPE_GOLDEN) / "io_upstream/expected.json");

  CHECK(page.ends_with("```json\n" + report + "```\n"));
}
