// Many requests at once: nothing may be counted twice, lost or left over.
#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "client.h"
#include "measurement.h"
#include "program.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

constexpr int kClients = 13;

std::uint16_t port_of_server(const Program& server) {
  return static_cast<std::uint16_t>(server.number("port"));
}

// Each client in a thread of its own.
template <class Body>
void in_parallel(Body body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kClients; ++i) threads.emplace_back(body);
  for (std::thread& thread : threads) thread.join();
}

double in_flight(const ProcessWindow& process) {
  return static_cast<double>(process.requests.in_flight_ns) /
         static_cast<double>(process.requests.observed_ns);
}

// Requests left in the joint state would be in flight for ever.
void check_nothing_left(const Recording& recording) {
  REQUIRE(recording.windows.size() >= 2);
  const Window& window = recording.windows[recording.windows.size() - 2];
  for (const ProcessWindow& process : window.processes) {
    CHECK(process.requests.in_flight_ns == 0);
    CHECK(process.requests.activity[static_cast<std::size_t>(Activity::upstream)].high_ns == 0);
    CHECK(process.requests.background_ns[static_cast<std::size_t>(Activity::upstream)] == 0);
  }
}

}  // namespace

TEST_CASE("collect: under full load every request is counted once and none stays in flight") {
  constexpr int kEach = 1009;
  Program server("server");
  Measurement measurement({server.pid()});
  in_parallel([&] {
    Client client(port_of_server(server));
    ask_many(client, work(0), kEach);
  });
  measurement.wait_for_windows(3);
  const Recording& recording = measurement.stop();

  const RequestTotals requests = process_totals(recording, server.pid()).requests;
  CHECK(requests.finished == kClients * kEach);
  CHECK(requests.started == requests.finished);
  CHECK(requests.aborted == 0);
  CHECK(requests.peak_in_flight <= kClients);
  CHECK(ms(requests.in_flight_ns) == doctest::Approx(ms(requests.latency_ns)).epsilon(0.02));
  check_nothing_left(recording);
}

TEST_CASE("collect: connections that come and go in parallel leave nothing in flight") {
  constexpr int kEach = 101;
  Program server("server");
  Measurement measurement({server.pid()});
  in_parallel([&] {
    for (int i = 0; i < kEach; ++i) {
      Client(port_of_server(server)).ask(work(0));
      Client(port_of_server(server)).send_only(of_kind('n'));
      Client nothing_asked(port_of_server(server));
    }
  });
  measurement.wait_for_windows(3);
  const Recording& recording = measurement.stop();

  const RequestTotals requests = process_totals(recording, server.pid()).requests;
  CHECK(requests.finished == kClients * kEach);
  CHECK(requests.aborted == kClients * kEach);
  check_nothing_left(recording);
}

TEST_CASE("collect: calls to an upstream under load are counted once and none stays open") {
  constexpr int kEach = 53;
  Program upstream("server");
  Program server("server");
  Request request = of_kind('u');
  request.upstream_port = port_of_server(upstream);
  Measurement measurement({server.pid()});
  in_parallel([&] {
    Client client(port_of_server(server));
    ask_many(client, request, kEach);
  });
  measurement.wait_for_windows(3);
  const Recording& recording = measurement.stop();

  const std::string peer = "127.0.0.1:" + std::to_string(port_of_server(upstream));
  CHECK(upstream_totals(recording, peer).calls == kClients * kEach);
  CHECK(process_totals(recording, server.pid()).requests.finished == kClients * kEach);
  check_nothing_left(recording);
}

TEST_CASE("collect: requests are counted where they are served, in the workers") {
  constexpr int kEach = 101;
  Program server("server", {"--workers", "3"});
  Measurement measurement({server.pid()});
  in_parallel([&] {
    for (int i = 0; i < kEach; ++i) Client(port_of_server(server)).ask(work(0));
  });
  measurement.wait_for_windows(3);
  const Recording& recording = measurement.stop();

  const RequestTotals requests = process_totals(recording).requests;
  CHECK(requests.finished == kClients * kEach);
  CHECK(requests.started == requests.finished);
  CHECK(process_totals(recording, server.pid()).requests.finished == 0);
  check_nothing_left(recording);
}

TEST_CASE("collect: in slices the number of requests in flight stays what it is") {
  Program server("server");
  Program noise("ping_pong", {"20000"});
  noise.go();
  CollectOptions options;
  options.duration_s = 60;
  Measurement measurement({server.pid(), noise.pid()}, options);
  std::atomic<bool> over = false;
  std::thread load([&] {
    in_parallel([&] {
      Client client(port_of_server(server));
      while (!over) client.ask(work(10'000));
    });
  });
  measurement.wait_for_windows(5);
  const Recording& recording = measurement.stop();
  over = true;
  load.join();

  int slices = 0;
  double sum_in_flight = 0;
  for (std::size_t i = 2; i < recording.windows.size(); ++i)
    for (const ProcessWindow& process : recording.windows[i].processes) {
      if (process.pid != server.pid() || process.requests.observed_ns == 0) continue;
      ++slices;
      CAPTURE(i);
      CHECK(in_flight(process) <= kClients * 1.01);
      sum_in_flight += in_flight(process);
    }
  REQUIRE(slices >= 2);
  CHECK(sum_in_flight / slices >= kClients * 0.25);
}
