"""What the answers about these services have to say, whatever the numbers are."""

from accuracy.checks import at_least, at_most, holds

_WORTH_IT = 1.2
_HEAVY = (0.5, 0.8)  # loads at which a heavy service is worth looking at


def _goal(outcome, name):
    return outcome.prediction["rewrite"]["to"][0]["goals"][name]


def _says(outcome, name, wanted):
    answer = _goal(outcome, name)["answer"]
    return holds(f"{name} at {outcome.load:g}", answer, wanted, answer == wanted)


def _trading(outcomes):
    """Pays off in latency or capacity."""
    for load in _HEAVY:
        if outcome := outcomes.get(load):
            answers = {goal: _goal(outcome, goal)["answer"] for goal in ("latency", "capacity")}
            said = ", ".join(f"{goal} {answer}" for goal, answer in answers.items())
            yield holds(f"goals at {load:g}", said, "one is plausible",
                        "plausible" in answers.values())


def _queueing(outcomes):
    """The gain of a shorter queue: there at nine tenths of the CPU, not at one."""
    if not {0.1, 0.9} <= outcomes.keys():
        return
    low, high = (_goal(outcomes[load], "latency")["mid"] for load in (0.1, 0.9))
    capacity = _goal(outcomes[0.1], "capacity")["mid"]
    yield at_most("latency gain at 0.1", low, 1.15 * capacity)
    yield at_least("latency gain at 0.9", high, 1.5 * low)


def _fraud(outcomes):
    """Pays off in memory and in the tail."""
    for load in _HEAVY:
        if outcome := outcomes.get(load):
            yield _says(outcome, "memory", "plausible")
    if outcome := outcomes.get(0.8):
        yield _says(outcome, "tail", "plausible")


def _payment(outcomes):
    """Waits for its bank: a rewrite saves memory, and asking the bank less often saves time."""
    for outcome in outcomes.values():
        yield _says(outcome, "latency", "unlikely")
        asked_less = [(one["mid"], one["action"]) for one in outcome.prediction["alternatives"]
                      if one["goal"] == "latency" and one["mid"] is not None
                      and any(word in one["action"] for word in ("cache", "batch"))]
        gain, action = max(asked_less, default=(0, "no cache, no batch"))
        rewrite = max(_goal(outcome, "latency")["mid"], _WORTH_IT)
        yield holds(f"alternative at {outcome.load:g}", f"{action} {gain:.2f}",
                    f"more than {rewrite:.2f}", gain > rewrite)
        yield at_least(f"memory gain at {outcome.load:g}", _goal(outcome, "memory")["mid"],
                       _WORTH_IT)


def _archive(outcomes):
    """Its CPU time is zlib's, which stays."""
    for outcome in outcomes.values():
        yield at_most(f"capacity gain at {outcome.load:g}", _goal(outcome, "capacity")["mid"], 1.3)


def _routes(outcomes):
    """Its CPU time is the interpreter's."""
    for outcome in outcomes.values():
        yield at_least(f"capacity gain at {outcome.load:g}", _goal(outcome, "capacity")["mid"], 3)


CLAIMS = (
    ("trading", "computing: latency or capacity", _trading),
    ("trading", "queueing", _queueing),
    ("fraud", "large heap: memory and tail", _fraud),
    ("payment", "waiting: the bank first", _payment),
    ("archive", "zlib stays", _archive),
    ("routes", "pure Python goes", _routes),
)


def verdict_lines(outcomes):
    """(claim, Check) of all claims about the pairs that ran."""
    for pair, claim, made in CLAIMS:
        of_pair = {one.load: one for one in outcomes if one.pair.name == pair}
        for check in made(of_pair):
            yield claim, check
