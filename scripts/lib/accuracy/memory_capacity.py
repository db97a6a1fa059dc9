"""`scripts/accuracy memory`, capacity and footprint: limits, eviction, leaks, what memory is.

The truth is made by intervention: the same service under the same load with and without its limit,
a leak of known size at a known rate, processes that share what we told them to share.
"""

import os
import sys
import time

from accuracy.checks import at_least, at_most, close_to, contains, holds
from accuracy.row import Rows
from cgroups import Cgroup
from processes import wait_until

ROWS = Rows()

_MIB = 1 << 20
_FILE_MB = 256
_LIMIT_MB = 64
_ONE_CLIENT = ("--connections", 1)


def _data_file(lab, size_mb=_FILE_MB):
    """A file whose pages are in nobody's cache."""
    path = lab.processes.folder / "data"
    block = os.urandom(_MIB)
    with open(path, "wb") as out:
        for _ in range(size_mb):
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
        os.posix_fadvise(out.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return path


def _group(lab, name):
    group = Cgroup("memory", name)
    lab.processes.on_exit(group.remove)
    return group


def _read_all(lab, path, group):
    """Reads a file in the cgroup, so that its pages are charged there."""
    reader = lab.processes.start(["cat", path], cgroups=[group])
    reader.process.wait(timeout=120)


def _latency_ms(lab, service, seconds):
    load = lab.load(service.port, *_ONE_CLIENT)
    began = time.time()
    time.sleep(seconds)
    return load.between(began, time.time())[1]


def _at_limit(lab, mode):
    """The answer under a limit, and what a request then takes longer than without it."""
    path = _data_file(lab)
    group = _group(lab, mode)
    service = lab.services.workload("memory_service", "--mode", mode, "--file", path, "--pages", 4,
                                    cgroups=[group])
    _read_all(lab, path, group)
    without_ms = _latency_ms(lab, service, seconds=4)
    group.limit_memory(_LIMIT_MB * _MIB)
    load = lab.load(service.port, *_ONE_CLIENT)
    hits, refaults = group.memory_hits(), group.refaults()
    answer = lab.attach(service)
    hits, refaults = group.memory_hits() - hits, group.refaults() - refaults
    _, with_ms = load.between(answer.began, answer.ended)
    memory = answer.document["memory"]
    return answer, [
        close_to("paging ms", answer.milliseconds("paging"), with_ms - without_ms, relative=0.15),
        close_to("limit MiB", (memory["limit_bytes"] or 0) / _MIB, _LIMIT_MB, relative=0.001),
        close_to("limit hits/s", memory["limit_hits_per_s"], hits / answer.seconds, relative=0.15),
        close_to("refaults/s", memory["refaults_per_s"], refaults / answer.seconds, relative=0.15),
    ]


@ROWS.add("mapped-limit", "a mapped file four times its memory limit", says=("memory: capacity",),
          ci=True)
def _mapped_limit(lab):
    answer, checks = _at_limit(lab, "mapped")
    memory = answer.document["memory"]
    checks.append(at_least("major faults/s", memory["major_faults_per_s"], 100))
    return answer, checks


@ROWS.add("rereads", "a service that reads its own evicted files again", says=("memory: capacity",))
def _rereads(lab):
    answer, checks = _at_limit(lab, "read")
    checks.append(contains("suggests", [row["code"] for row in answer.document["verdict"]
                                        ["evidence"]], "suggests_limit"))
    return answer, checks


@ROWS.add("page-cache", "at its limit by page cache that nobody misses", says=("cpu: *",), ci=True)
def _page_cache(lab):
    path = _data_file(lab)
    group = _group(lab, "cache")
    group.limit_memory(_LIMIT_MB * _MIB)
    service = lab.services.workload("memory_service", "--mode", "read", "--file", path, "--pages",
                                    64, "--hot-mb", 16, cgroups=[group])
    _read_all(lab, path, group)
    lab.load(service.port, "--connections", 2)
    answer = lab.attach(service)
    memory = answer.document["memory"]
    return answer, [
        at_least("limit in use", (memory["usage_bytes"] or 0) / (_LIMIT_MB * _MIB), 0.8),
        close_to("page cache MiB", (memory["page_cache_bytes"] or 0) / _MIB, _LIMIT_MB,
                 relative=0.15),
        at_most("paging share", answer.share("paging"), 0.05),
    ]


@ROWS.add("oom-kill", "workers that are killed at the limit and started again", says=("*",), ci=True)
def _oom_kill(lab):
    group = _group(lab, "oom")
    group.limit_memory(_LIMIT_MB * _MIB)
    group.forbid_swap()
    worker = f"{sys.executable} -c 'bytearray({2 * _LIMIT_MB} << 20)'"
    master = lab.processes.start(["sh", "-c", f"while :; do {worker}; sleep 0.5; done"],
                                 cgroups=[group])
    wait_until(lambda: group.oom_kills() > 0, "the first worker to be killed", 30)
    kills = group.oom_kills()
    answer = lab.attach(master, "--pid", master.pid)
    kills = group.oom_kills() - kills
    memory = answer.document["memory"]
    return answer, [
        at_least("kills known", kills, 3),
        close_to("kills", memory["oom_kills"], kills, absolute=2),  # one at either edge
        contains("caveats", answer.caveats, "oom_killed"),
    ]


@ROWS.add("leak", "16 KiB a request, never given back", says=("*",))
def _leak(lab):
    block, rate, limit_mb = 16 * 1024, 400, 1024
    group = _group(lab, "leak")
    group.limit_memory(limit_mb * _MIB)
    service = lab.services.workload("memory_service", "--mode", "leak", "--bytes", block,
                                    cgroups=[group])
    load = lab.load(service.port, "--connections", 4, "--rate", rate)
    answer = lab.attach(service)
    used = group.memory_used()
    rps, _ = load.between(answer.began, answer.ended)
    # What malloc() adds to each block, and the table of blocks.
    slope = rps * (block + 16 + 8)
    memory = answer.document["memory"]
    left_s = (limit_mb * _MIB - used) / slope
    return answer, [
        close_to("slope KiB/s", (memory["rss_slope_bytes_per_s"] or 0) / 1024, slope / 1024,
                 relative=0.10),
        close_to("limit met in s", memory["limit_reached_in_s"], left_s, relative=0.15),
        contains("caveats", answer.caveats, "memory_grows"),
    ]


@ROWS.add("prefork", "four workers that share most of their memory", says=("cpu: *",), ci=True)
def _prefork(lab):
    workers, shared_mb, private_mb = 4, 200, 20
    service = lab.services.workload("memory_service", "--workers", workers, "--shared-mb",
                                    shared_mb, "--private-mb", private_mb)
    lab.load(service.port, "--connections", 4)
    answer = lab.attach(service)
    memory = answer.document["memory"]
    foot = memory["footprint"]
    # Each process has a few pages of its own, and all share the C++ library.
    known = shared_mb + workers * private_mb
    return answer, [
        close_to("processes", foot["processes"], workers + 1),
        close_to("together MiB", (foot["pss_bytes"] or 0) / _MIB, known, relative=0.05),
        close_to("private MiB", (foot["private_bytes"] or 0) / _MIB, workers * private_mb,
                 relative=0.10),
        close_to("shared MiB", (foot["shared_bytes"] or 0) / _MIB, shared_mb, relative=0.05),
        holds("source", str(foot["source"]), "smaps", foot["source"] == "smaps"),
    ]
