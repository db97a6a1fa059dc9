#include "report/pprof.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <array>
#include <map>
#include <protozero/pbf_reader.hpp>
#include <set>
#include <sstream>

#include "sample_analysis.h"
#include "support/profile_recording.h"

using namespace boundscope;
using namespace boundscope::testing;
using protozero::pbf_reader;

namespace {

std::string bytes_of(const Recording& recording, ProfileKinds kinds = {}) {
  std::ostringstream out;
  write_pprof(out, recording, make_profile(recording, kinds));
  return out.str();
}

std::string inflated(const std::string& bytes) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, MAX_WBITS + 16) == Z_OK);
  std::string input = bytes;
  std::string text(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const int status = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  REQUIRE(status == Z_STREAM_END);
  text.resize(stream.total_out);
  return text;
}

// The fields of profile.proto that we use, by the numbers the format gives them.
struct Decoded {
  struct Sample {
    std::vector<std::string> functions;  // leaf first
    std::vector<std::int64_t> values;
    std::map<std::string, std::string> labels;
    std::map<std::string, std::int64_t> numbers;
  };
  std::vector<std::string> strings;
  std::vector<std::string> types;
  std::vector<std::string> mappings;
  std::vector<Sample> samples;
  std::map<std::uint32_t, std::int64_t> numbers;  // fields of the profile itself
};

// Numeric fields of a flat message.
std::map<std::uint32_t, std::int64_t> numbers_of(pbf_reader message) {
  std::map<std::uint32_t, std::int64_t> numbers;
  while (message.next()) {
    const std::uint32_t tag = message.tag();  // reading the value clears it
    if (message.wire_type() == protozero::pbf_wire_type::varint)
      numbers[tag] = message.get_int64();
    else
      message.skip();
  }
  return numbers;
}

Decoded::Sample sample_of(pbf_reader message, const std::vector<std::string>& strings,
                          const std::map<std::uint64_t, std::string>& locations) {
  Decoded::Sample sample;
  while (message.next()) {
    if (message.tag() == 1) {
      for (const std::uint64_t id : message.get_packed_uint64())
        sample.functions.push_back(locations.at(id));
    } else if (message.tag() == 2) {
      for (const std::int64_t value : message.get_packed_int64()) sample.values.push_back(value);
    } else {
      auto label = numbers_of(message.get_message());
      const std::string& key = strings.at(static_cast<std::size_t>(label[1]));
      if (label.count(2) != 0)
        sample.labels[key] = strings.at(static_cast<std::size_t>(label[2]));
      else
        sample.numbers[key] = label[3];
    }
  }
  return sample;
}

Decoded decoded(const std::string& bytes) {
  const std::string text = inflated(bytes);
  Decoded profile;
  std::multimap<std::uint32_t, pbf_reader> messages;
  for (pbf_reader message(text); message.next();) {
    const std::uint32_t tag = message.tag();  // reading the value clears it
    if (tag == 6)
      profile.strings.push_back(message.get_string());
    else if (message.wire_type() == protozero::pbf_wire_type::varint)
      profile.numbers[tag] = message.get_int64();
    else
      messages.emplace(tag, message.get_message());
  }
  const auto each = [&](std::uint32_t tag, auto use) {
    for (auto [it, end] = messages.equal_range(tag); it != end; ++it) use(it->second);
  };
  const auto text_at = [&](std::int64_t index) {
    return profile.strings.at(static_cast<std::size_t>(index));
  };
  std::map<std::int64_t, std::string> functions;
  std::map<std::uint64_t, std::string> locations;
  each(1, [&](pbf_reader type) {
    auto numbers = numbers_of(type);
    profile.types.push_back(text_at(numbers[1]) + "/" + text_at(numbers[2]));
  });
  each(3, [&](pbf_reader mapping) { profile.mappings.push_back(text_at(numbers_of(mapping)[5])); });
  each(5, [&](pbf_reader function) {
    auto numbers = numbers_of(function);
    functions[numbers[1]] = text_at(numbers[2]);
  });
  each(4, [&](pbf_reader location) {
    const auto id = static_cast<std::uint64_t>(numbers_of(location)[1]);
    REQUIRE(location.next(4));
    locations[id] = functions.at(numbers_of(location.get_message())[1]);
  });
  each(2, [&](pbf_reader sample) {
    profile.samples.push_back(sample_of(sample, profile.strings, locations));
  });
  return profile;
}

std::int64_t sum(const Decoded& profile, std::size_t value) {
  std::int64_t total = 0;
  for (const Decoded::Sample& sample : profile.samples) total += sample.values.at(value);
  return total;
}

}  // namespace

TEST_CASE("pprof: values are samples, CPU time and off-CPU time") {
  const Decoded profile = decoded(bytes_of(profile_recording()));

  CHECK(profile.types ==
        std::vector<std::string>{"samples/count", "cpu/nanoseconds", "off_cpu/nanoseconds"});
  CHECK(sum(profile, 0) == 28);
  CHECK(sum(profile, 1) == 280'000'000);
  CHECK(sum(profile, 2) == 2 * (1'000'003 + 5'000 + 900'000'000));
}

TEST_CASE("pprof: the same recording gives the same bytes") {
  CHECK(bytes_of(profile_recording()) == bytes_of(profile_recording()));
}

TEST_CASE("pprof: a sample is labelled with its owner, thread and process") {
  const Decoded profile = decoded(bytes_of(profile_recording()));

  for (const Decoded::Sample& sample : profile.samples) {
    if (sample.functions != std::vector<std::string>{"tcp_sendmsg", "main.handle", "main.main"} ||
        sample.values[1] == 0)
      continue;
    CHECK(sample.labels.at("owner") == "kernel");
    CHECK(sample.labels.at("detail") == "network");
    CHECK(sample.labels.at("thread") == "worker");
    CHECK(sample.labels.at("process") == "api");
    CHECK(sample.numbers.at("pid") == 10);
    CHECK(sample.labels.count("wait_class") == 0);
    return;
  }
  FAIL("the kernel's sample is not there");
}

TEST_CASE("pprof: a wait is labelled with its class, its peer and whether it is idle") {
  const Decoded profile = decoded(bytes_of(profile_recording(), {.on_cpu = false}));

  std::set<std::string> classes;
  for (const Decoded::Sample& sample : profile.samples) {
    classes.insert(sample.labels.at("wait_class"));
    CHECK((sample.labels.count("idle") != 0) == (sample.labels.at("wait_class") == "poll"));
    if (sample.labels.at("wait_class") == "upstream")
      CHECK(sample.labels.at("subject") == "10.0.0.7:5432");
  }
  CHECK(classes == std::set<std::string>{"upstream", "lock", "poll"});
}

TEST_CASE("pprof: what has no name is shown as such") {
  const Decoded profile = decoded(bytes_of(profile_recording()));

  std::set<std::string> leaves;
  for (const Decoded::Sample& sample : profile.samples) leaves.insert(sample.functions.at(0));

  for (const char* leaf : {"[unknown in libz.so.1+0x1234]", "[jit]", "[unknown]", "[no stack]"})
    CHECK_MESSAGE(leaves.count(leaf) == 1, std::string(leaf));
}

TEST_CASE("pprof: the program's own file is the first mapping") {
  CHECK(decoded(bytes_of(profile_recording())).mappings.at(0) == "api");
}

TEST_CASE("pprof: start, duration and period come from the recording") {
  auto numbers = decoded(bytes_of(profile_recording())).numbers;

  CHECK(numbers[9] == 1795514400'000'000'000);
  CHECK(numbers[10] == 2'000'000'000);
  CHECK(numbers[12] == 10'000'000);
}

TEST_CASE("pprof: the default is the kind that was asked for") {
  const auto default_type = [](ProfileKinds kinds) {
    Decoded profile = decoded(bytes_of(profile_recording(), kinds));
    return profile.strings.at(static_cast<std::size_t>(profile.numbers[14]));
  };

  CHECK(default_type({}) == "cpu");
  CHECK(default_type({.on_cpu = false, .off_cpu = true}) == "off_cpu");
}

TEST_CASE("pprof: hostile names are escaped") {
  Recording recording = profile_recording();
  for (Frame& frame : recording.frames)
    frame = {.module = hostile_name(), .symbol = hostile_name()};
  for (TargetProcess& process : recording.processes) process.comm = process.exe = hostile_name();

  for (const std::string& text : decoded(bytes_of(recording)).strings)
    CHECK(text.find_first_of("\x1b\n\xff\x07") == std::string::npos);
}

TEST_CASE("pprof: a recording without anything gives a profile without samples") {
  const Decoded profile = decoded(bytes_of(Recording{}));

  CHECK(profile.samples.empty());
  CHECK(profile.strings.at(0).empty());
}
