"""Compares `gc` of boundscope's answer with what the runtime knows."""

import dataclasses

from accuracy.checks import Check, at_most, close_to, figure

_CPU_SHARE_POINTS = 0.03


@dataclasses.dataclass(frozen=True)
class Bounds:
    """How near it has to be. What is wider than the default is what can be had of that runtime from
    outside; docs/gc.md says why."""

    pauses_relative: float = 0.0  # else within 1
    total_relative: float = 0.03
    longest_relative: float = 0.05
    live_relative: float = 0.10
    pause_s: float = 0.0  # of a single pause, where its ends are not the same as the runtime's
    live_is_hidden: bool = False  # nothing outside tells it: null, or right
    cycles_are_hidden: bool = False
    stops_are_none: bool = False  # nothing stops the program: null with the reason, or right
    apart: tuple[str, ...] = ()  # owners that hold a part of what the runtime counts


def _live_heap(answer):
    gc, memory = answer.document["gc"] or {}, answer.document["memory"] or {}
    return gc.get("live_heap_bytes") or memory.get("live_heap_bytes")


def _live_check(answer, truth, bounds):
    said = _live_heap(answer)
    if bounds.live_is_hidden and said is None:
        return Check("live heap", "null", "hidden", "", True)
    mib = 1 << 20
    return close_to("live heap MiB", None if said is None else said / mib, truth.live_bytes / mib,
                    bounds.live_relative)


def _count_checks(gc, truth, bounds):
    made = []
    if truth.pauses is not None:
        made.append(close_to("pauses", gc.get("pauses"), truth.pauses, bounds.pauses_relative, 1))
    if truth.cycles is not None and bounds.cycles_are_hidden and gc.get("cycles") is None:
        made.append(Check("cycles", "null", "hidden", "", True))
    elif truth.cycles is not None:
        made.append(close_to("cycles", gc.get("cycles"), truth.cycles, absolute=1))
    return made


def _length_checks(gc, truth, bounds):
    made = []
    if truth.total_s is not None:
        said = gc.get("pause_total_ms")
        # Of a range, the end that is nearer to what was said.
        known_s = truth.total_s if truth.total_most_s is None or said is None else min(
            max(truth.total_s, said / 1e3), truth.total_most_s)
        slack_s = known_s * bounds.total_relative + bounds.pause_s * (truth.pauses or 0)
        made.append(close_to("total ms", said, known_s * 1e3, absolute=slack_s * 1e3))
    if truth.longest_is_bound:
        made.append(at_most("longest ms", gc.get("pause_max_ms"),
                            truth.longest_s * (1 + bounds.longest_relative) * 1e3))
    elif truth.longest_s is not None:
        slack_s = truth.longest_s * bounds.longest_relative + truth.resolution_s + bounds.pause_s
        made.append(close_to("longest ms", gc.get("pause_max_ms"), truth.longest_s * 1e3,
                             absolute=slack_s * 1e3))
    return made


def _owner_share(answer, name):
    return sum(part["share"] for part in answer.document["cpu_time"] or [] if part["owner"] == name)


def _percent(low, high):
    return f"{100 * low:.1f} %" if low == high else f"{100 * low:.1f} to {100 * high:.1f} %"


def _cpu_check(answer, truth, cpu_s, bounds):
    """Both may be ranges, which have to meet."""
    known = (truth.gc_cpu_s / cpu_s,
             min(1.0, (truth.gc_cpu_most_s or truth.gc_cpu_s) / cpu_s))
    said = (answer.document["gc"] or {}).get("cpu_share")
    if said is None:
        return Check("GC share of CPU", "null", _percent(*known), "not measured", False)
    most = said + sum(_owner_share(answer, name) for name in bounds.apart)
    distance = max(said - known[1], known[0] - most, 0.0)
    return figure("GC share of CPU", _percent(said, most), _percent(*known),
                  f"{100 * distance:.1f} points", distance, _CPU_SHARE_POINTS)


def checks(answer, truth, cpu_s, bounds=Bounds()):
    gc = answer.document["gc"] or {}
    if bounds.stops_are_none and gc.get("pauses") is None and gc.get("missing"):
        made = [Check("pauses", "null", "none", "", True)]
    else:
        made = _count_checks(gc, truth, bounds) + _length_checks(gc, truth, bounds)
    if truth.live_bytes is not None:
        made.append(_live_check(answer, truth, bounds))
    if truth.gc_cpu_s is not None:
        made.append(_cpu_check(answer, truth, cpu_s, bounds))
    return made
