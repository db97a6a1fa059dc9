"""Runs one pair: the source is recorded and predicted, then the target is measured."""

import dataclasses
import hashlib
import json
import random
import subprocess
import time

import procfs
from accuracy.rewrite_pairs import build_targets, command
from processes import Failure, Missing, run, tail

_LIFETIME_S = 900  # of a service, should everything else fail to end it
_READY_S = 60  # a large heap takes a while to fill
_ROUND_S = 3  # of warming up at full load
_MOST_ROUNDS = 15
_IS_WARM = 0.05  # rounds that differ by less in CPU time per request
_WARM_ROUNDS = 2  # in a row: a compiler may pause
_CALIBRATION_S = (4, 1)  # at about half of it
_SLACK_S = 60  # what boundscope may take beyond its duration before we call it hung
_SETTLE_S = 1  # of a load, before anything is measured
_LONGER_SPANS = 3  # where collections are rare
_MOST_RPS = 3000  # a service that mostly waits uses little CPU at any rate that the generator bears
_SATURATED_CORES = 0.9  # of the one that a service has; real-time processes get 0.95 at most
_SATURATED_LATE = 0.2
_TO = {"cpp": "c++"}  # as boundscope names a language, where that is no name for a folder
_FREQUENCY_HZ = 499  # samples at a fifth of a CPU are few; this is what the answer advises then


@dataclasses.dataclass
class Seen:
    """What clients and the kernel saw of a service at one load."""

    rps: float
    mean_ms: float
    p99_ms: float
    cpu_ms: float  # a request
    rss_mb: float
    late_share: float = 0.0  # of the requests: they waited for the service to free a connection

    @property
    def cores(self):
        return self.cpu_ms * self.rps / 1e3

    @property
    def saturated(self):
        """It does not carry the rate."""
        return self.cores > _SATURATED_CORES or self.late_share > _SATURATED_LATE

    def gain_over(self, other):
        """Ratios before/after, if this is before."""
        return {"latency": self.mean_ms / other.mean_ms, "tail": self.p99_ms / other.p99_ms,
                "capacity": self.cpu_ms / other.cpu_ms, "memory": self.rss_mb / other.rss_mb}


@dataclasses.dataclass
class Outcome:
    """One pair at one load."""

    pair: object
    load: float
    prediction: dict  # boundscope's answer
    sha256: str  # of the file with the prediction, before the target was started
    before: Seen
    after: Seen | None = None


def build_pair(pair, build):
    """Builds what is not there yet: the services are in no other target."""
    targets = build_targets(pair)
    done = subprocess.run(["cmake", "--build", build.folder, "--target", *targets],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Missing(f"{' and '.join(targets)} could not be built: {done.stdout.strip()[-300:]}")


def orders_json():
    """A batch of orders, the same in each run."""
    source = random.Random(1)
    orders = [{"customer": f"customer-{source.randrange(100)}",
               "placed": f"2026-11-{source.randrange(1, 29):02}T10:00:00Z",
               "items": [{"article": f"article-{source.randrange(300)}",
                          "price": round(source.uniform(1, 200), 2),
                          "count": source.randrange(1, 5)}
                         for _ in range(source.randrange(1, 6))]}
              for _ in range(150)]
    return json.dumps({"batch": "batch-1", "orders": orders})


class PairRun:
    def __init__(self, pair, lab, folder):
        self._pair, self._lab, self._folder = pair, lab, folder
        self._connections = 128 if pair.upstream_ms else 32
        self._recorded_s = lab.seconds * (_LONGER_SPANS if pair.collects_rarely else 1)
        self._seen_s = max(4, round(0.6 * self._recorded_s))
        self._arguments = []
        if pair.sends_orders:
            body = lab.processes.folder / "orders.json"
            body.write_text(orders_json(), encoding="utf-8")
            self._arguments = ["--body", body]
        self._service_options = []

    def run(self, loads):
        if self._pair.upstream_ms:
            upstream = self._lab.services.workload(
                "slow_upstream", "--delay-ms", self._pair.upstream_ms, cpus=self._lab.load_cpus)
            self._service_options = ["--upstream-port", upstream.port]
        source = self._start(self._pair.source)
        cpu_s = self._demand_s(source, self._warm_up(source))
        rates = {load: min(load / cpu_s, _MOST_RPS) for load in loads}
        outcomes = [self._predict(source, load, rate) for load, rate in rates.items()]
        self._lab.processes.stop(source)
        target = self._start(self._pair.target)
        self._warm_up(target)
        for outcome in outcomes:
            outcome.after = self._see(target, rates[outcome.load])
        self._lab.processes.stop(target)
        return outcomes

    def _start(self, language):
        words = command(self._pair, language, self._lab.build)
        return self._lab.processes.start_ready(
            [*words, *self._service_options, "--seconds", _LIFETIME_S], timeout_s=_READY_S,
            cpus=self._lab.service_cpus)

    def _warm_up(self, service):
        """CPU time of a request at full load, when compilers have mostly done their work."""
        cpu_s, warm = 0, 0
        for _ in range(_MOST_ROUNDS):
            before = cpu_s
            rps, cores, _ = self._load_and_wait(service, _ROUND_S, 0)
            cpu_s = cores / rps
            warm = warm + 1 if abs(cpu_s - before) < _IS_WARM * before else 0
            if warm == _WARM_ROUNDS:
                break
        return cpu_s

    def _demand_s(self, service, at_full_load_s):
        """CPU time of a request, at about half of the load or at the full one, whichever is more:
        with less load caches are colder, with more there is more to collect."""
        rate = min(0.5 / at_full_load_s, _MOST_RPS)
        rps, cores, _ = self._load_and_wait(service, *_CALIBRATION_S, "--rate", f"{rate:.1f}")
        return max(cores / rps, at_full_load_s)

    def _load_and_wait(self, service, seconds, warm_up, *more):
        """(requests/s, CPU cores, what the generator said) after the warm-up."""
        load = self._lab.processes.start(
            [self._lab.build.workloads / "load", "--port", service.port, "--seconds", seconds,
             "--warm-up", warm_up, "--connections", self._connections, *self._arguments, *more],
            stdout=subprocess.PIPE, cpus=self._lab.load_cpus)
        time.sleep(warm_up)
        cpu_s, began = procfs.cpu_clock_seconds(service.pid), time.monotonic()
        output, _ = load.process.communicate(timeout=seconds + 20)
        elapsed = time.monotonic() - began
        cores = (procfs.cpu_clock_seconds(service.pid) - cpu_s) / elapsed
        result = json.loads(output or "{}")
        if not result.get("requests"):
            raise Failure(f"{service.name} did not answer: {service.log.read_text()[-300:]}")
        if result["errors"] > 0.001 * result["requests"]:
            raise Failure(f"{service.name} answered {result['errors']} times with errors")
        return result["rps"], cores, result

    def _see(self, service, rate):
        rps, cores, result = self._load_and_wait(
            service, _SETTLE_S + self._seen_s, _SETTLE_S, "--rate", f"{rate:.1f}")
        return Seen(rps=rps, mean_ms=result["mean_ms"], p99_ms=result["p99_ms"],
                    cpu_ms=1e3 * cores / rps, rss_mb=procfs.rss_bytes(service.pid) / 2**20,
                    late_share=result["late"] / result["requests"])

    def _predict(self, source, load, rate):
        """Records the source under load, and freezes what is predicted to a file."""
        name = f"{self._pair.name}-{load:g}"
        recording = self._folder / f"{name}.jsonl"
        generator = self._lab.load(source.port, "--connections", self._connections, "--rate",
                                   f"{rate:.1f}", *self._arguments, cpus=self._lab.load_cpus)
        self._record(source, recording)
        generator.finish()
        prediction, digest = predict(self._lab.build, self._pair, recording,
                                     self._folder / f"{name}.json")
        return Outcome(self._pair, load, prediction, digest, self._see(source, rate))

    def _record(self, source, recording):
        """As urgent as what it watches: who comes too late to read sees less."""
        boundscope = self._lab.processes.start(
            [self._lab.build.boundscope, "record", "--pid", source.pid, "--frequency",
             _FREQUENCY_HZ, "--duration", self._recorded_s, "--output", recording])
        if boundscope.process.wait(timeout=self._recorded_s + _SLACK_S) != 0:
            raise Failure(f"boundscope record failed: {tail(boundscope.log)}")


def predict(build, pair, recording, frozen):
    """(boundscope's answer, SHA-256 of the file that holds it)"""
    text = run([build.boundscope, "report", recording, "--to", _TO.get(pair.target, pair.target),
                "--format", "json"])
    frozen.write_text(text, encoding="utf-8")
    return json.loads(text), hashlib.sha256(text.encode()).hexdigest()
