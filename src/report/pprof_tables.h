// The tables of a pprof file: strings, and places in the code as locations, functions and mappings.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "boundscope/recording.h"
#include "report/flame_stacks.h"

namespace boundscope {

// Field numbers of profile.proto.
namespace pprof_field {
inline constexpr std::uint32_t kProfileSampleType = 1, kProfileSample = 2, kProfileMapping = 3,
                               kProfileLocation = 4, kProfileFunction = 5, kProfileString = 6,
                               kProfileTime = 9, kProfileDuration = 10, kProfilePeriodType = 11,
                               kProfilePeriod = 12, kProfileDefaultType = 14;
inline constexpr std::uint32_t kValueTypeType = 1, kValueTypeUnit = 2;
inline constexpr std::uint32_t kSampleLocation = 1, kSampleValue = 2, kSampleLabel = 3;
inline constexpr std::uint32_t kLabelKey = 1, kLabelString = 2, kLabelNumber = 3;
inline constexpr std::uint32_t kMappingId = 1, kMappingFile = 5, kMappingHasFunctions = 7;
inline constexpr std::uint32_t kLocationId = 1, kLocationMapping = 2, kLocationAddress = 3,
                               kLocationLine = 4;
inline constexpr std::uint32_t kLineFunction = 1;
inline constexpr std::uint32_t kFunctionId = 1, kFunctionName = 2;
}  // namespace pprof_field

// Each string once; the first one is the empty one.
class PprofStrings {
 public:
  std::int64_t index(std::string_view text);
  void write(protozero::pbf_writer& out) const;

 private:
  std::map<std::string, std::int64_t, std::less<>> known_{{"", 0}};
  std::vector<std::string_view> in_order_{""};  // views of the keys, which stay where they are
};

// Only what some stack has is written.
class PprofPlaces {
 public:
  PprofPlaces(const Recording& recording, PprofStrings& strings)
      : recording_(recording), strings_(strings), known_(recording.frames.size(), 0) {}

  void add_main(const std::string& exe);  // its mapping comes first
  // Location ids of a stack, leaf first; that of a note if there is no stack.
  std::vector<std::uint64_t> locations(std::optional<std::uint32_t> stack);
  // The tables as fields of the profile.
  std::string take() { return std::move(data_); }

 private:
  std::uint64_t location(std::uint32_t frame);
  std::uint64_t note(const std::string& name);  // a location that is no place in the code
  std::uint64_t add_location(std::uint64_t mapping_id, std::uint64_t address,
                             const NamedFrame& name);
  std::uint64_t mapping(const std::string& file);
  std::uint64_t function(const std::string& name, const std::string& file);

  const Recording& recording_;
  PprofStrings& strings_;
  std::string data_;
  protozero::pbf_writer out_{data_};
  std::vector<std::uint64_t> known_;  // location ids by index into Recording::frames; 0: none yet
  std::uint64_t last_location_ = 0;
  std::map<std::string, std::uint64_t> notes_;
  std::map<std::string, std::uint64_t> mappings_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> functions_;  // by name and file
};

}  // namespace boundscope
