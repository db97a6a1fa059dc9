"""What watching a runtime costs: a collection, a CPU sample, attaching, and the names of functions."""

import json
import signal
import statistics
import time

from build_folder import SOURCE
from overhead.pairs import Goal, Pair, spread, wait_until_attached
from overhead.size import attach_once
from processes import Failure, find_program, run, wait_until

_FIRST_WINDOW_S = 0.5
_SYMBOLS_CPU_S = 1.0
_SYMBOLS_RSS_BYTES = 150_000_000
_SAMPLES_HZ = 997
_PHASE_S = 3
_PYTHON = "/usr/bin/python3"  # Debian's has probes of its own
_MIX = SOURCE / "tests/workloads/mix"
_MIX_SHARES = "language=40,zlib=10,hash=10,regex=10,alloc=20,syscalls=10"

# Each prints, again and again, the CPU nanoseconds that one unit of its work took.
_COLLECTIONS = """
import gc, time
gc.disable()
while True:
    began = time.thread_time_ns()
    for _ in range(200):
        gc.collect()
    print((time.thread_time_ns() - began) / 200, flush=True)
"""
_INTERPRETING = """
import time
while True:
    began, sum = time.thread_time_ns(), 0
    for i in range(300000):
        sum += i * i
    print((time.thread_time_ns() - began) / 1e9, flush=True)
"""


class _Repeating:
    def __init__(self, processes, program):
        self._output = processes.folder / f"unit-{time.monotonic_ns()}.out"
        with open(self._output, "wb") as output:
            self.service = processes.start([_PYTHON, "-c", program], stdout=output)
        wait_until(self._figures, "a first unit of work")

    def _figures(self):
        text = self._output.read_text(encoding="ascii")
        return [float(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def unit(self):
        """The median over a phase that begins now."""
        done = len(self._figures())
        time.sleep(_PHASE_S)
        return statistics.median(self._figures()[done:])


def _paired(processes, build, program, repeats, *options):
    repeating, pairs = _Repeating(processes, program), []
    for number in range(repeats):
        without = repeating.unit()
        tool = processes.start(
            [build.boundscope, "record", "--pid", repeating.service.pid, "--duration", 60,
             "--output", processes.folder / f"unit-{number}.rec", *options])
        wait_until_attached(tool)
        time.sleep(_PHASE_S)  # the first window plans the others
        pairs.append(Pair(without, repeating.unit()))
        processes.stop(tool, signal.SIGINT)
    processes.stop(repeating.service)
    return pairs


def _row(name, pairs, scale, pattern):
    return (name, spread(pair.without * scale for pair in pairs).format(pattern),
            spread(pair.difference * scale for pair in pairs).format("+" + pattern),
            spread(pair.ratio for pair in pairs).format(".3f"))


def _mixes(build):
    """Large programs whose functions have names in a perf map or in the program."""
    yield "JVM", [find_program("java"), "-Xmx384m", "-XX:+PreserveFramePointer", "-cp",
                  build.workloads / "mix/java", "Mix"]
    yield "Node", [find_program("node"), "--perf-basic-prof", _MIX / "node/mix.js"]


def _cost(processes, build, pid, seconds):
    """(CPU seconds beyond what measuring without samples takes, peak RSS, samples)"""
    spent = []
    for number, frequency in enumerate((99, 1)):
        file = processes.folder / f"symbols-{number}.rec"
        run([build.boundscope, "record", "--pid", pid, "--output", file, "--duration", seconds,
             "--frequency", frequency])
        with open(file, encoding="utf-8") as lines:
            windows = [line for line in map(json.loads, lines) if line["kind"] == "window"]
        costs = [window.get("cost", {}) for window in windows]
        spent.append((sum(cost.get("tool_cpu_ns", 0) for cost in costs) / 1e9,
                      max(cost.get("tool_rss_bytes", 0) for cost in costs),
                      sum(cost.get("samples", 0) for cost in costs)))
    if not spent[0][2]:
        raise Failure("there were no samples to find names for")
    return spent[0][0] - spent[1][0], spent[0][1], spent[0][2]


def _mix(processes, command, seconds):
    with open(processes.folder / f"mix-{time.monotonic_ns()}.out", "wb") as output:
        return processes.start([*command, "--seconds", seconds, "--shares", _MIX_SHARES],
                               stdout=output)


def _symbols(processes, build, repeats, recording_s, progress):
    rows, goals = [], []
    for name, command in _mixes(build):
        progress(f"{name}: attach, then names for {recording_s} s of samples")
        service = _mix(processes, command, 2 * recording_s + 60)
        time.sleep(5)  # until it is compiled
        first = spread(attach_once(processes, build, service, f"{name}-{number}")[0]
                       for number in range(repeats))
        cpu_s, rss, samples = _cost(processes, build, service.pid, recording_s)
        processes.stop(service)
        rows += [(f"{name}: attach to first window, s", first.format(".2f"), "", ""),
                 (f"{name}: CPU time for {samples} samples, s", f"{cpu_s:.2f}", "", ""),
                 (f"{name}: CPU time for a sample, us", f"{cpu_s / samples * 1e6:.0f}", "", ""),
                 (f"{name}: tool RSS, MB", f"{rss / 1e6:.0f}", "", "")]
        goals += [Goal(f"{name}: attach {first.median:.2f} s < {_FIRST_WINDOW_S} s",
                       first.median < _FIRST_WINDOW_S),
                  Goal(f"{name}: names for {recording_s} s {cpu_s:.2f} s < {_SYMBOLS_CPU_S} s",
                       cpu_s < _SYMBOLS_CPU_S),
                  Goal(f"{name}: tool RSS {rss / 1e6:.0f} MB < 150 MB", rss < _SYMBOLS_RSS_BYTES)]
    return rows, goals


def measure(processes, build, repeats, recording_s, progress):
    """(table rows, goals)"""
    progress("CPU time of a collection of CPython")
    collections = _paired(processes, build, _COLLECTIONS, repeats, "--budget", 100)
    progress(f"CPU time of a sample, {_SAMPLES_HZ} a second")
    samples = _paired(processes, build, _INTERPRETING, repeats, "--frequency", _SAMPLES_HZ)
    # What a second of CPU time is longer, over the samples in it.
    per_sample = spread((pair.ratio - 1) * 1e6 / _SAMPLES_HZ for pair in samples)
    rows = [_row("CPU time of a collection, us", collections, 1e-3, ".2f"),
            ("a CPU sample, us", "", per_sample.format("+.1f"), "")]
    more, goals = _symbols(processes, build, repeats, recording_s, progress)
    return rows + more, goals
