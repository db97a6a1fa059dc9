"""Rows of an acceptance table: how they are declared, run and shown."""

import dataclasses
import json
import pathlib
import time
from typing import Callable

from accuracy.checks import verdict_is
from accuracy.lab import Lab
from processes import Failure, Missing
from table import format_table


_NOTEWORTHY_CORES = 0.2


@dataclasses.dataclass
class Row:
    name: str
    text: str  # what runs, for --list
    says: tuple[str, ...]  # accepted verdicts
    run: Callable  # Lab -> (answer, further checks)
    ci: bool  # quick, with room to spare: fit for every change


@dataclasses.dataclass
class Result:
    row: Row
    status: str  # ok MISS skip error
    checks: list
    answer: dict | None  # the whole document, if there was one
    reason: str
    seconds: float
    disturbance: float  # CPUs that others used meanwhile: explains a miss, excuses none
    room: float = 1  # tolerances that a figure may be off


class Rows:
    """Collects rows: `@rows.add("name", "text", says=(...))` above a function of a Lab."""

    def __init__(self):
        self.all = []

    def add(self, name, text, says, ci=False):
        def register(function):
            self.all.append(Row(name, text, says, function, ci))
            return function

        return register


def run_row(row, build, seconds, room=1):
    started = time.monotonic()
    checks, document, reason, lab = [], None, "", Lab(build, seconds)
    try:
        with lab:
            answer, further = row.run(lab)
        document = answer.document
        checks = [verdict_is(answer.verdict, row.says), *further]
        status = "ok" if all(check.passes(room) for check in checks) else "MISS"
    except Missing as missing:
        status, reason = "skip", str(missing)
    except (Failure, OSError, ValueError, KeyError, TypeError) as failure:
        status, reason = "error", f"{type(failure).__name__}: {failure}"
    return Result(row, status, checks, document, reason, time.monotonic() - started,
                  lab.disturbance, room)


def _word(check, room):
    if check.ok:
        return "ok"
    return "off" if check.passes(room) else "MISS"


def result_lines(result):
    """Table lines of one row, one for each check."""
    seconds = f"{result.seconds:.0f}"
    if not result.checks:
        return [(result.row.name, result.reason, "", "", "", result.status, seconds)]
    lines = []
    for index, check in enumerate(result.checks):
        first = index == 0
        lines.append((result.row.name if first else "", check.measure, check.said, check.truth,
                      check.error, _word(check, result.room), seconds if first else ""))
    if result.disturbance >= _NOTEWORTHY_CORES:
        lines.append(("", f"(others used {result.disturbance:.1f} CPUs)", "", "", "", "", ""))
    return lines


HEADER = ("row", "measure", "boundscope", "known", "error", "", "s")


def print_results(results):
    print(format_table(HEADER, [line for result in results for line in result_lines(result)]))


def write_answers(folder, results):
    """NAME.json of each row that got an answer: what to look at after a miss."""
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    for result in results:
        if result.answer is not None:
            path = pathlib.Path(folder) / f"{result.row.name}.json"
            path.write_text(json.dumps(result.answer, indent=1), encoding="utf-8")


def write_json(path, results):
    document = [{"row": result.row.name, "status": result.status, "reason": result.reason,
                 "seconds": round(result.seconds, 1),
                 "others_cpus": round(result.disturbance, 2),
                 "checks": [dataclasses.asdict(check) for check in result.checks]}
                for result in results]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
