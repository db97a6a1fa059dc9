#include "report/rfc3339.h"

#include <doctest/doctest.h>

using boundscope::unix_ns;

TEST_CASE("rfc3339: a time in UTC becomes nanoseconds since 1970") {
  CHECK(unix_ns("1970-01-01T00:00:00Z") == 0);
  CHECK(unix_ns("2026-11-24T10:00:00Z") == 1795514400'000'000'000);
  CHECK(unix_ns("2024-02-29T23:59:59Z") == 1709251199'000'000'000);
}

TEST_CASE("rfc3339: what is no time in UTC is none") {
  for (const char* text : {"", "now", "2026-11-24", "2026-11-24T10:00:00", "2026-11-24T10:00:00+1",
                           "2026-13-24T10:00:00Z", "2026-02-30T10:00:00Z", "2026-11-24T24:00:00Z",
                           "-026-11-24T10:00:00Z", "9999-11-24T10:00:00Z"})
    CHECK_FALSE(unix_ns(text));
}
