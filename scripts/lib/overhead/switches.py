"""What a context switch costs more while a tool is attached: a pinned ping-pong, nothing else."""

import dataclasses
import json
import signal
import statistics
import subprocess
import threading
import time
from typing import Callable

from overhead.pairs import Goal, Pair, spread, wait_until_attached
from processes import Missing, find_program

_MODES = ("pipe", "futex")
_PHASE_S = 1.5
_SETTLE_S = 0.5  # after attaching and after detaching
_TOOL_LIFETIME_S = 60
_MOST_OF_OFFCPUTIME = 0.2
_MOST_OF_EMPTY = 3.0


@dataclasses.dataclass
class Tool:
    name: str
    command: Callable  # pid -> words


def _tools(build):
    tools = [
        Tool("boundscope --budget 100",
             lambda pid: [build.boundscope, "attach", "--pid", pid, "--budget", 100, "--duration",
                          _TOOL_LIFETIME_S]),
        Tool("empty programs",
             lambda pid: [build.workloads / "empty_hooks", "--object",
                          build.workloads / "empty_hooks.bpf.o"]),
    ]
    try:
        offcputime = find_program("offcputime")
        tools.append(Tool("offcputime -p",
                          lambda pid: [offcputime, "-p", pid, _TOOL_LIFETIME_S]))
    except Missing:
        pass  # named in the table's goals
    return tools


class _PingPong:
    """The running program; its cost per switch over the time of a phase."""

    def __init__(self, processes, build, mode, cpus):
        self.service = processes.start(
            [build.workloads / "ping_pong", "--mode", mode, "--cpu", min(cpus), "--seconds", 900],
            stdout=subprocess.PIPE)
        self._slices = []
        threading.Thread(target=self._read, args=(self.service.process.stdout,), daemon=True).start()

    def _read(self, output):
        for line in output:
            self._slices.append(json.loads(line))

    def measure(self):
        began = time.monotonic()
        time.sleep(_PHASE_S)
        ended = time.monotonic()
        return statistics.median(part["ns_per_switch"] for part in list(self._slices)
                                 if began + 0.1 < part["at"] < ended)


def _measure_pair(processes, ping_pong, tool, cpus):
    without = ping_pong.measure()
    running = processes.start(tool.command(ping_pong.service.pid), cpus={max(cpus)})
    wait_until_attached(running)
    time.sleep(_SETTLE_S)
    attached = ping_pong.measure()
    processes.stop(running, signal.SIGINT)
    time.sleep(_SETTLE_S)
    return Pair(without, attached)


def measure(processes, build, pairs, cpus, progress):
    """(table rows, goals)"""
    rows, goals = [], []
    for mode in _MODES:
        ping_pong = _PingPong(processes, build, mode, cpus)
        tools = _tools(build)
        results = {tool.name: [] for tool in tools}
        for number in range(pairs):
            for tool in tools:
                progress(f"switch {mode} {tool.name} {number + 1}/{pairs}")
                results[tool.name].append(_measure_pair(processes, ping_pong, tool, cpus))
        processes.stop(ping_pong.service)  # the next one needs the CPU for itself
        added = {}
        for name, measured in results.items():
            difference = spread(pair.difference for pair in measured)
            added[name] = difference.median
            rows.append((f"{mode} switch, {name}",
                         spread(pair.without for pair in measured).format(".0f"),
                         difference.format("+.0f"),
                         spread(pair.ratio for pair in measured).format(".3f")))
        goals += _goals(mode, added)
    return rows, goals


def _goals(mode, added):
    ours = added["boundscope --budget 100"]
    goals = [_goal(mode, ours, "empty programs", added["empty programs"], _MOST_OF_EMPTY)]
    if "offcputime -p" in added:
        goals.append(
            _goal(mode, ours, "offcputime -p", added["offcputime -p"], _MOST_OF_OFFCPUTIME))
    else:
        goals.append(Goal(f"{mode}: offcputime (libbpf-tools) is not installed", False))
    return goals


def _goal(mode, ours, name, theirs, most):
    return Goal(f"{mode}: added ns per switch {ours:.0f} <= {most:g} x {theirs:.0f} of {name}"
                f" (is {ours / theirs:.2f} x)", ours <= most * theirs)
