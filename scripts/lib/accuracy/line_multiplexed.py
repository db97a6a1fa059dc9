"""Rows of `line` whose protocols carry several requests at once on a connection: the answer has to
say so, and must not be confidently wrong about the rest."""

from accuracy.checks import contains, holds
from accuracy.row import Rows
from processes import find_program

ROWS = Rows()

_FULL_COVERAGE = 0.9
_PIPELINE_DEPTH = 16


def _rate_is_honest(answer, known_rps, per_exchange=1):
    """No rate at all, the right one (in requests, or in exchanges of several requests where a
    caveat says so), or the rate of a part of the sockets that the coverage owns up to."""
    said, coverage = answer.load["requests_per_s"], answer.load["socket_coverage"]
    right = said is not None and any(abs(said - rate) <= 0.15 * rate
                                     for rate in (known_rps, known_rps / per_exchange))
    partial = coverage is not None and coverage < _FULL_COVERAGE
    text = "null" if said is None else f"{said:.0f} (coverage {coverage})"
    known = f"{known_rps:.0f}" + (f" or 1/{per_exchange}" if per_exchange > 1 else "")
    return holds("requests/s", text, known, said is None or right or partial)


def _excludes(answer):
    coverage = answer.load["socket_coverage"]
    return holds("coverage", str(coverage), f"null or < {_FULL_COVERAGE}",
                 coverage is None or coverage < _FULL_COVERAGE)


@ROWS.add("redis-pipelined", f"redis-benchmark -P {_PIPELINE_DEPTH}",
          says=("cpu: kernel", "cpu: single-thread", "cpu: language", "inconclusive"))
def _redis_pipelined(lab):
    redis = lab.services.redis(cpus=lab.service_cpus)
    lab.processes.start([find_program("redis-benchmark"), "-p", redis.port, "-P", _PIPELINE_DEPTH,
                         "-c", 20, "-n", 10**9, "-t", "get", "-q"], cpus=lab.load_cpus)
    lab.warm_up()
    before = lab.services.redis_commands(redis)
    answer = lab.attach(redis, "--port", redis.port)
    commands = lab.services.redis_commands(redis) - before
    return answer, [contains("caveats", answer.caveats, "pipelined"),
                    _rate_is_honest(answer, commands / answer.seconds, _PIPELINE_DEPTH)]


def _start_h2load(lab, url):
    lab.processes.start([find_program("h2load"), "--duration", 600, "--clients", 2,
                         "--max-concurrent-streams", 16, url])
    lab.warm_up()


@ROWS.add("h2c-proxy", "HTTP/2 clear text, nginx before an upstream of 50 ms",
          says=("io: upstream", "inconclusive"))
def _h2c_proxy(lab):
    upstream = lab.services.workload("slow_upstream", "--delay-ms", 50)
    nginx = lab.services.nginx_proxy(upstream.port, listen=" http2")
    _start_h2load(lab, f"http://127.0.0.1:{nginx.port}/")
    answer = lab.attach(nginx, "--port", nginx.port)
    return answer, [contains("caveats", answer.caveats, "multiplexed"), _excludes(answer)]


@ROWS.add("h2-tls-go", "HTTP/2 over TLS, Go computing", says=("cpu: *", "inconclusive"))
def _h2_tls_go(lab):
    service = lab.services.workload("go_service", "--tls", "--work", 100)
    _start_h2load(lab, f"https://127.0.0.1:{service.port}/compute")
    answer = lab.attach(service)
    # Streams inside of TLS look like exchanges of the connection: the answer has to say that it cannot tell.
    return answer, [contains("caveats", answer.caveats, "encrypted")]
