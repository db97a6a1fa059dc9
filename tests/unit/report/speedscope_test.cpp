#include "report/speedscope.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sample_analysis.h"
#include "support/profile_recording.h"

using namespace boundscope;
using namespace boundscope::testing;
using Json = nlohmann::json;

namespace {

std::string text_of(const Recording& recording, ProfileKinds kinds = {}) {
  std::ostringstream out;
  write_speedscope(out, recording, make_profile(recording, kinds));
  return out.str();
}

std::vector<std::string> names(const Json& file, const Json& sample) {
  std::vector<std::string> names;
  for (const Json& index : sample)
    names.push_back(file["shared"]["frames"].at(index.get<std::size_t>())["name"]);
  return names;
}

}  // namespace

TEST_CASE("speedscope: one sampled profile for each kind, in nanoseconds") {
  const Json file = Json::parse(text_of(profile_recording()));

  REQUIRE(file["profiles"].size() == 2);
  for (const Json& profile : file["profiles"]) {
    CHECK(profile["type"] == "sampled");
    CHECK(profile["unit"] == "nanoseconds");
    CHECK(profile["samples"].size() == profile["weights"].size());
  }
  CHECK(file["profiles"][0]["name"] == "on-CPU: port 8080");
  CHECK(file["profiles"][1]["name"] == "off-CPU: port 8080");
}

TEST_CASE("speedscope: weights add up to all samples") {
  const Json profile = Json::parse(text_of(profile_recording()))["profiles"][0];

  std::uint64_t sum = 0;
  for (const Json& weight : profile["weights"]) sum += weight.get<std::uint64_t>();

  CHECK(sum == 280'000'000);
  CHECK(profile["endValue"] == 280'000'000);
}

TEST_CASE("speedscope: the owner is the outermost frame") {
  const Json file = Json::parse(text_of(profile_recording(), {.on_cpu = true, .off_cpu = false}));

  std::vector<std::vector<std::string>> stacks;
  for (const Json& sample : file["profiles"][0]["samples"]) stacks.push_back(names(file, sample));

  const std::vector<std::string> expected = {"application", "api", "worker", "main.main",
                                             "main.handle"};
  CHECK(std::find(stacks.begin(), stacks.end(), expected) != stacks.end());
}

TEST_CASE("speedscope: frames are shared, each only once") {
  const Json frames = Json::parse(text_of(profile_recording()))["shared"]["frames"];

  const Json expected = {{"name", "main.handle"}, {"file", "api"}};
  CHECK(std::count(frames.begin(), frames.end(), expected) == 1);
}

TEST_CASE("speedscope: hostile names give valid JSON without control characters") {
  Recording recording = profile_recording();
  for (Frame& frame : recording.frames)
    frame = {.module = hostile_name(), .symbol = hostile_name()};
  recording.header.target = hostile_name();

  const std::string text = text_of(recording);

  CHECK(Json::accept(text));
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\\u001b") == std::string::npos);
}

TEST_CASE("speedscope: a recording without samples gives profiles without samples") {
  const Json file = Json::parse(text_of(Recording{}));

  CHECK(file["profiles"].size() == 2);
  CHECK(file["profiles"][0]["samples"].empty());
}
