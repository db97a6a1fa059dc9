"""What looking at memory costs: a process with many mappings against one that has hardly any, under the same load."""

import json

from overhead.pairs import Goal, spread
from processes import run
from services import Load

_MAPPINGS = 10_000
_MAPPED_MB = 20 * 1024
_TOUCHED_MB = 4 * 1024  # as much as is still walked in a run of 30 s
_GOAL_CORES = 0.002
_SECONDS = 30
_LOAD = ("--connections", 2, "--rate", 1000)


def _tool_cores(build, service):
    answer = json.loads(run([build.boundscope, "attach", "--pid", service.pid, "--format", "json",
                             "--duration", _SECONDS]))
    return answer["cost"]["cpu_cores"], answer["memory"]["footprint"]


def measure(processes, services, build, pairs, progress):
    """(table rows, goals)"""
    small = services.workload("memory_service")
    large = services.workload("memory_service", "--mappings", _MAPPINGS, "--mapped-mb", _MAPPED_MB,
                              "--touched-mb", _TOUCHED_MB)
    loads = [Load(processes, build, service.port, *_LOAD) for service in (small, large)]
    without, added = [], []
    for number in range(pairs):
        progress(f"memory {number + 1}/{pairs}")
        base, _ = _tool_cores(build, small)
        cores, footprint = _tool_cores(build, large)
        without.append(base)
        added.append(cores - base)
    for load in loads:
        load.finish()
    processes.stop(large)
    processes.stop(small)
    cost = spread(added)
    text = f"{_MAPPINGS} mappings, {_MAPPED_MB // 1024} GiB, looked at by {footprint['source']}"
    rows = [(text + ", cores", spread(without).format(".4f"), cost.format(".4f"), "")]
    return rows, [Goal(f"looking at memory {100 * cost.median:.2f} % < 0.2 % of a CPU",
                       cost.median < _GOAL_CORES)]
