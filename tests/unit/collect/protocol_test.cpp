// First bytes of requests. They come from whoever talks to the target: any bytes must be survived.
#include "collect/protocol.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

using namespace boundscope;

namespace {

const std::string kPing = "*1\r\n$4\r\nPING\r\n";
const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

ProtocolGuess guess(const std::string& seen, std::size_t read_bytes) {
  return guess_protocol(std::span(reinterpret_cast<const std::uint8_t*>(seen.data()), seen.size()),
                        read_bytes);
}

ProtocolGuess guess(const std::string& all) { return guess(all, all.size()); }

}  // namespace

TEST_CASE("protocol: one request of HTTP/1 is one message") {
  CHECK(guess(kGet).protocol == "http1");
  CHECK(guess(kGet).messages == 1);
}

TEST_CASE("protocol: requests of HTTP/1 that follow each other in one read are counted") {
  CHECK(guess(kGet + kGet + kGet).messages == 3);
}

TEST_CASE("protocol: a request with a body is one message") {
  const std::string head = "POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\n";

  CHECK(guess(head + "hello").messages == 1);
  CHECK(guess(head, head.size() + 100'000).messages == 1);
}

TEST_CASE("protocol: a head that is longer than what was seen is one message") {
  const std::string seen = "GET / HTTP/1.1\r\nCookie: " + std::string(200, 'x');

  CHECK(guess(seen, 900).protocol == "http1");
  CHECK(guess(seen, 900).messages == 1);
}

TEST_CASE("protocol: the preface of HTTP/2 is recognised") {
  CHECK(guess("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").protocol == "http2");
}

TEST_CASE("protocol: a record of TLS is recognised, whatever it holds") {
  CHECK(guess(std::string("\x16\x03\x01\x02\x00\x01", 6)).protocol == "tls");
  CHECK(guess(std::string("\x17\x03\x03\x00\x20", 5)).protocol == "tls");
}

TEST_CASE("protocol: commands of RESP are counted") {
  CHECK(guess(kPing).protocol == "resp");
  CHECK(guess(kPing).messages == 1);
  CHECK(guess(kPing + kPing + kPing + kPing + kPing).messages == 5);
}

TEST_CASE("protocol: the count is scaled up where the read was longer than what was seen") {
  std::string seen;
  while (seen.size() + kPing.size() <= 255) seen += kPing;

  CHECK(guess(seen, kPing.size() * 100).messages == 100);
}

TEST_CASE("protocol: a value with line ends in it does not end its command") {
  const std::string set = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$8\r\n*1\r\n$4\r\n\r\n";

  CHECK(guess(set).messages == 1);
}

TEST_CASE("protocol: what is not known is other, and one message") {
  for (const std::string& text : {std::string(), std::string("Q"), std::string("*\r\n"),
                                  std::string("*99999999999999999999\r\n$1\r\nx\r\n"),
                                  std::string("*1\r\n$-5\r\nx\r\n"), std::string("\x16\x03", 2)}) {
    CAPTURE(text);
    CHECK(guess(text).protocol == "other");
    CHECK(guess(text).messages == 1);
  }
}

TEST_CASE("protocol: lengths that lie do not lead out of the bytes") {
  for (const std::string& text : {std::string("*1\r\n$18446744073709551615\r\nx\r\n"),
                                  std::string("*2\r\n$1\r\nx\r\n$18446744073709551600\r\ny"),
                                  std::string("*1024\r\n$1\r\n")}) {
    CAPTURE(text);
    CHECK(guess(text).messages == 1);
  }
}

TEST_CASE("protocol: random bytes are survived") {
  std::mt19937 random(23);
  const std::string alphabet = kPing + kGet + std::string("\x16\x03\x00", 3) + "$*\r\n09";
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random() % 256, '\0');
    for (char& byte : text) byte = alphabet[random() % alphabet.size()];
    const std::size_t read_bytes = text.size() + random() % 100;

    const ProtocolGuess result = guess(text, read_bytes);

    CHECK_FALSE(result.protocol.empty());
    CHECK(result.messages >= 1);
    CHECK(result.messages <= read_bytes + 1);
  }
}
