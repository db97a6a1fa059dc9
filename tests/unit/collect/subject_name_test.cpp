// How peers and locks are called.
#include "collect/subject_name.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>

#include <cstring>

using namespace boundscope;

namespace {

bs_subject peer(int family, const char* address, std::uint16_t port) {
  bs_subject subject{};
  subject.family = static_cast<__u16>(family);
  subject.port = port;
  REQUIRE(inet_pton(family, address, subject.address) == 1);
  return subject;
}

bs_subject lock(std::uint64_t address) {
  bs_subject subject{};
  std::memcpy(subject.address, &address, sizeof(address));
  return subject;
}

}  // namespace

TEST_CASE("subject: a peer is called by address and port") {
  CHECK(subject_name(peer(AF_INET, "10.0.0.7", 5432), {}) == "10.0.0.7:5432");
  CHECK(subject_name(peer(AF_INET6, "2001:db8::1", 443), {}) == "[2001:db8::1]:443");
}

TEST_CASE("subject: an IPv4 peer of an IPv6 socket has its IPv4 name") {
  CHECK(subject_name(peer(AF_INET6, "::ffff:10.0.0.7", 80), {}) == "10.0.0.7:80");
}

TEST_CASE("subject: a unix peer is called by its path") {
  bs_subject subject{};
  subject.family = AF_UNIX;

  CHECK(subject_name(subject, "/run/x.sock") == "unix:/run/x.sock");
}

TEST_CASE("subject: a lock is called by its address") {
  CHECK(subject_name(lock(0x7f1200003456), {}) == "0x7f1200003456");
}

TEST_CASE("subject: what has no address has no name") {
  CHECK(subject_name(bs_subject{}, {}).empty());
}
