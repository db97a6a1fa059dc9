// Calls that the target makes to others, and to itself.
#include <doctest/doctest.h>

#include <string>

#include "client.h"
#include "measurement.h"
#include "program.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

constexpr int kRequests = 53;

std::uint16_t port_of_server(const Program& server) {
  return static_cast<std::uint16_t>(server.number("port"));
}

std::string name_of(const Program& server) {
  return "127.0.0.1:" + std::to_string(port_of_server(server));
}

Request forwarded_to(const Program& upstream) {
  Request request = of_kind('u');
  request.upstream_port = port_of_server(upstream);
  return request;
}

std::uint64_t calling_ns(const RequestTotals& requests) {
  return requests.activity[static_cast<std::size_t>(Activity::upstream)].point_ns;
}

}  // namespace

TEST_CASE("collect: calls of an upstream are counted by its name, with their latency") {
  Program upstream("server");
  Program server("server");
  Client client(port_of_server(server));
  Measurement measurement({server.pid()});
  const std::uint64_t client_ns = ask_many(client, forwarded_to(upstream), kRequests);
  const Recording& recording = measurement.stop();

  const UpstreamTotals calls = upstream_totals(recording, name_of(upstream));
  CHECK(calls.calls == kRequests);
  CHECK_FALSE(calls.internal);
  CHECK(calls.resends == 0);
  CHECK(calls.latency_ns <= client_ns);
  CHECK(ms(calls.latency_ns) / kRequests >= 4);  // what the upstream sleeps

  const RequestTotals requests = process_totals(recording, server.pid()).requests;
  CHECK(requests.finished == kRequests);
  CHECK(ms(calling_ns(requests)) >= 0.7 * kRequests * 4);
  CHECK(calling_ns(requests) <= calls.latency_ns * 11 / 10);
}

TEST_CASE("collect: a call on a connection older than the attach is a call") {
  Program upstream("server");
  Program server("server");
  Client client(port_of_server(server));
  client.ask(forwarded_to(upstream));
  Measurement measurement({server.pid()});
  ask_many(client, forwarded_to(upstream), kRequests);
  const Recording& recording = measurement.stop();

  CHECK(upstream_totals(recording, name_of(upstream)).calls == kRequests);
  CHECK(process_totals(recording, server.pid()).requests.finished == kRequests);
}

TEST_CASE("collect: a process of the target that another one calls is an internal peer") {
  Program back("server");
  Program front("server");
  Client client(port_of_server(front));
  Measurement measurement({front.pid(), back.pid()});
  ask_many(client, forwarded_to(back), kRequests);
  const Recording& recording = measurement.stop();

  const UpstreamTotals calls = upstream_totals(recording, name_of(back));
  CHECK(calls.internal);
  CHECK(calls.calls == kRequests);
  CHECK(process_totals(recording, front.pid()).requests.finished == kRequests);
  CHECK(process_totals(recording, back.pid()).requests.finished == kRequests);
}

TEST_CASE("collect: two measurements of one target see the same") {
  Program upstream("server");
  Program server("server");
  Client client(port_of_server(server));
  Measurement first({server.pid()});
  Measurement second({server.pid()});
  ask_many(client, forwarded_to(upstream), kRequests);
  const Recording& one = first.stop();
  const Recording& other = second.stop();

  const RequestTotals requests = process_totals(one, server.pid()).requests;
  const RequestTotals same = process_totals(other, server.pid()).requests;
  CHECK(requests.finished == kRequests);
  CHECK(same.finished == kRequests);
  CHECK(ms(same.latency_ns) == doctest::Approx(ms(requests.latency_ns)).epsilon(0.05));
  CHECK(upstream_totals(one, name_of(upstream)).calls == kRequests);
  CHECK(upstream_totals(other, name_of(upstream)).calls == kRequests);
}
