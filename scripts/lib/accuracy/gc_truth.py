"""What the collector of a runtime did, by the runtime's own means (tests/workloads/gc/README.md).

Each function here takes a service and what was noted of it before and after a span. The span begins
and ends without load, so that no collection is under way at its edges.
"""

import dataclasses
import math
import os
import pathlib
import re

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_MEGABYTE = 1 << 20
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


@dataclasses.dataclass
class ThreadTime:
    name: str
    user_s: float
    cpu_s: float
    waited_s: float  # for a CPU


@dataclasses.dataclass
class Note:
    """What is known at a moment."""

    at_s: float  # CLOCK_MONOTONIC
    cpu_s: float  # of the process, by the kernel
    threads: dict  # ThreadTime by task
    told: dict  # by the service itself


@dataclasses.dataclass
class Truth:
    """None is what this runtime does not tell."""

    pauses: int | None = None
    cycles: int | None = None
    total_s: float | None = None
    total_most_s: float | None = None  # where what is known is a range
    longest_s: float | None = None
    longest_is_bound: bool = False
    live_bytes: float | None = None
    gc_cpu_s: float | None = None
    gc_cpu_most_s: float | None = None  # where what is known is a range
    other_stops: int | None = None  # of a JVM, for other reasons than collecting
    resolution_s: float = 0.0  # of the longest, as the runtime prints it


def threads_of(pid):
    """{task: ThreadTime} of a process, by the kernel's accounts."""
    threads = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            cpu_ns, waited_ns, _ = map(int, (task / "schedstat").read_text().split())
            name, fields = _stat(task)
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        threads[task.name] = ThreadTime(name, int(fields[11]) / _TICKS_PER_S, cpu_ns / 1e9,
                                        waited_ns / 1e9)
    return threads


def _stat(task):
    """(name, the fields that follow it) of a thread."""
    text = (task / "stat").read_text()
    end = text.rindex(")")
    return text[text.index("(") + 1:end], text[end + 2:].split()


def _used(before, after, wanted, field):
    """What the threads that `wanted(task, name)` chooses used within the span."""
    return sum(getattr(now, field)
               - (getattr(before.threads[task], field) if task in before.threads else 0.0)
               for task, now in after.threads.items() if wanted(task, now.name))


def _user_s(before, after, wanted):
    """CPU seconds in user space: what the kernel does for a collector is the kernel's."""
    return _used(before, after, wanted, "user_s")


def _cpu_of_wall(before, after, wall_s, wanted=lambda task, name: True):
    """CPU seconds in wall time of threads that had work all the while. Where others share the CPUs,
    a part of it went by waiting for one: a range, which is a point on a quiet host."""
    cpu_s = _used(before, after, wanted, "cpu_s")
    waited_s = _used(before, after, wanted, "waited_s")
    least_s = wall_s * cpu_s / (cpu_s + waited_s) if cpu_s else wall_s
    return {"gc_cpu_s": least_s, "gc_cpu_most_s": wall_s}


def _wall_of_cpu(before, after, cpu_s):
    """The reverse: stopped for at least that long, and longer where it waited for a CPU."""
    used_s = _used(before, after, lambda task, name: True, "cpu_s")
    waited_s = _used(before, after, lambda task, name: True, "waited_s")
    most_s = cpu_s * (used_s + waited_s) / used_s if used_s else cpu_s
    return {"total_s": cpu_s, "total_most_s": most_s}


def _grown(before, after, name):
    return after.told[name] - before.told[name]


def _of_pauses(before, pauses, **more):
    """Of [begin, length] in seconds; answering the question before the span may have had some."""
    lengths = [length for began_s, length in pauses if began_s >= before.at_s]
    return Truth(pauses=len(lengths), total_s=sum(lengths), longest_s=max(lengths, default=0.0),
                 **more)


# --- Go -----------------------------------------------------------------------------------------

_GCTRACE = re.compile(
    r"^gc (?P<number>\d+) @.*?: (?P<sweep>[\d.]+)\+[\d.]+\+(?P<mark>[\d.]+) ms clock, "
    r"(?P<sweep_cpu>[\d.]+)\+(?P<assist>[\d.]+)/(?P<background>[\d.]+)/[\d.]+\+"
    r"(?P<mark_cpu>[\d.]+) ms cpu, \d+->\d+->(?P<live>\d+) MB", re.MULTILINE)


def _last_digit(number):
    """Half a unit of the last digit that is printed."""
    return 0.5 * 10 ** -len(number.partition(".")[2])


def _bounded(stop, cycle_ms):
    """(ms, resolution, whether it is only known to be no longer) of a stop that gctrace printed."""
    if float(stop) > cycle_ms + _last_digit(stop):
        return cycle_ms, 0.0, True
    return float(stop), _last_digit(stop), False


def go(service, before, after):
    """Counts and total as the runtime keeps them; single stops and CPU time by gctrace, without
    what is marked on idle processors: that is nobody's loss."""
    text = service.log.read_text(encoding="utf-8", errors="replace")
    lines = [line for line in _GCTRACE.finditer(text)
             if before.told["cycles"] < int(line["number"]) <= after.told["cycles"]]
    # It begins to measure before the world is asked to stop, so that a stop may come out longer than the
    # runtime's account of its whole cycle, which bounds it then.
    of_cycle = {after.told["cycles"] - age: pause_s * 1e3
                for age, pause_s in enumerate(after.told["cycle_pauses_s"])}
    longest_ms, resolution_ms, is_bound = max(
        (_bounded(line[part], of_cycle.get(int(line["number"]), math.inf))
         for line in lines for part in ("sweep", "mark")), default=(0.0, 0.0, True))
    cpu_ms = sum(float(line[part]) for line in lines
                 for part in ("sweep_cpu", "assist", "background", "mark_cpu"))
    live_mb = int(lines[-1]["live"]) + 0.5 if lines else None  # the trace rounds down
    return Truth(pauses=_grown(before, after, "stops"), cycles=_grown(before, after, "cycles"),
                 total_s=_grown(before, after, "pause_s"), longest_s=longest_ms / 1e3,
                 resolution_s=resolution_ms / 1e3, longest_is_bound=is_bound,
                 live_bytes=live_mb * _MEGABYTE if lines else None,
                 **_cpu_of_wall(before, after, cpu_ms / 1e3))


# --- JVM ----------------------------------------------------------------------------------------

_STAMP = r"^\[(?P<at>\d+)ns\]"
_SAFEPOINT = re.compile(
    _STAMP + r'\[safepoint *\] Safepoint "(?P<why>[^"]+)".* Total: *(?P<total>\d+) ns',
    re.MULTILINE)
# G1's pauses for marking free no young objects: what they leave is not what lives, but what they free does not
# live either.
_COLLECTED = re.compile(
    _STAMP + r"\[gc[^]]*\] GC\(\d+\) (?P<marking>Pause (?:Remark|Cleanup))?"
    r".*?(?P<before>\d+)(?P<unit_before>[KMG])->(?P<used>\d+)(?P<unit>[KMG])\b",
    re.MULTILINE)
_JVM_GC_THREADS = ("GC Thread", "G1 ", "ZWorker", "ZDriver", "ZDirector", "XWorker", "XDriver",
                   "XDirector", "RuntimeWorker", "Shenandoah", "VM Thread")
_JVM_GC_REASONS = ("G1", "Z", "X", "Shenandoah", "ParallelGC", "GenCollect", "CMS", "Serial",
                   "CollectForMetadata", "PauseRoot")


def _is_gc_reason(reason):
    return reason.startswith(_JVM_GC_REASONS) or "ForAllocation" in reason


def jvm(service, before, after):
    """All safepoints of the log, whatever for: a request stands still in each of them."""
    text = service.gc_log.read_text(encoding="utf-8", errors="replace")

    def within(pattern):
        return [line for line in pattern.finditer(text)
                if before.at_s <= int(line["at"]) / 1e9 <= after.at_s]

    live_bytes = None
    for line in within(_COLLECTED):
        used = int(line["used"]) * _UNITS[line["unit"]]
        if not line["marking"]:
            live_bytes = used
        elif live_bytes is not None:
            live_bytes -= int(line["before"]) * _UNITS[line["unit_before"]] - used
    safepoints = within(_SAFEPOINT)

    def collects(_, name):
        return name.startswith(_JVM_GC_THREADS)

    # What the kernel does for a collector is the kernel's, but for memory that it touches first.
    return _of_pauses(
        before, [(int(line["at"]) / 1e9, int(line["total"]) / 1e9) for line in safepoints],
        live_bytes=live_bytes, gc_cpu_s=_user_s(before, after, collects),
        gc_cpu_most_s=_used(before, after, collects, "cpu_s"),
        other_stops=sum(not _is_gc_reason(line["why"]) for line in safepoints))


# --- Node ---------------------------------------------------------------------------------------

_STEPS = re.compile(r"\(\+ (?P<ms>[\d.]+) ms in \d+ steps")
_FULL = re.compile(r"Mark-[Cc]ompact.*?-> (?P<used>[\d.]+) \(")


def node(service, before, after):
    """perf_hooks sees the pauses; the trace tells the steps of marking between them, too. Workers
    collect and compile. The main thread may wait for them within a pause, and nothing tells how long: their CPU
    time is known, and that of both is at least that, and at least the pauses'."""
    traced = service.output_between(before, after)
    steps_s = sum(float(line["ms"]) for line in _STEPS.finditer(traced)) / 1e3
    full = [float(line["used"]) for line in _FULL.finditer(traced)]
    truth = _of_pauses(before, after.told["pauses"],
                       live_bytes=full[-1] * _MEGABYTE if full else None)
    main = str(service.pid)
    workers_s = _user_s(before, after, lambda task, _: task != main)
    on_main = _cpu_of_wall(before, after, truth.total_s + steps_s, lambda task, _: task == main)
    truth.gc_cpu_s = max(workers_s, on_main["gc_cpu_s"])
    truth.gc_cpu_most_s = workers_s + on_main["gc_cpu_most_s"]
    return truth


# --- the others tell it all themselves ------------------------------------------------------------


def cpython(_, before, after):
    """To be loaded by one client: with more, a callback may give up the interpreter's lock before
    it has read the clock."""
    return _of_pauses(before, after.told["pauses"], gc_cpu_s=_grown(before, after, "gc_cpu_s"))


def ruby(_, before, after):
    """Ruby's clock is CPU time, and one collection sweeps in many slices: their number is not told,
    and the longest stop is at most the longest collection."""
    wall = _wall_of_cpu(before, after, _grown(before, after, "pause_s"))
    stretched = wall["total_most_s"] / wall["total_s"] if wall["total_s"] else 1.0
    return Truth(cycles=_grown(before, after, "cycles"),
                 gc_cpu_s=_grown(before, after, "gc_cpu_s"),
                 longest_s=after.told["longest_cycle_s"] * stretched, longest_is_bound=True, **wall)


def php(_, before, after):
    """Lengths are known of collections that the service asked for, and since PHP 8.3 of all."""
    if after.told["pauses"]:
        return _of_pauses(before, after.told["pauses"], gc_cpu_s=_grown(before, after, "gc_cpu_s"))
    runs = _grown(before, after, "cycles")
    if "pause_s" not in after.told:
        return Truth(pauses=runs)
    total_s = _grown(before, after, "pause_s")
    return Truth(pauses=runs, total_s=total_s, **_cpu_of_wall(before, after, total_s))


def beam(_, before, after):
    """Each process collects for itself: stops of one request, never of the program."""
    total_s = _grown(before, after, "pause_s")
    on_schedulers = _cpu_of_wall(before, after, total_s,
                                 lambda _, name: name.startswith("erts_s"))
    return Truth(pauses=_grown(before, after, "cycles"), total_s=total_s, **on_schedulers)
