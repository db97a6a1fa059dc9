#include "report/pprof_tables.h"

#include <utility>

#include "report/escape.h"

namespace boundscope {

namespace field = pprof_field;
using protozero::pbf_writer;

std::int64_t PprofStrings::index(std::string_view text) {
  if (const auto found = known_.find(text); found != known_.end()) return found->second;
  const auto added = known_.emplace(text, static_cast<std::int64_t>(in_order_.size())).first;
  in_order_.push_back(added->first);
  return added->second;
}

void PprofStrings::write(pbf_writer& out) const {
  for (const std::string_view text : in_order_)
    out.add_string(field::kProfileString, text.data(), text.size());
}

void PprofPlaces::add_main(const std::string& exe) {
  const std::string file = exe.substr(exe.rfind('/') + 1);
  if (!file.empty()) mapping(escaped(file));
}

std::vector<std::uint64_t> PprofPlaces::locations(std::optional<std::uint32_t> stack) {
  if (!stack) return {note(kNoStack)};
  if (*stack >= recording_.stacks.size() || recording_.stacks[*stack].frames.empty())
    return {note(kUnknown)};
  const Stack& found = recording_.stacks[*stack];
  std::vector<std::uint64_t> ids;
  ids.reserve(found.frames.size() + 1);
  for (const std::uint32_t frame : found.frames) ids.push_back(location(frame));
  if (found.cut) ids.push_back(note(kCut));
  return ids;
}

std::uint64_t PprofPlaces::location(std::uint32_t index) {
  if (index >= known_.size()) return note(kUnknown);
  if (known_[index] != 0) return known_[index];
  const Frame& frame = recording_.frames[index];
  const NamedFrame name = named(frame);
  const std::uint64_t in_file = name.module.empty() ? 0 : mapping(name.module);
  return known_[index] = add_location(in_file, frame.offset, name);
}

std::uint64_t PprofPlaces::note(const std::string& name) {
  const auto found = notes_.find(name);
  if (found != notes_.end()) return found->second;
  return notes_[name] = add_location(0, 0, {name, "", false});
}

std::uint64_t PprofPlaces::add_location(std::uint64_t mapping_id, std::uint64_t address,
                                        const NamedFrame& name) {
  const std::uint64_t function_id = function(name.name, name.module);
  const std::uint64_t id = ++last_location_;
  pbf_writer location(out_, field::kProfileLocation);
  location.add_uint64(field::kLocationId, id);
  if (mapping_id != 0) location.add_uint64(field::kLocationMapping, mapping_id);
  if (address != 0) location.add_uint64(field::kLocationAddress, address);
  pbf_writer line(location, field::kLocationLine);
  line.add_uint64(field::kLineFunction, function_id);
  return id;
}

std::uint64_t PprofPlaces::mapping(const std::string& file) {
  const auto [found, is_new] = mappings_.try_emplace(file, mappings_.size() + 1);
  if (!is_new) return found->second;
  pbf_writer mapping(out_, field::kProfileMapping);
  mapping.add_uint64(field::kMappingId, found->second);
  mapping.add_int64(field::kMappingFile, strings_.index(file));
  // All there is to know about names is in the profile: nobody needs to look into local files.
  mapping.add_bool(field::kMappingHasFunctions, true);
  return found->second;
}

std::uint64_t PprofPlaces::function(const std::string& name, const std::string& file) {
  const auto [found, is_new] = functions_.try_emplace({name, file}, functions_.size() + 1);
  if (!is_new) return found->second;
  pbf_writer function(out_, field::kProfileFunction);
  function.add_uint64(field::kFunctionId, found->second);
  // No system name: where both are the same, pprof shortens what looks like a template or
  // arguments.
  function.add_int64(field::kFunctionName, strings_.index(name));
  return found->second;
}

}  // namespace boundscope
