// Costs of a rewrite as a plain file:
//
//   # everything before the first section is for all services
//   team   = 3
//   months = 6..9
//   [payments]
//   cloud_bill = 4k..6k
//
// A line is empty, a comment (# or ;), [a service], or key = value. What follows " #" is a comment.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/cost_values.h"

namespace boundscope {

struct CostSection {
  std::string service;  // empty: for all services
  CostPlace place;
  Costs costs;
};

struct CostFile {
  std::string currency;
  std::vector<CostSection> sections;  // the first one is for all services
};

// One key and its value into `section`; `currency` belongs to all. Errors: no such key, a wrong
// value.
Result<> set_cost(std::string_view key, std::string_view value, const CostPlace& place,
                  CostFile& file, CostSection& section);

// Pure. `name` is for messages, which name the line. Errors: a line of no kind, a key twice, a
// section twice, anything set_cost refuses, and a file that is no such text (too long, binary).
Result<CostFile> parse_cost_file(std::string_view text, const std::string& name);

// The costs of `service`: those for all, those of its section, those of the command line; later
// ones win. Errors: what is missing, what contradicts.
Result<Costs> costs_of(const std::string& service, const CostFile& file, const Costs& typed);

// A file to begin with: every key, with what it means.
std::string cost_template();

}  // namespace boundscope
