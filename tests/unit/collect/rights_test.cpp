#include "collect/rights.h"

#include <doctest/doctest.h>

using namespace boundscope;

namespace {

constexpr std::uint64_t bit(Right right) { return std::uint64_t{1} << static_cast<int>(right); }
constexpr std::uint64_t kAll = ~std::uint64_t{0};

}  // namespace

TEST_CASE("rights: CAP_SYS_ADMIN includes those that were split from it, and no other") {
  const std::uint64_t admin = bit(Right::sys_admin);
  for (const Right one : {Right::bpf, Right::perfmon, Right::checkpoint_restore})
    CHECK(holds(admin, one));
  for (const Right one : {Right::sys_ptrace, Right::dac_read_search, Right::syslog})
    CHECK_FALSE(holds(admin, one));
}

TEST_CASE("rights: what is missing is a row that names it, and nothing else is") {
  CHECK(missing_rights(kAll, false).empty());
  for (const Right one : {Right::sys_ptrace, Right::dac_read_search, Right::syslog}) {
    const auto rows = missing_rights(kAll & ~bit(one), false);
    REQUIRE(rows.size() == 1);
    CHECK(rows.front().state == CapabilityState::degraded);
    CHECK(rows.front().reason.find("CAP_") != std::string::npos);
  }
  CHECK(missing_rights(kAll & ~bit(Right::syslog), true).empty());
  CHECK(missing_rights(0, true).size() == 4);
}
