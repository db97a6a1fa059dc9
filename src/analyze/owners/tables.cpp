#include "analyze/owners/tables.h"

#include <cassert>
#include <utility>

#include "analyze/owners/parse_rules.h"

namespace boundscope {

std::optional<std::string_view> owner_table(std::string_view name) {
  for (const OwnerTable& table : owner_tables()) {
    if (table.name == name) return table.text;
  }
  return {};
}

std::vector<Rule> owner_rules(std::string_view name) {
  Result<std::vector<Rule>> rules = parse_rules(owner_table(name).value_or(""), owner_table);
  assert(rules && !rules->empty());  // a unit test parses every table
  return rules ? *std::move(rules) : std::vector<Rule>{};
}

}  // namespace boundscope
