// What does not fit "one request, one answer": abandoned, never answered, pipelined, multiplexed.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "client.h"
#include "measurement.h"
#include "program.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

std::uint16_t port_of_server(const Program& server) {
  return static_cast<std::uint16_t>(server.number("port"));
}

// Mean number of requests in flight of one process in the last full window.
double in_flight_at_the_end(const Recording& recording, pid_t pid) {
  REQUIRE(recording.windows.size() >= 2);
  const Window& window = recording.windows[recording.windows.size() - 2];
  for (const ProcessWindow& process : window.processes)
    if (process.pid == pid && process.requests.observed_ns > 0)
      return static_cast<double>(process.requests.in_flight_ns) /
             static_cast<double>(process.requests.observed_ns);
  return 0;
}

}  // namespace

TEST_CASE("collect: requests whose client has gone are aborted and no longer in flight") {
  Program server("server");
  Measurement measurement({server.pid()});
  for (int i = 0; i < 23; ++i) Client(port_of_server(server)).send_only(of_kind('n'));
  Client(port_of_server(server)).ask(work(1000));
  measurement.wait_for_windows(3);
  const Recording& recording = measurement.stop();

  const RequestTotals requests = process_totals(recording, server.pid()).requests;
  CHECK(requests.aborted == 23);
  CHECK(requests.finished == 1);
  CHECK(in_flight_at_the_end(recording, server.pid()) == 0);
}

TEST_CASE("collect: a server that hangs up without an answer has aborted the request") {
  const std::string path = std::string(BOUNDSCOPE_BPF_PROGRAMS) + "/hang_up.sock";
  Program tcp("server");
  Program local("server", {"--unix", path});
  Measurement measurement({tcp.pid(), local.pid()});
  for (int i = 0; i < 23; ++i) {
    Client over_tcp(port_of_server(tcp));
    over_tcp.send_only(of_kind('x'));
    CHECK(over_tcp.is_hung_up());
    Client over_unix(path);
    over_unix.send_only(of_kind('x'));
    CHECK(over_unix.is_hung_up());
  }
  measurement.wait_for_windows(8);
  const Recording& recording = measurement.stop();

  for (const Program* server : {&tcp, &local}) {
    CAPTURE(server == &local);
    CHECK(process_totals(recording, server->pid()).requests.aborted == 23);
    CHECK(process_totals(recording, server->pid()).requests.finished == 0);
    CHECK(in_flight_at_the_end(recording, server->pid()) == 0);
  }
}

TEST_CASE("collect: a call that cannot be made does not stay open") {
  Program server("server");
  Client client(port_of_server(server));
  Request request = of_kind('r');
  {
    Program gone("server");
    request.upstream_port = port_of_server(gone);
  }
  Measurement measurement({server.pid()});
  ask_many(client, request, 23);
  measurement.wait_for_windows(3);
  const Recording& recording = measurement.stop();

  const std::size_t upstream = static_cast<std::size_t>(Activity::upstream);
  CHECK(process_totals(recording, server.pid()).requests.finished == 23);
  const Window& window = recording.windows[recording.windows.size() - 2];
  for (const ProcessWindow& process : window.processes)
    CHECK(process.requests.background_ns[upstream] == 0);
}

TEST_CASE("collect: a server that begins to listen later is a server") {
  Program server("server", {"--late"});
  Measurement measurement({server.pid()});
  server.go();
  server.finish();
  Client client(port_of_server(server));
  ask_many(client, work(0), 53);
  const Recording& recording = measurement.stop();

  CHECK(process_totals(recording, server.pid()).requests.finished == 53);
}

TEST_CASE("collect: a server killed in the middle leaves nothing in flight") {
  Program doomed("server");
  Program other("server");
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(std::make_unique<Client>(port_of_server(doomed)));
  Measurement measurement({doomed.pid(), other.pid()});
  const pid_t pid = doomed.pid();
  for (auto& client : clients) client->send_only(work(20'000'000));
  measurement.wait_for_windows(2);
  doomed.kill();
  measurement.wait_for_windows(3);
  const Recording& recording = measurement.stop();

  const RequestTotals requests = process_totals(recording, pid).requests;
  CHECK(requests.started == 5);
  CHECK(requests.peak_in_flight == 5);
  CHECK(requests.finished == 0);
  CHECK(requests.aborted == 5);
  CHECK(in_flight_at_the_end(recording, pid) == 0);
}

TEST_CASE("collect: a request that nobody works on is a long poll after a while") {
  Program server("server");
  Client client(port_of_server(server));
  Measurement measurement({server.pid()});
  client.send_only(of_kind('n'));
  measurement.wait_for_windows(12);
  const Recording& recording = measurement.stop();

  const RequestTotals requests = process_totals(recording, server.pid()).requests;
  CHECK(requests.long_polls == 1);
  CHECK(requests.finished == 0);
  CHECK(in_flight_at_the_end(recording, server.pid()) == 0);
}

TEST_CASE("collect: several commands in one read are noticed as pipelining") {
  const std::string command = "*1\r\n$4\r\nPING\r\n";
  Program server("server", {"--raw"});
  Client client(port_of_server(server));
  Measurement measurement({server.pid()});
  for (int i = 0; i < 5; ++i) {
    client.send_text(command);
    client.read_bytes(5);
    client.send_text(command + command + command);
    client.read_bytes(5);
  }
  const Recording& recording = measurement.stop();

  const ProtocolTotals resp = protocol_totals(recording, "resp");
  CHECK(resp.port == port_of_server(server));
  CHECK(resp.sampled >= 4);
  CHECK(resp.pipelined >= 2);
  CHECK(resp.pipelined < resp.sampled);
  CHECK(resp.messages == resp.sampled + 2 * resp.pipelined);
}

TEST_CASE("collect: a connection that begins with the HTTP/2 preface is not followed") {
  const std::string frame(9 + 4, '\0');
  Program server("server", {"--raw"});
  Client client(port_of_server(server));
  Measurement measurement({server.pid()});
  client.send_text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  client.read_bytes(5);
  for (int i = 0; i < 23; ++i) {
    client.send_text(frame);
    client.read_bytes(5);
  }
  const Recording& recording = measurement.stop();

  const RequestTotals requests = process_totals(recording, server.pid()).requests;
  CHECK(requests.finished == 0);
  CHECK(requests.excluded == 24);
  CHECK(requests.latency_ns == 0);
}
