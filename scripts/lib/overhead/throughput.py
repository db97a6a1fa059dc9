"""What saturated services lose while boundscope is attached."""

import dataclasses
import signal
import time
from typing import Callable

from overhead.pairs import Goal, Pair, spread, wait_until_attached
from services import Load

_MOST_LOST = 0.01
_CONDITIONS = (("default budget", ()), ("--budget 100", ("--budget", 100)))
_SETTLE_S = 1


@dataclasses.dataclass
class Case:
    name: str
    start: Callable  # (Services, cpus) -> Service
    load: tuple


CASES = (
    Case("redis-server", lambda services, cpus: services.redis(cpus=cpus),
         ("--protocol", "resp", "--connections", 50)),
    Case("nginx, small file", lambda services, cpus: services.nginx_static(cpus=cpus),
         ("--path", "/small.html", "--connections", 32)),
    Case("Go http", lambda services, cpus: services.workload("go_service", cpus=cpus),
         ("--path", "/hello", "--connections", 32)),
    Case("Node http", lambda services, cpus: services.node(cpus=cpus),
         ("--path", "/hello", "--connections", 32)),
)


def _phase(seconds):
    """Wall-clock bounds of a phase that starts now."""
    time.sleep(_SETTLE_S)
    began = time.time()
    time.sleep(seconds)
    return began, time.time()


def _attached_phase(processes, build, service, options, seconds, cpus):
    tool = processes.start(
        [build.boundscope, "attach", "--pid", service.pid, "--duration", seconds + 30, *options],
        cpus={max(cpus)})
    wait_until_attached(tool)
    bounds = _phase(seconds)
    processes.stop(tool, signal.SIGINT)
    return bounds


def _measure_case(processes, services, build, case, pairs, phase_s, cpus, progress):
    service = case.start(services, {min(cpus)})
    load = Load(processes, build, service.port, *case.load, cpus={max(cpus)})
    time.sleep(_SETTLE_S)
    phases = {name: [] for name, _ in _CONDITIONS}
    for number in range(pairs):
        for name, options in _CONDITIONS:
            progress(f"throughput {case.name}, {name} {number + 1}/{pairs}")
            without = _phase(phase_s)
            phases[name].append(
                (without, _attached_phase(processes, build, service, options, phase_s, cpus)))
    load.finish()
    processes.stop(service)
    rate = {name: [Pair(load.between(*without)[0], load.between(*attached)[0])
                   for without, attached in bounds] for name, bounds in phases.items()}
    return rate


def measure(processes, services, build, pairs, phase_s, cpus, progress):
    """(table rows, goals)"""
    rows, goals = [], []
    for case in CASES:
        rates = _measure_case(processes, services, build, case, pairs, phase_s, cpus, progress)
        for name, measured in rates.items():
            ratio = spread(pair.ratio for pair in measured)
            rows.append((f"{case.name}, {name}",
                         spread(pair.without for pair in measured).format(".0f"),
                         spread(pair.difference for pair in measured).format("+.0f"),
                         ratio.format(".3f")))
            if name == "default budget":
                goals.append(Goal(f"{case.name}: throughput lost {1 - ratio.median:.2%} <= "
                                  f"{_MOST_LOST:.0%} at the default budget",
                                  1 - ratio.median <= _MOST_LOST))
    return rows, goals
