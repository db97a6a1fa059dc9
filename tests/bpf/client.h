// The tests' end of a connection to the program `server`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "programs/loopback.h"
#include "target/unique_fd.h"

namespace boundscope::test {

class Client {
 public:
  explicit Client(std::uint16_t port);
  explicit Client(const std::string& unix_path);

  // Sends a request and reads its whole answer; returns the nanoseconds from the send to its first
  // byte.
  std::uint64_t ask(const Request& request);
  // The same, with a pause between two halves of the request.
  std::uint64_t ask_in_halves(const Request& request);
  void send_only(const Request& request);
  void send_text(std::string_view text);
  // True once the server has closed the connection.
  bool is_hung_up();
  // Reads that many bytes; fails the test if the connection ends before.
  void read_bytes(std::size_t bytes);

 private:
  std::uint64_t read_answer(const Request& request, std::uint64_t sent_ns);
  UniqueFd fd_;
};

// A request that the server works on for so long.
inline Request work(std::uint32_t service_us) {
  Request request;
  request.service_us = service_us;
  return request;
}
inline Request of_kind(char kind, std::uint32_t service_us = 0) {
  Request request = work(service_us);
  request.kind = kind;
  return request;
}

// Asks `count` times, one after the other. Returns the sum of what the client measured.
std::uint64_t ask_many(Client& client, const Request& request, int count);

}  // namespace boundscope::test
