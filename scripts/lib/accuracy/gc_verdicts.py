"""`scripts/accuracy gc`, the second half: what the pauses mean for requests, and that watching them
adds none."""

import statistics

from accuracy.checks import at_least, at_most
from accuracy.gc import go_service, jvm_service, python_service
from accuracy.gc_service import under_load, warm_up
from accuracy.row import Rows
from processes import Failure

ROWS = Rows()

_STEADY = ("--connections", 16, "--rate", 600)
_EASY = ("--connections", 16, "--rate", 300)  # for who would else collect all the time
_WARM_UP = ("--connections", 4)  # as fast as it can, so that it is compiled sooner
_LARGE = ("--live-mb", 256, "--garbage-kb", 128)
_TIGHT_MB = 392  # the old generation, two thirds, is just larger than what lives
_ROUNDS = 3


def _tail_gain(answer):
    """The largest that a rewrite is said to bring."""
    gains = [target["goals"]["tail"]["mid"] for target in answer.document["rewrite"]["to"]]
    return max((gain for gain in gains if gain is not None), default=None)


def _tail_by_stops(answer):
    load = answer.load
    if not load["latency_p99_ms"] or not load["latency_p99_without_stops_ms"]:
        return None
    return load["latency_p99_ms"] / load["latency_p99_without_stops_ms"]


def _serve(lab, heap_mb):
    """(answer, share of time stopped, longest stop and p99 in seconds)"""
    service = jvm_service(lab, "Serial", heap_mb=heap_mb, sizes=_LARGE,
                          options=(f"-Xms{heap_mb}m", "-XX:+AlwaysPreTouch"))
    warm_up(lab, service, _WARM_UP)
    answer, truth, stopped_share, load = under_load(lab, service, _EASY, watched=True)
    return answer, stopped_share, truth.longest_s, load["p99_ms"] / 1e3


@ROWS.add("tail-is-gc", "a large live heap with little room beside it", says=("memory: gc",))
def _tail_is_gc(lab):
    answer, stopped_share, longest_s, p99_s = _serve(lab, _TIGHT_MB)
    # Then one request in a hundred and more met a stop, and the slowest of them were those.
    if stopped_share < 0.02 or p99_s < 0.3 * longest_s:
        raise Failure(f"the tail was not GC: stopped {stopped_share:.1%}, longest "
                      f"{longest_s:.3f} s, p99 {p99_s:.3f} s")
    return answer, [at_least("tail gain", _tail_gain(answer), 1.5),
                    at_least("p99 / p99 without stops", _tail_by_stops(answer), 1.5)]


# With room collections are rarer, not shorter: the records that were replaced meanwhile live on, and are
# copied. So the mean may still be GC, but no longer the tail.
@ROWS.add("tail-has-room", "the same with eight times the heap",
          says=("cpu: *", "memory: gc", "inconclusive"))
def _tail_has_room(lab):
    answer, stopped_share, _, p99_s = _serve(lab, 8 * _TIGHT_MB)
    if stopped_share > 0.007:  # then one request in a hundred meets a stop, and p99 is one of those
        raise Failure(f"there was not enough room: stopped {stopped_share:.1%}, p99 {p99_s:.3f} s")
    return answer, [at_most("p99 / p99 without stops", _tail_by_stops(answer), 1.5)]


def _paired(lab, service, steady=_STEADY):
    """In turn without and with boundscope: what is seen with it must not be more."""
    rounds, answer = {False: [], True: []}, None
    warm_up(lab, service, _WARM_UP)
    for _ in range(_ROUNDS):
        for watched, seen in rounds.items():
            said, truth, _, load = under_load(lab, service, steady, watched)
            answer = said or answer
            seen.append((truth, load))

    def no_more(measure, value, relative, absolute):
        """The median with boundscope, compared with the worst without: others use this host."""
        plain, watched = ([value(truth, load) for truth, load in rounds[kind]]
                          for kind in (False, True))
        return at_most(measure, statistics.median(watched),
                       max(plain) * (1 + relative) + absolute)

    made = [no_more("p99 ms", lambda _, load: load["p99_ms"], 0.10, 0.2),
            no_more("pauses", lambda truth, _: truth.pauses, 0.05, 1),
            no_more("mean pause ms", lambda truth, _: 1e3 * truth.total_s / max(1, truth.pauses),
                    0.10, 0.03),
            no_more("longest ms", lambda truth, _: 1e3 * truth.longest_s, 0.25, 0.1)]
    if rounds[True][0][0].other_stops is not None:
        made.append(no_more("other stops", lambda truth, _: truth.other_stops, 0, 1))
    return answer, made


_ANY = ("cpu: *", "memory: gc", "idle")  # the verdict is not what these are about


@ROWS.add("paired-go", "Go, with and without boundscope", says=_ANY)
def _paired_go(lab):
    return _paired(lab, go_service(lab), _EASY)


@ROWS.add("paired-jvm", "OpenJDK with G1, with and without boundscope", says=_ANY)
def _paired_jvm(lab):
    return _paired(lab, jvm_service(lab, "G1"))


@ROWS.add("paired-python", "CPython, with and without boundscope", says=_ANY)
def _paired_python(lab):
    # With twice the garbage full collections meet one request in a hundred, and p99 is either theirs or not.
    return _paired(lab, python_service(lab, garbage_kb=32))
