// Waits on pipes and sockets.
#include <array>

#include "loopback.h"
#include "ways.h"

namespace {

void read_byte(int fd) {
  char byte = 0;
  if (read(fd, &byte, 1) != 1) fail("read");
}

void write_byte(int fd) {
  if (write(fd, "x", 1) != 1) fail("write");
}

void wait_for_pipe(Stopwatch& watch) {
  std::array<int, 2> ends{};
  check(pipe(ends.data()), "pipe");
  wait_and_be_woken(
      watch, [&] { read_byte(ends[0]); }, [&] { write_byte(ends[1]); });
}

void wait_for_pair(Stopwatch& watch) {
  std::array<int, 2> ends{};
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), "socketpair");
  wait_and_be_woken(
      watch, [&] { read_byte(ends[0]); }, [&] { write_byte(ends[1]); });
}

void wait_for_connection(Stopwatch& watch) {
  const int listener = check(listen_on_loopback(), "listen");
  wait_and_be_woken(
      watch, [&] { close(check(accept(listener, nullptr, nullptr), "accept")); },
      [&] { close(check(connect_to_loopback(port_of(listener)), "connect")); });
}

struct Connection {
  int client;
  int server;
};

Connection connect_to_ourselves(int listener) {
  const int client = check(connect_to_loopback(port_of(listener)), "connect");
  return {client, check(accept(listener, nullptr, nullptr), "accept")};
}

void wait_for_client(Stopwatch& watch) {
  const auto [client, server] = connect_to_ourselves(check(listen_on_loopback(), "listen"));
  wait_and_be_woken(
      watch, [&, fd = server] { read_byte(fd); }, [&, fd = client] { write_byte(fd); });
}

void wait_for_upstream(Stopwatch& watch) {
  const int listener = check(listen_on_loopback(), "listen");
  report("upstream_port", port_of(listener));
  const auto [client, server] = connect_to_ourselves(listener);
  wait_and_be_woken(
      watch, [&, fd = client] { read_byte(fd); }, [&, fd = server] { write_byte(fd); });
}

}  // namespace

void add_socket_ways(std::vector<Way>& ways) {
  ways.push_back({"pipe", wait_for_pipe});
  ways.push_back({"pair", wait_for_pair});
  ways.push_back({"accept", wait_for_connection});
  ways.push_back({"client", wait_for_client});
  ways.push_back({"upstream", wait_for_upstream});
}
