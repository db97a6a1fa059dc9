#include "target/socket_table.h"

#include <doctest/doctest.h>

using namespace boundscope;

namespace {

constexpr const char* kHeading =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n";

SocketTable parsed(const std::string& lines) {
  SocketTable sockets;
  parse_sockets(kHeading + lines, sockets);
  return sockets;
}

}  // namespace

TEST_CASE("target: the table of sockets yields listeners and the peers of connections") {
  const SocketTable sockets = parsed(
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
      "17 1 0000000000000000 100 0 0 10 0\n"
      "   1: 0100007F:C350 0700000A:1538 01 00000000:00000000 00:00000000 00000000     0        0 "
      "18 1 0000000000000000 20 4 30 10 -1\n");

  REQUIRE(sockets.size() == 2);
  CHECK(sockets.at(17).listens);
  CHECK(sockets.at(17).local_port == 8080);
  CHECK_FALSE(sockets.at(18).listens);
  CHECK(sockets.at(18).peer == "10.0.0.7:5432");
}

TEST_CASE("target: addresses of version 6 are written as such, mapped ones are not") {
  const SocketTable sockets = parsed(
      "   0: 00000000000000000000000001000000:0050 00000000000000000000000001000000:C350 01 "
      "00000000:00000000 00:00000000 00000000 0 0 19 1 0 0 0 0 0\n"
      "   1: 0000000000000000FFFF00000100007F:0050 0000000000000000FFFF00000100007F:C350 01 "
      "00000000:00000000 00:00000000 00000000 0 0 20 1 0 0 0 0 0\n");

  CHECK(sockets.at(19).peer == "[::1]:50000");
  CHECK(sockets.at(20).peer == "127.0.0.1:50000");
}

TEST_CASE("target: lines of the table that are broken are left out") {
  CHECK(parsed("   0: nonsense\n").empty());
  CHECK(parsed("   0: 0100007F:1F90 00000000:0000 0A 0 0 0 0 0 0\n").empty());
  CHECK(parsed("   0: 01:1F90 00000000:0000 01 0:0 0:0 0 0 0 21\n").empty());
}
