// Requests that a server answers one by one: how many, how long, over which kinds of connection.
#include <doctest/doctest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "client.h"
#include "measurement.h"
#include "program.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

constexpr int kRequests = 53;
constexpr std::uint32_t kServiceUs = 4000;

std::uint16_t port_of_server(const Program& server) {
  return static_cast<std::uint16_t>(server.number("port"));
}

RequestTotals requests_of(const Recording& recording, const Program& server) {
  return process_totals(recording, server.pid()).requests;
}

// The client's clock runs around its system calls, ours between the arrivals: where the machine is
// busy, the client's has much in it that ours has not. But the server sleeps for `served_ms`.
void check_latency(const RequestTotals& requests, std::uint64_t client_sum_ns, int count,
                   double served_ms = 1e-3 * kServiceUs) {
  const double ours_ms = ms(requests.latency_ns) / count;
  const double clients_ms = ms(client_sum_ns) / count;
  CHECK(ours_ms <= 1.05 * clients_ms + 0.5);
  CHECK(ours_ms >= served_ms - 0.1);
}

std::uint64_t histogram_count(const Recording& recording) {
  std::uint64_t count = 0;
  for (const Window& window : recording.windows)
    for (const LatencyBucket& bucket : window.latencies) count += bucket.count;
  return count;
}

}  // namespace

TEST_CASE(
    "collect: every request on a connection older than the attach is counted, with its latency") {
  Program server("server");
  Client client(port_of_server(server));
  ask_many(client, work(0), 3);
  Measurement measurement({server.pid()});
  const std::uint64_t client_ns = ask_many(client, work(kServiceUs), kRequests);
  const Recording& recording = measurement.stop();

  const RequestTotals requests = requests_of(recording, server);
  CHECK(requests.finished == kRequests);
  CHECK(requests.started == kRequests);
  CHECK(requests.aborted == 0);
  CHECK(requests.pushed == 0);
  CHECK(requests.excluded == 0);
  CHECK(requests.peak_in_flight == 1);
  CHECK(histogram_count(recording) == kRequests);
  CHECK(losses(recording) == "");
  check_latency(requests, client_ns, kRequests);
}

TEST_CASE("collect: the integral of requests in flight is the sum of their latencies") {
  Program server("server");
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(std::make_unique<Client>(port_of_server(server)));
  Measurement measurement({server.pid()});
  for (int round = 0; round < 11; ++round) {
    for (auto& client : clients) client->send_only(work(kServiceUs));
    for (auto& client : clients) client->read_bytes(kAnswerBytes);
  }
  const Recording& recording = measurement.stop();

  const RequestTotals requests = requests_of(recording, server);
  CHECK(requests.finished == 55);
  CHECK(requests.peak_in_flight <= 5);
  CHECK(requests.peak_in_flight >= 2);
  const double latency_ms = ms(requests.latency_ns);
  CHECK(ms(requests.in_flight_ns) == doctest::Approx(latency_ms).epsilon(0.02));
}

TEST_CASE("collect: a request that waits in a sleeping server is behind nothing") {
  Program server("server");
  Client client(port_of_server(server));
  Measurement measurement({server.pid()});
  ask_many(client, work(kServiceUs), kRequests);
  const Recording& recording = measurement.stop();

  const RequestTotals requests = requests_of(recording, server);
  CHECK(ms(requests.behind_nothing_ns) >= 0.9 * kRequests * 1e-3 * kServiceUs);
  CHECK(requests.activity[static_cast<std::size_t>(Activity::upstream)].point_ns == 0);
}

TEST_CASE("collect: requests on connections of their own are counted one by one") {
  Program server("server");
  Measurement measurement({server.pid()});
  std::uint64_t client_ns = 0;
  for (int i = 0; i < kRequests; ++i) {
    Client client(port_of_server(server));
    client_ns += client.ask(work(kServiceUs));
  }
  const Recording& recording = measurement.stop();

  const RequestTotals requests = requests_of(recording, server);
  CHECK(requests.finished == kRequests);
  CHECK(requests.aborted == 0);
  CHECK(requests.pushed == 0);
  check_latency(requests, client_ns, kRequests);
}

TEST_CASE("collect: requests on a unix socket are counted like those on TCP") {
  const std::string path = std::string(BOUNDSCOPE_BPF_PROGRAMS) + "/server.sock";
  Program server("server", {"--unix", path});
  Client client(path);
  Measurement measurement({server.pid()});
  const std::uint64_t client_ns = ask_many(client, work(kServiceUs), kRequests);
  const Recording& recording = measurement.stop();
  unlink(path.c_str());

  const RequestTotals requests = requests_of(recording, server);
  CHECK(requests.finished == kRequests);
  CHECK(requests.aborted == 0);
  check_latency(requests, client_ns, kRequests);
}

TEST_CASE("collect: a request in two segments is one request, from its first byte on") {
  Program server("server");
  Client client(port_of_server(server));
  Measurement measurement({server.pid()});
  std::uint64_t client_ns = 0;
  for (int i = 0; i < kRequests; ++i) client_ns += client.ask_in_halves(work(kServiceUs));
  const Recording& recording = measurement.stop();

  const RequestTotals requests = requests_of(recording, server);
  CHECK(requests.finished == kRequests);
  CHECK(requests.started == kRequests);
  check_latency(requests, client_ns, kRequests);
}

TEST_CASE("collect: an answer in two parts ends its request with the first") {
  Program server("server");
  Client client(port_of_server(server));
  Measurement measurement({server.pid()});
  const std::uint64_t client_ns = ask_many(client, of_kind('t', kServiceUs), kRequests);
  const Recording& recording = measurement.stop();

  const RequestTotals requests = requests_of(recording, server);
  CHECK(requests.finished == kRequests);
  CHECK(requests.excluded == 0);
  CHECK(requests.pushed == 0);
  check_latency(requests, client_ns, kRequests);
}

TEST_CASE("collect: looking at a request before reading it changes nothing") {
  Program server("server", {"--peek"});
  Client client(port_of_server(server));
  Measurement measurement({server.pid()});
  const std::uint64_t client_ns = ask_many(client, work(kServiceUs), kRequests);
  const Recording& recording = measurement.stop();

  const RequestTotals requests = requests_of(recording, server);
  CHECK(requests.finished == kRequests);
  CHECK(requests.started == kRequests);
  check_latency(requests, client_ns, kRequests);
}

TEST_CASE("collect: an answer sent with sendfile is an answer") {
  Program server("server");
  Client client(port_of_server(server));
  Measurement measurement({server.pid()});
  ask_many(client, of_kind('f', kServiceUs), kRequests);
  const Recording& recording = measurement.stop();

  const RequestTotals requests = requests_of(recording, server);
  CHECK(requests.finished == kRequests);
  CHECK(requests.started == kRequests);
  CHECK(requests.aborted == 0);
}
