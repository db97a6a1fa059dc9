"""Rows of `line` whose protocols carry several requests at once on a connection: the answer has to
say what it left out, and must not be confidently wrong about the rest."""

from accuracy.checks import holds
from accuracy.line import ROWS
from processes import find_program

_EXCLUDED = ("multiplex", "pipelin", "exclud", "coverage", "http2", "http/2")
_FULL_COVERAGE = 0.9


def _says_what_is_excluded(answer):
    coverage = answer.load["socket_coverage"]
    words = answer.caveats + answer.reasons
    said = [word for word in words if any(sign in word.lower() for sign in _EXCLUDED)]
    text = f"coverage {coverage if coverage is None else round(coverage, 2)}; " + ", ".join(said)
    ok = bool(said) and (coverage is None or coverage < _FULL_COVERAGE)
    return holds("exclusion named", text, "coverage and a caveat", ok)


def _no_wrong_rate(answer, known_rps):
    """Exchanges must not be sold as requests: no rate at all, the right one, or that of the part
    of the sockets that the answer says it covers."""
    said = answer.load["requests_per_s"]
    coverage = answer.load["socket_coverage"]
    ok = said is None or abs(said - known_rps) <= 0.1 * known_rps or (coverage or 0) < _FULL_COVERAGE
    return holds("requests/s", "null" if said is None else f"{said:.0f}", f"{known_rps:.0f}", ok)


@ROWS.add("redis-pipelined", "redis-benchmark -P 16",
          says=("cpu: kernel", "cpu: single-thread", "cpu: language", "inconclusive"))
def _redis_pipelined(lab):
    redis = lab.services.redis()
    lab.processes.start([find_program("redis-benchmark"), "-p", redis.port, "-P", 16, "-c", 20,
                         "-n", 10**9, "-t", "get", "-q"])
    lab.warm_up()
    before = lab.services.redis_commands(redis)
    answer = lab.attach(redis, "--port", redis.port)
    commands = lab.services.redis_commands(redis) - before
    return answer, [_says_what_is_excluded(answer),
                    _no_wrong_rate(answer, commands / (answer.ended - answer.began))]


def _start_h2load(lab, url, clients, streams):
    lab.processes.start([find_program("h2load"), "--duration", 600, "--clients", clients,
                         "--max-concurrent-streams", streams, url])
    lab.warm_up()


@ROWS.add("h2c-proxy", "HTTP/2 clear text, nginx before an upstream of 50 ms",
          says=("io: upstream", "inconclusive"))
def _h2c_proxy(lab):
    upstream = lab.services.workload("slow_upstream", "--delay-ms", 50)
    nginx = lab.services.nginx_proxy(upstream.port, listen=" http2")
    _start_h2load(lab, f"http://127.0.0.1:{nginx.port}/", clients=2, streams=16)
    answer = lab.attach(nginx, "--port", nginx.port)
    return answer, [_says_what_is_excluded(answer),
                    _no_wrong_rate(answer, 2 * 16 / 0.0505)]


@ROWS.add("h2-tls-go", "HTTP/2 over TLS, Go computing", says=("cpu: *", "inconclusive"))
def _h2_tls_go(lab):
    service = lab.services.workload("go_service", "--tls", "--work", 100)
    _start_h2load(lab, f"https://127.0.0.1:{service.port}/compute", clients=2, streams=16)
    answer = lab.attach(service)
    return answer, [_says_what_is_excluded(answer)]
