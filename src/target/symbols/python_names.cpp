#include "target/symbols/python_names.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "target/symbols/python_tables.h"

namespace boundscope {
namespace {

constexpr std::string_view kPrefix = "py:";
constexpr std::size_t kMostFunctions = 64 * 1024;
constexpr std::size_t kMostDynamicNames = 8u << 20;

// Which of several names of one function it is known by: the lowest.
struct Candidate {
  int rank = 0;
  std::string name;

  bool operator<(const Candidate& other) const {
    return std::tuple(rank, name.size(), std::string_view(name)) <
           std::tuple(other.rank, other.name.size(), std::string_view(other.name));
  }
};

Candidate candidate_of(const PythonFunction& function) {
  std::string name(kPrefix);
  name.append(function.owner).append(".").append(function.member);
  int rank = 0;
  if (function.entry == PythonEntry::slot) rank = 1;
  if (function.entry == PythonEntry::attribute) rank = 2;
  if (function.entry == PythonEntry::method && function.member.starts_with("__")) rank = 3;
  return {rank, std::move(name)};
}

// The best name of each function.
class BestNames {
 public:
  void add(const PythonFunction& function) {
    const auto found = names_.find(function.address);
    if (found == names_.end() && names_.size() >= kMostFunctions) {
      is_full_ = true;
      return;
    }
    Candidate candidate = candidate_of(function);
    if (found == names_.end()) {
      names_.emplace(function.address, std::move(candidate));
    } else if (candidate < found->second) {
      found->second = std::move(candidate);
    }
  }

  const std::map<std::uint64_t, Candidate>& all() const { return names_; }  // by address
  bool is_full() const { return is_full_; }

 private:
  std::map<std::uint64_t, Candidate> names_;
  bool is_full_ = false;
};

// The interpreter itself, and whatever is a module of it, has one of these.
bool is_of_cpython(std::string_view dynamic_names) {
  constexpr std::array<std::string_view, 2> kMarks{"PyModuleDef_Init", "PyModule_Create2"};
  return std::any_of(kMarks.begin(), kMarks.end(), [&](std::string_view mark) {
    return dynamic_names.find(mark) != std::string_view::npos;
  });
}

}  // namespace

PythonNames PythonNames::read(const ElfFile& file, const FunctionStarts& starts) {
  PythonNames names;
  const std::string dynamic_names = file.dynamic_names(kMostDynamicNames);
  names.bytes_read_ = dynamic_names.size();
  if (!is_of_cpython(dynamic_names)) return names;

  BestNames best;
  const PythonTableScan scan =
      scan_python_tables(file, starts, [&](const PythonFunction& function) { best.add(function); });
  names.is_cut_ = best.is_full() || scan.is_cut;
  names.bytes_read_ += scan.bytes_read;
  names.functions_.reserve(best.all().size());
  for (const auto& [start, candidate] : best.all()) {
    names.functions_.push_back({start, static_cast<std::uint32_t>(names.names_.size()),
                                static_cast<std::uint32_t>(candidate.name.size())});
    names.names_ += candidate.name;
  }
  names.names_.shrink_to_fit();
  return names;
}

std::string_view PythonNames::name_at(std::uint64_t function_start) const {
  const auto found = std::lower_bound(
      functions_.begin(), functions_.end(), function_start,
      [](const Function& function, std::uint64_t start) { return function.start < start; });
  if (found == functions_.end() || found->start != function_start) return {};
  return std::string_view(names_).substr(found->name_at, found->name_size);
}

std::size_t PythonNames::bytes() const {
  return functions_.capacity() * sizeof(Function) + names_.capacity();
}

}  // namespace boundscope
