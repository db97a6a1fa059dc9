"""Runs an allocating service (tests/workloads/gc) under load within a quiet span."""

import json
import os
import pathlib
import re
import subprocess
import time
import urllib.request

import procfs
from accuracy import gc_truth
from accuracy.runtimes import program
from processes import Failure, Missing, find_program, tail, wait_until

_LIFETIME_SLACK_S = 120  # a service ends by itself, should we not end it
_WARM_UP_S = 6
_QUIET_S = 2  # for boundscope to attach, and for collections in the background to end


class GcService:
    """A running service; `read_truth` is the function of gc_truth for its runtime."""

    def __init__(self, lab, command, read_truth, gc_log=None, environment=None, cpus=None):
        self._output = lab.processes.folder / "service.out"
        self._read_truth = read_truth
        self.gc_log = gc_log
        lifetime_s = 4 * lab.seconds + _LIFETIME_SLACK_S
        with open(self._output, "wb") as output:
            self.service = lab.processes.start([*command, "--seconds", lifetime_s], stdout=output,
                                               environment=environment, cpus=cpus)
        wait_until(lambda: self._ready() or self.service.process.poll() is not None,
                   f"{self.service.name} ready", timeout_s=30)
        if not self._ready():
            raise Failure(f"{self.service.name} ended at once: {tail(self.service.log)}")
        self.port = int(self._ready()[0])

    @property
    def pid(self):
        return self.service.pid

    @property
    def log(self):
        return self.service.log

    def _text(self):
        return self._output.read_text(encoding="utf-8", errors="replace")

    def _ready(self):
        return [line.split()[1] for line in self._text().splitlines(keepends=True)
                if line.startswith("ready ") and line.endswith("\n")]

    def note(self):
        """What is known now. Asking costs the service something: the CPU times stand before it."""
        cpu_s, threads = procfs.cpu_seconds(self.pid), gc_truth.threads_of(self.pid)
        output_size = self._output.stat().st_size
        told = {} if self.gc_log else self._ask()
        told["output_size"] = output_size
        return gc_truth.Note(time.monotonic(), cpu_s, threads, told)

    def _ask(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/gc", timeout=10) as answer:
            return json.load(answer)

    def output_between(self, before, after):
        data = self._output.read_bytes()
        return data[before.told["output_size"]:after.told["output_size"]].decode(errors="replace")

    def truth(self, before, after):
        return self._read_truth(self, before, after)


class TimedLoad:
    """The load generator for some seconds, after a delay. `seconds` is the measured part: the
    generator ends by itself."""

    def __init__(self, lab, port, load, seconds, delay_s=0):
        words = ["sh", "-c", 'sleep "$0"; exec "$@"', delay_s, lab.build.workloads / "load",
                 "--port", port, "--seconds", seconds, *load]
        self._service = lab.processes.start(words, stdout=subprocess.PIPE)
        self._timeout_s = delay_s + seconds + 20

    def result(self):
        """What it measured (tests/workloads/cpp/latency_log.h), when it has ended."""
        output, _ = self._service.process.communicate(timeout=self._timeout_s)
        if not output:
            raise Failure(f"the load generator failed: {tail(self._service.log)}")
        return json.loads(output)


def warm_up(lab, service, load):
    TimedLoad(lab, service.port, load, _WARM_UP_S).result()
    time.sleep(_QUIET_S)


def _attach(lab, service, seconds, when_attached=None):
    asked_for, lab.seconds = lab.seconds, seconds
    try:
        return lab.attach(service, when_attached=when_attached)
    finally:
        lab.seconds = asked_for


def measure(lab, service, load):
    """Attaches boundscope and loads the service for lab.seconds within its measurement, so that the
    edges of both spans are without collections. (answer, truth, CPU seconds of the service)"""
    before, running, loaded_s = service.note(), [], lab.seconds

    def start_load():
        running.append(TimedLoad(lab, service.port, load, loaded_s, delay_s=2 * _QUIET_S))

    # A busy host takes its time to attach: the load begins after that, whenever it is.
    answer = _attach(lab, service, loaded_s + 6 * _QUIET_S, start_load)
    after = service.note()
    running[0].result()
    return answer, service.truth(before, after), after.cpu_s - before.cpu_s


def under_load(lab, service, load, watched):
    """(answer or None, truth, share of time stopped, load's result): load without a break, and
    boundscope, if it is `watched`, coming, measuring for lab.seconds, and going meanwhile."""
    before, answer = service.note(), None
    loaded_s = lab.seconds + 3 * _QUIET_S
    running = TimedLoad(lab, service.port, load, loaded_s)
    if watched:
        time.sleep(_QUIET_S)
        answer = _attach(lab, service, lab.seconds)
    result = running.result()
    time.sleep(_QUIET_S)
    truth = service.truth(before, service.note())
    return answer, truth, truth.total_s / loaded_s, result


def built(lab, name):
    found = lab.build.workloads / "gc" / name
    if not found.exists():
        raise Missing(f"gc/{name} was not built (its compiler was not found)")
    return found


def newer_java():
    """What the user names, or the newest JDK beside the host's own."""
    if "BOUNDSCOPE_NEWER_JAVA" in os.environ:
        return program("jdk", "BOUNDSCOPE_NEWER_JAVA", "")
    own = pathlib.Path(find_program("java")).resolve().parents[1]
    found = {}
    for release in pathlib.Path("/usr/lib/jvm").glob("*/release"):
        words = re.search(r'JAVA_VERSION="(\d+)', release.read_text(encoding="utf-8"))
        java = release.parent / "bin/java"
        if words and java.exists() and release.parent.resolve() != own:
            found[int(words[1])] = java
    if not found:
        raise Missing("no second JDK in /usr/lib/jvm, and BOUNDSCOPE_NEWER_JAVA names none")
    return found[max(found)]
